"""A filled sheet: what people wrote, understood run by run, or refused in a clear sentence."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from deungdae.analysis.experiment.options import MEASURED
from deungdae.records.errors import UnusableFile

#: What a column may be headed with, spaces and capitals left out.
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "run": ("run", "runno", "실험번호", "실험", "번호", "no"),
    "block": ("block", "day", "블록", "일차"),
    "order": ("ordercarriedout", "실제순서"),
    "parts": ("partsmade", "parts", "생산수", "생산수량", "수량"),
    "bad": ("badparts", "bad", "불량수", "불량수량", "불량"),
    "value": ("value", "measuredvalue", "측정값"),
    "remark": ("remarks", "비고"),
    "operator": ("operator", "작업자"),
}
_BAD_PREFIXES: Final = ("bad:", "불량:")
_OTHER: Final = ("other", "기타")
#: A setting that is off by more than this share of the distance of its levels is noted.
_NEAR: Final = 0.02
_NUMBER: Final = re.compile(r"([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*[^\d\s]{0,8}")
_UNIT: Final = re.compile(r"[(\[][^()\[\]]*[)\]]$")


@dataclass(frozen=True)
class Run:
    """One run as it was carried out. `parts` is None where nothing usable was written.

    `coded` are the settings that were really used, -1 good to +1 bad; `deviated` the factors that
    were not set as planned; `others` bad parts of other reasons than the one asked about.
    """

    run: int
    block: int
    coded: tuple[float, ...]
    parts: int | None
    bad: int = 0
    others: int = 0
    values: tuple[float, ...] = ()
    deviated: tuple[str, ...] = ()
    order: int | None = None
    remark: str = ""


@dataclass(frozen=True)
class Filled:
    """The runs by their number, and the numbers of those that were not done or not filled in."""

    runs: tuple[Run, ...]
    missing: tuple[int, ...]
    half_filled: tuple[int, ...]  #: parts were written but no bad parts: nobody knows if 0 is meant
    notes: tuple[str, ...] = field(default=())


def plain(text: str) -> str:
    """Return a heading without spaces, line breaks and capitals, in one form of its letters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


def understand(plan: Mapping[str, Any], sheets: Mapping[str, Sequence[Sequence[str]]]) -> Filled:
    """Return what a filled sheet says about the runs of a plan.

    `sheets` are the cells as text; the first sheet with a run column is taken. Rows may be in any
    order, and may be missing.

    Raises UnusableFile where no sheet is one of the plan's, or where a row cannot be true: more bad
    parts than parts, a run twice, a run that the plan does not have, a level that a factor does not
    have, something that is no number.
    """
    for rows in sheets.values():
        for at, row in enumerate(rows):
            columns = _columns(plan, row)
            if "run" in columns and ("parts" in columns or "value" in columns):
                return _read(plan, rows[at], columns, rows[at + 1 :])
    raise UnusableFile(
        "No sheet of the experiment was found in this file: a column for the run and a column for "
        "what came out are needed."
    )


def _columns(plan: Mapping[str, Any], header: Sequence[str]) -> dict[str, list[int]]:
    """Return which places of a row head which kind of column: "run", "factor:name" and so on."""
    found: dict[str, list[int]] = {}
    factors = {plain(f["name"]): f"factor:{f['name']}" for f in plan["factors"]}
    known = {word: key for key, words in HEADERS.items() for word in words}
    reason = plain(plan["response"]["reason"] or "")
    name = plain(plan["response"]["name"] or "")
    for x, cell in enumerate(header):
        full = plain(cell)
        short = _UNIT.sub("", full)
        key = factors.get(full) or factors.get(short) or known.get(short)
        if key is None and full.startswith(_BAD_PREFIXES):
            rest = full.split(":", 1)[1]
            key = "bad" if reason and rest == reason else "others"
        if key is None and plan["response"]["kind"] == MEASURED:
            stem = re.sub(r"[#.]?\d+$", "", short)
            if stem and (stem == name or known.get(stem) == "value"):
                key = "value"
        if key is not None:
            found.setdefault(key, []).append(x)
    return found


def _read(
    plan: Mapping[str, Any],
    header: Sequence[str],
    columns: Mapping[str, list[int]],
    rows: Sequence[Sequence[str]],
) -> Filled:
    planned = {r["run"]: r for r in plan["runs"]}
    runs: dict[int, Run] = {}
    half: list[int] = []
    for row in rows:
        sheet_row = _Row(header, columns, row)
        number = sheet_row.run(planned)
        if number is None:
            continue
        if number in runs:
            raise UnusableFile("Run {run} stands in the sheet twice.", run=number)
        run, is_half = _run(plan, planned[number], sheet_row)
        runs[number] = run
        if is_half:
            half.append(number)
    missing = [n for n in planned if n not in half and (n not in runs or runs[n].parts is None)]
    done = tuple(runs[n] for n in sorted(runs) if runs[n].parts is not None)
    return Filled(done, tuple(missing), tuple(sorted(half)), _notes(done))


def _notes(done: Sequence[Run]) -> tuple[str, ...]:
    notes = []
    told = [r for r in done if r.order is not None]
    if any(r.order != r.run for r in told):
        notes.append("order_changed")
    if any(r.deviated for r in done):
        notes.append("deviated")
    return tuple(notes)


class _Row:
    """One row of the sheet, asked by the kind of column."""

    def __init__(
        self, header: Sequence[str], columns: Mapping[str, list[int]], row: Sequence[str]
    ) -> None:
        self._header, self._columns, self._row = header, columns, row
        self.number = 0

    def has(self, key: str) -> bool:
        return key in self._columns

    def texts(self, key: str) -> list[str]:
        places = self._columns.get(key, ())
        return [self._row[x].strip() if x < len(self._row) else "" for x in places]

    def text(self, key: str) -> str:
        return next(iter(self.texts(key)), "")

    def run(self, planned: Mapping[int, Any]) -> int | None:
        """Return the run's number; None for a row that is none, such as a note or a sum."""
        match = re.fullmatch(r"#?(\d+)(?:\.0+)?", self.text("run"))
        if match is None:
            return None
        self.number = int(match[1])
        if self.number not in planned:
            raise UnusableFile(
                "The plan has no run {run}; it has {count} runs.",
                run=self.number,
                count=len(planned),
            )
        return self.number

    def numbers(self, key: str) -> list[float]:
        """Return the numbers of the columns of one kind; empty cells are left out."""
        found = []
        for x in self._columns.get(key, ()):
            text = unicodedata.normalize("NFKC", self._row[x] if x < len(self._row) else "").strip()
            if text in ("", "-", "–"):
                continue
            match = _NUMBER.fullmatch(text)
            if match is None:
                raise UnusableFile(
                    "Run {run}: “{text}” in the column “{column}” is no number.",
                    run=self.number,
                    text=text,
                    column=self._header[x],
                )
            found.append(float(match[1].replace(",", "")))
        return found

    def count(self, key: str) -> int | None:
        """Return a whole number from 0 up, the sum over several columns; None if empty."""
        numbers = self.numbers(key)
        for number in numbers:
            if number < 0 or number != int(number):
                raise UnusableFile(
                    "Run {run}: {number} is no number of parts.",
                    run=self.number,
                    number=f"{number:g}",
                )
        return int(sum(numbers)) if numbers else None


def _run(plan: Mapping[str, Any], planned: Mapping[str, Any], row: _Row) -> tuple[Run, bool]:
    coded, deviated = _settings(plan, planned, row)
    blank = Run(
        run=row.number,
        block=row.count("block") or planned["block"],
        coded=coded,
        parts=None,
        deviated=deviated,
        order=row.count("order"),
        remark=row.text("remark"),
    )
    if plan["response"]["kind"] == MEASURED:
        values = tuple(row.numbers("value"))
        told = row.count("parts")
        # One value may stand for the mean of so many.
        parts = told if len(values) == 1 and told else len(values) or None
        return replace(blank, parts=parts, values=values), False
    return _counted(plan, blank, row)


def _counted(plan: Mapping[str, Any], blank: Run, row: _Row) -> tuple[Run, bool]:
    """Return the run with its parts and bad parts, and whether only its parts were written."""
    parts, bad, others = row.count("parts"), row.count("bad"), row.count("others")
    if bad is None and others is not None and plan["response"]["reason"] is not None:
        bad = 0  # the other reasons were counted, and this one was left empty
    together = (bad or 0) + (others or 0)
    if parts is not None and together > parts:
        raise UnusableFile(
            "Run {run}: {bad} bad parts of {parts} cannot be; please look at this row again.",
            run=row.number,
            bad=together,
            parts=parts,
        )
    if not parts and together:
        raise UnusableFile(
            "Run {run}: bad parts are written, but not how many parts were made.", run=row.number
        )
    if not parts or bad is None:
        return blank, bool(parts)
    return replace(blank, parts=parts, bad=bad, others=others or 0), False


def _settings(
    plan: Mapping[str, Any], planned: Mapping[str, Any], row: _Row
) -> tuple[tuple[float, ...], tuple[str, ...]]:
    coded: list[float] = []
    deviated: list[str] = []
    for factor, code in zip(plan["factors"], planned["coded"], strict=True):
        key = f"factor:{factor['name']}"
        text = row.text(key)
        if not text:
            coded.append(float(code))
            continue
        if factor["centre"] is None:
            actual = _level(factor, text, row.number)
        else:
            value = row.numbers(key)[0]
            half = (factor["bad"] - factor["good"]) / 2
            actual = (value - factor["centre"]) / half
            if abs(actual - code) <= 2 * _NEAR:
                actual = float(code)
        if actual != code:
            deviated.append(factor["name"])
        coded.append(actual)
    return tuple(coded), tuple(deviated)


def _level(factor: Mapping[str, Any], text: str, run: int) -> float:
    for level, code in ((factor["bad"], 1.0), (factor["good"], -1.0)):
        if plain(str(level)) == plain(text):
            return code
    raise UnusableFile(
        "Run {run}: “{text}” is not a level of “{factor}”; they are “{bad}” and “{good}”.",
        run=run,
        text=text,
        factor=factor["name"],
        bad=str(factor["bad"]),
        good=str(factor["good"]),
    )
