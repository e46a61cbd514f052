"""A table of metered electricity as quarters of an hour."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Times
from deungdae.analysis.causes.vocabulary import rank
from deungdae.analysis.energy.demand import quarters
from deungdae.analysis.energy.options import Options
from deungdae.records.errors import UnusableFile, UnusableOption

Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]

KINDS: Final = ("kwh", "kw", "meter")
TIME: Final = ["time", "date", "datetime", "일시", "시각", "검침", "시간", "날짜"]
USE: Final = ["usage", "kwh", "energy", "전력량", "사용량", "전력사용량", "소비전력", "power", "kw",
              "전력", "demand", "consumption", "electricity"]  # fmt: skip
PARTS: Final = ["parts", "produced", "생산량", "생산수량", "수량", "양품", "production", "count",
                "output"]  # fmt: skip
DAY: Final = np.timedelta64(1, "D")


@dataclass
class Metered:
    """Quarters from `starts` on: kWh and parts, NaN where nothing is known."""

    starts: Days
    kwh: Floats
    parts: Floats | None
    rows: int
    kind: str
    columns: dict[str, str | None]
    guessed: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def metered(frame: Frame, options: Options, units: dict[str, str]) -> Metered:
    """Return the quarters.

    Raises UnusableOption for columns that are not there or hold something else, UnusableFile where
    no time or no metered value is found.
    """
    guessed: dict[str, Any] = {}
    time = _find(frame, options, "time", TIME, Times, guessed)
    use = _find(frame, options, "use", USE, Numbers, guessed)
    parts = _find(frame, options, "parts", PARTS, Numbers, guessed)
    if time is None:
        raise UnusableFile("No column says when the electricity was metered.")
    if use is None:
        raise UnusableFile("No column holds metered electricity. Name it with --use.")
    at, values = frame.columns[time], frame.columns[use]
    assert isinstance(at, Times) and isinstance(values, Numbers)
    rows = np.nonzero((at.local != NO_TIME) & ~np.isnan(values.values))[0]
    if rows.size < 2:
        raise UnusableFile("Fewer than two rows hold a time and a metered value.")
    ends = at.local[rows].astype("datetime64[us]").astype("datetime64[s]")
    if _newest_first(ends):
        rows, ends = rows[::-1], ends[::-1]
    warnings = []
    ends, mended = _midnights(ends)
    if mended:
        warnings.append("midnight")
    order = np.argsort(ends, kind="stable")
    ends, first = np.unique(ends[order], return_index=True)
    rows = rows[order][first]
    found = values.values[rows]
    kind = options.kind or _kind(use, units.get(use), found)
    if kind not in KINDS:
        raise UnusableOption("--kind: there is no {kind}; there are {known}.", kind=kind,
                             known=", ".join(KINDS))  # fmt: skip
    if options.kind is None:
        guessed["metered_as"] = kind
    starts, kwh = quarters(ends, _used(ends, found, kind))
    made = None
    if parts is not None:
        column = frame.columns[parts]
        assert isinstance(column, Numbers)
        made = quarters(ends, column.values[rows])[1]
    columns = {"time": time, "use": use, "parts": parts}
    return Metered(starts, kwh, made, int(rows.size), kind, columns, guessed, warnings)


def _used(ends: Days, values: Floats, kind: str) -> Floats:
    if kind == "kwh":
        return values
    steps = np.diff(ends) / np.timedelta64(1, "h")
    if kind == "kw":
        usual = float(np.median(steps)) if steps.size else 0.25
        return np.asarray(values * np.concatenate([[usual], steps]), dtype=np.float64)
    risen = np.diff(values, prepend=np.nan)
    # a meter that was changed or began again: what it shows was used since
    return np.asarray(np.where(risen < 0, values, risen), dtype=np.float64)


def _kind(name: str, unit: str | None, values: Floats) -> str:
    written = f"{name} {unit or ''}".lower().replace("_", " ")
    steps = np.diff(values)
    rising = values.size > 10 and float(steps.sum()) > 0 and float((steps >= 0).mean()) > 0.99
    if rising and values[0] > 5 * float(steps.mean()):
        return "meter"
    if "kwh" in written or "전력량" in written or "사용량" in written:
        return "kwh"
    return "kw" if "kw" in written or "power" in written or "전력" in written else "kwh"


def _newest_first(ends: Days) -> bool:
    """Say whether times fall on the whole; a midnight of another day does not hide that."""
    place = np.arange(ends.size) - (ends.size - 1) / 2
    return bool(place @ (ends - ends[0]).astype(np.float64) < 0)


def _midnights(ends: Days) -> tuple[Days, bool]:
    """Put 0:00 that closes a day, but carries its date, to the next day, if that has none."""
    days = ends.astype("datetime64[D]")
    steps = np.diff(ends)
    falls = steps < np.timedelta64(0, "s")
    back = np.nonzero(falls & (ends[1:] == days[1:]) & (days[1:] == days[:-1]))[0] + 1
    back = back[~np.isin(ends[back] + DAY, np.delete(ends, back))]
    if back.size == 0:
        return ends, False
    out = ends.copy()
    out[back] += DAY
    return out, True


def _find(
    frame: Frame, options: Options, option: str, words: list[str], kind: type,
    guessed: dict[str, Any],
) -> str | None:  # fmt: skip
    told: str | None = getattr(options, option)
    if told is not None:
        if told not in frame.columns:
            raise UnusableOption(
                "--{option}: there is no column {column}; there are {known}.",
                option=option,
                column=told,
                known=", ".join(frame.columns),
            )
        if not isinstance(frame.columns[told], kind):
            raise UnusableOption(
                "--{option}: column {column} holds something else.", option=option, column=told
            )
        return told
    names = [name for name, column in frame.columns.items() if isinstance(column, kind)]
    fit = [name for name in names if rank(name, words)]
    if not fit and option == "time":
        fit = names
    if not fit:
        return None
    found = max(fit, key=lambda name: (rank(name, words), -names.index(name)))
    guessed[option] = found
    return found
