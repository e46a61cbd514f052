"""Which column of a table of lives is what."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Times
from deungdae.analysis.causes.vocabulary import rank
from deungdae.analysis.life.options import Options
from deungdae.records.errors import UnusableFile, UnusableOption

Floats = NDArray[np.float64]

#: Words in names of columns, the surest first.
UNIT: Final = ["unit", "engine", "asset", "machine", "tool", "설비", "호기", "장비", "유닛",
               "기계", "공구", "베어링", "엔진", "serial", "id"]  # fmt: skip
AGE: Final = ["cycle", "cycles", "age", "hours", "사이클", "가동시간", "운전시간", "사용횟수",
              "주기", "횟수", "시간", "time", "일시", "시각", "run"]  # fmt: skip
FAILED: Final = ["failed", "failure", "고장", "고장여부", "파손", "교체", "수명종료", "broken",
                 "event", "dead"]  # fmt: skip
_YES: Final = {"1", "y", "yes", "true", "o", "예", "고장", "failed", "failure", "fail", "파손",
               "교체", "broken", "dead", "수명종료"}  # fmt: skip

HOUR: Final = 3_600e6


@dataclass
class Roles:
    """The columns; `unit` is None for one machine alone."""

    unit: str | None
    age: str | None
    failed: str | None
    signals: tuple[str, ...]
    guessed: dict[str, Any] = field(default_factory=dict)


def assign(frame: Frame, options: Options) -> Roles:
    """Return which column is what.

    Raises UnusableOption for a column that is not there or holds no numbers, UnusableFile where
    nothing is left to learn from.
    """
    single = options.limit is not None
    for option in ("unit", "age", "failed", "signal"):
        _known(frame, option, getattr(options, option))
    for name in (*(options.signals or ()), *options.ignore):
        _known(frame, "signals", name)
    guessed: dict[str, Any] = {}
    free = [name for name in frame.columns if name not in options.ignore]

    def find(option: str, vocabulary: list[str]) -> str | None:
        told: str | None = getattr(options, option)
        if told is None:
            fit = [name for name in free if rank(name, vocabulary)]
            if option == "age":
                fit = [n for n in fit if isinstance(frame.columns[n], Numbers | Times)]
                fit = fit or [n for n in free if isinstance(frame.columns[n], Times)]
            if not fit:
                return None
            told = max(fit, key=lambda name: (rank(name, vocabulary), -free.index(name)))
            guessed[option] = told
        if told in free:
            free.remove(told)
        return told

    failed = find("failed", FAILED)
    unit = None if single else find("unit", UNIT)
    age = find("age", AGE)
    numbers = [name for name in free if isinstance(frame.columns[name], Numbers)]
    signals = _signals(frame, options, numbers, guessed, single=single)
    if not single and unit is None:
        raise UnusableFile(
            "No column says which machine a row belongs to. Name it with --unit, or follow one "
            "signal of one machine with --signal and --limit."
        )
    return Roles(unit, age, failed, signals, guessed)


def ages(frame: Frame, name: str | None) -> Floats:
    """Return the age of each row: its number, hours since the first time, or its place."""
    if name is None:
        return np.arange(frame.rows, dtype=np.float64)
    column = frame.columns[name]
    if isinstance(column, Times):
        known = column.local != NO_TIME
        out = np.full(frame.rows, np.nan)
        if known.any():
            out[known] = (column.local[known] - column.local[known].min()) / HOUR
        return out
    if not isinstance(column, Numbers):
        raise UnusableOption("--age: column {column} holds neither numbers nor times.", column=name)
    return column.values


def has_failed(frame: Frame, name: str) -> NDArray[np.bool_]:
    """Return in which rows a failure is told."""
    texts = frame.texts(name)
    yes = np.array([level.strip().lower() in _YES for level in texts.levels] + [False])
    return yes[texts.codes]


def _signals(
    frame: Frame, options: Options, numbers: list[str], guessed: dict[str, Any], *, single: bool
) -> tuple[str, ...]:
    told = (options.signal,) if single and options.signal else options.signals
    for name in told or ():
        if not isinstance(frame.columns[name], Numbers):
            raise UnusableOption(
                "--{option}: column {column} holds no numbers.",
                option="signal" if single else "signals",
                column=name,
            )
    found = tuple(told or numbers)
    if not found:
        raise UnusableFile("No column of numbers is left that could show wear.")
    if single and not told:
        found = found[:1]
        guessed["signal"] = found[0]
    return found


def _known(frame: Frame, option: str, name: str | None) -> None:
    if name is not None and name not in frame.columns:
        raise UnusableOption(
            "--{option}: there is no column {column}; there are {known}.",
            option=option,
            column=name,
            known=", ".join(frame.columns),
        )
