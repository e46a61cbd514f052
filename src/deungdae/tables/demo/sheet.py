"""The demo table as a file that leaves a shop floor: right for eyes, messy for programs."""

import csv
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from itertools import groupby

import numpy as np

from deungdae.tables.demo.defects import CAVITIES, Bools, Key
from deungdae.tables.demo.plant import Shots
from deungdae.tables.demo.words import PROCESS, Lang, Words

SIDES = ("LH", "RH")
#: One good part in so many has no verdict: it was never inspected.
UNINSPECTED = 900
#: One part in so many stands on the sheet twice, as double exports do.
REPEATED = 1000
DROPOUTS = 0.015  #: share of the shots in which the moving mould's sensor reads 0
MARKS = {"nozzle": "-", "cushion": "#N/A"}  #: how those columns say that a value is missing
MARKED = 0.004  #: share of the shots with such a mark


@dataclass(frozen=True)
class Part:
    """One row of the sheet that is a part."""

    number: int  #: counts the parts from 0; a part that stands there twice keeps its number
    shot: int
    cavity: int
    found: Key | None  #: what is wrong with it
    inspected: bool


@dataclass(frozen=True)
class Sensors:
    """Per shot: which readings failed, and how."""

    dropped: Bools  #: the moving mould's sensor reads 0
    marked: dict[str, Bools]  #: by key of the column: a mark stands for the value


@dataclass(frozen=True)
class Sheet:
    """The text of the file, and what was planted in it besides the defects."""

    text: str
    parts: list[Part]
    subtotals: int  #: rows that are no parts: one a day, and the total
    dropouts: int  #: rows in which the moving mould's sensor reads 0
    marks: int  #: cells that say "missing"


def choose_parts(shots: Shots, verdicts: list[list[Key | None]], rows: int) -> list[Part]:
    """Return the first `rows` parts as they stand on the sheet, some of them twice."""
    parts: list[Part] = []
    for number in range(len(shots) * CAVITIES):
        shot, cavity = divmod(number, CAVITIES)
        found = verdicts[shot][cavity]
        skipped = found is None and number % UNINSPECTED == UNINSPECTED // 3
        part = Part(number, shot, cavity, found, not skipped)
        parts += [part] * (2 if number % REPEATED == REPEATED // 2 else 1)
    return parts[:rows]


def fill_sheet(
    shots: Shots, parts: list[Part], *, words: Words, lang: Lang, rng: np.random.Generator
) -> Sheet:
    """Write the parts down, day by day, each day followed by its subtotal."""
    sensors = Sensors(
        dropped=rng.random(len(shots)) < DROPOUTS,
        marked={key: rng.random(len(shots)) < MARKED for key in MARKS},
    )
    operators = rng.integers(0, len(words.operators), int(shots.day.max()) + 1)
    lines = _head(shots, words, lang)
    width = len(lines[-1])
    subtotals = 0
    for day, group in groupby(parts, key=lambda part: int(shots.day[part.shot])):
        of_day = list(group)
        operator = words.operators[operators[day]]
        lines += [_line(shots, part, sensors, operator, words, lang) for part in of_day]
        lines.append(_sum(words.subtotal, of_day, width))
        subtotals += 1
    lines.append(_sum(words.total, parts, width))

    buffer = StringIO()
    # The line ends are those that a spreadsheet program writes.
    csv.writer(buffer, lineterminator="\r\n").writerows(lines)
    return Sheet(
        text=buffer.getvalue(),
        parts=parts,
        subtotals=subtotals + 1,
        dropouts=sum(bool(sensors.dropped[p.shot]) for p in parts),
        marks=sum(bool(m[p.shot]) for p in parts for m in sensors.marked.values()),
    )


def clock(time: datetime, lang: Lang) -> str:
    """Write a time as a spreadsheet does: `2026-09-01 오후 2:05:09`, or by 24 hours in English."""
    if lang == "en":
        return f"{time:%Y-%m-%d %H:%M:%S}"
    half = "오전" if time.hour < 12 else "오후"
    return f"{time:%Y-%m-%d} {half} {(time.hour - 1) % 12 + 1}:{time:%M:%S}"


def _head(shots: Shots, words: Words, lang: Lang) -> list[list[str]]:
    """Two title lines, an empty one, and a header of two lines: names, then units."""
    first = [words.time, words.machine, words.operator, words.product, words.lot, words.serial]
    names = [p.ko if lang == "ko" else p.en for p in PROCESS]
    last = [words.verdict, words.reason]
    header = first + names + last
    period = f"{shots.time[0]:%Y-%m-%d} ~ {shots.time[-1]:%Y-%m-%d}"
    title: list[list[str]] = [[words.title], [words.by, "", period], []]
    units = [""] * len(first) + [f"({p.unit})" for p in PROCESS] + [""] * len(last)
    return [*(line + [""] * (len(header) - len(line)) for line in title), header, units]


def _line(
    shots: Shots, part: Part, sensors: Sensors, operator: str, words: Words, lang: Lang
) -> list[str]:
    time, product = shots.time[part.shot], shots.product[part.shot]
    verdict = words.good if part.found is None else words.bad
    return [
        clock(time, lang),
        words.machine_name,
        operator,
        f"{words.products[product]} {SIDES[part.cavity]}",
        f"D{time:%y%m%d}-{'AB'[product]}",
        f"{part.number + 1:,}",
        *_record(shots, part.shot, sensors),
        verdict if part.inspected else "",
        words.no_reason if part.found is None else getattr(words, part.found),
    ]


def _record(shots: Shots, shot: int, sensors: Sensors) -> list[str]:
    cells = []
    for column in PROCESS:
        if column.key in MARKS and sensors.marked[column.key][shot]:
            cells.append(MARKS[column.key])
            continue
        dropped = column.key == "mould_moving" and sensors.dropped[shot]
        value = 0.0 if dropped else float(shots.values[column.key][shot])
        cells.append(f"{value:{',' if column.thousands else ''}.{column.decimals}f}")
    return cells


def _sum(word: str, parts: list[Part], width: int) -> list[str]:
    """A row that adds up: no part of its own, and a trap for whoever counts rows."""
    bad = sum(part.found is not None for part in parts)
    cells = [""] * width
    cells[0], cells[5], cells[-2] = word, f"{len(parts):,}", f"{bad:,}"
    return cells
