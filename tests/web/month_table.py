"""A month of inspections, small and made up: two settings of the process make bad parts."""

import csv
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl

HEADS = {
    "ko": ["생산일시", "작업자", "사출압력(bar)", "금형온도(℃)", "건조시간(h)",
           "사이클타임(s)", "판정"],
    "en": ["Made at", "Operator", "Pressure (bar)", "Mould temperature (°C)", "Drying time (h)",
           "Cycle time (s)", "Result"],
}  # fmt: skip
#: language → title above the table, subtotal below it, good, bad
WORDS = {
    "ko": ("9월 외관검사 (생성된 값)", "합계", "양품", "불량"),
    "en": ("Visual inspection (generated values)", "Total", "OK", "NG"),
}
PRESSURE, MOULD, DRYING = "pressure", "mould", "drying"
ROWS = 800


def rows(
    language: str, month: int, causes: Iterable[str], *, parts: int = ROWS
) -> list[Sequence[str | float]]:
    """Return a month's parts: above 98 bar, below 54 °C or above 5 h a third and more are bad."""
    chance = random.Random(month)
    _title, _total, good, bad = WORDS[language]
    at, told = datetime(2026, month, 1, 8, tzinfo=UTC), []
    for _ in range(parts):
        pressure, mould = round(chance.gauss(90, 8), 1), round(chance.gauss(60, 5), 1)
        drying, cycle = round(chance.gauss(4, 0.8), 2), round(chance.gauss(30, 2), 1)
        luck, worker = chance.random(), chance.choice("ABC")
        risk = 0.01
        risk += 0.35 * (PRESSURE in causes and pressure > 98)
        risk += 0.4 * (MOULD in causes and mould < 54)
        risk += 0.4 * (DRYING in causes and drying > 5)
        told.append(
            [f"{at:%Y-%m-%d %H:%M}", worker, pressure, mould, drying, cycle,
             bad if luck < risk else good]
        )  # fmt: skip
        at += timedelta(minutes=45)
    return told  # type: ignore[return-value]


def write(
    path: Path,
    language: str,
    month: int,
    causes: Iterable[str],
    *,
    parts: int = ROWS,
    shape: str = "",
) -> Path:
    """Write the month as .csv or .xlsx: a title, the names of the columns, parts, a total.

    `shape` is the name of one more column: tables with and without it are of different shapes.
    """
    title, total, _good, _bad = WORDS[language]
    found = rows(language, month, causes, parts=parts)
    head = HEADS[language]
    if shape:
        head = [head[0], shape, *head[1:]]
        found = [[part[0], n % 7, *part[1:]] for n, part in enumerate(found)]
    width = len(head)
    lines = [[title], [], head, *found, [total, *[""] * (width - 2), len(found)]]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(list(line))
        book.save(path)
        return path
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(lines)
    return path
