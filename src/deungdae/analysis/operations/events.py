"""The events of a log as arrays, and which column is what."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Texts, Times
from deungdae.analysis.causes.vocabulary import rank
from deungdae.analysis.operations.options import Options
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Mask = NDArray[np.bool_]

HOUR: Final = 3_600e6
#: Words in names of columns, the surest first.
WORDS: Final = {
    "rework": ["rework", "재작업", "수정작업"],
    "start": ["start", "begin", "시작", "착수", "개시", "투입"],
    "end": ["complete", "end", "finish", "종료", "완료", "마감"],
    "case": ["case", "order", "작업지시", "지시번호", "작업지시번호", "오더", "주문", "lot", "로트",
             "job"],
    "activity": ["activity", "operation", "process", "공정명", "공정", "작업명", "task", "step",
                 "작업"],
    "resource": ["resource", "machine", "equipment", "설비명", "설비", "호기", "장비", "작업자",
                 "worker", "operator"],
    "rejected": ["rejected", "reject", "scrap", "defect", "불량수량", "불량", "폐기"],
    "good": ["completed", "good", "양품수량", "양품", "완료수량", "생산수량", "실적", "quantity",
             "수량", "qty"],
}  # fmt: skip
_TIMES: Final = ("start", "end")
_NUMBERS: Final = ("good", "rejected")
_YES: Final = {"y", "yes", "1", "o", "true", "예", "재작업", "rework"}


@dataclass
class Log:
    """Events in order of their start; times in hours on the site's clock.

    A column that is not there is None; texts are codes into their names, -1 where missing.
    """

    start: Floats
    end: Floats
    timed: bool  #: both a start and an end are known, so work has a length
    case: Texts | None
    activity: Texts | None
    resource: Texts | None
    good: Floats | None
    rejected: Floats | None
    rework: Mask | None
    columns: dict[str, str | None]
    guessed: dict[str, Any] = field(default_factory=dict)
    set_aside: list[SetAside] = field(default_factory=list)

    @property
    def events(self) -> int:
        """Number of events."""
        return int(self.start.size)


def read(frame: Frame, options: Options) -> Log:
    """Return the log.

    Raises UnusableOption for a column that is not there or holds something else, UnusableFile
    without a column of times, or with no event in it.
    """
    guessed: dict[str, Any] = {}
    names = _columns(frame, options, guessed)
    if names["start"] is None and names["end"] is None:
        raise UnusableFile("No column says when the work was done. Name it with --start or --end.")
    start = _hours(frame, names["start"] or names["end"])
    end = _hours(frame, names["end"] or names["start"])
    missing = np.isnan(start) | np.isnan(end)
    backward = ~missing & (end < start)
    keep = np.nonzero(~missing & ~backward)[0]
    if keep.size == 0:
        raise UnusableFile("No row of the table has the times of its work.")
    order = keep[np.lexsort((end[keep], start[keep]))]
    timed = names["start"] is not None and names["end"] is not None
    rework = None
    if names["rework"] is not None:
        rework = _marked(frame, names["rework"])[order]
    return Log(
        start[order], end[order], timed,
        _texts(frame, names["case"], order), _texts(frame, names["activity"], order),
        _texts(frame, names["resource"], order), _counts(frame, names["good"], order),
        _counts(frame, names["rejected"], order), rework, names, guessed,
        [SetAside("time_missing", int(missing.sum())),
         SetAside("end_before_start", int(backward.sum()))],
    )  # fmt: skip


def _columns(frame: Frame, options: Options, guessed: dict[str, Any]) -> dict[str, str | None]:
    names: dict[str, str | None] = {}
    for option in WORDS:
        told: str | None = getattr(options, option)
        if told is not None and told not in frame.columns:
            raise UnusableOption(
                "--{option}: there is no column {column}; there are {known}.",
                option=option,
                column=told,
                known=", ".join(frame.columns),
            )
        names[option] = told
    free = [name for name in frame.columns if name not in names.values()]
    for option, words in WORDS.items():
        if names[option] is not None:
            continue
        fit = [name for name in free if rank(name, words) and _suits(frame, name, option)]
        if not fit:
            continue
        found = max(fit, key=lambda name: (rank(name, words), -free.index(name)))
        names[option] = guessed[option] = found
        free.remove(found)
    return names


def _suits(frame: Frame, name: str, option: str) -> bool:
    column = frame.columns[name]
    if option in _TIMES:
        return isinstance(column, Times)
    if option in _NUMBERS:
        return isinstance(column, Numbers)
    return not isinstance(column, Times)


def _hours(frame: Frame, name: str | None) -> Floats:
    assert name is not None
    column = frame.columns[name]
    if not isinstance(column, Times):
        raise UnusableOption("Column {column} holds no times.", column=name)
    return np.where(column.local == NO_TIME, np.nan, column.local / HOUR)


def _texts(frame: Frame, name: str | None, rows: Ints) -> Texts | None:
    if name is None:
        return None
    column = frame.texts(name)
    return Texts(name, column.levels, column.codes[rows])


def _counts(frame: Frame, name: str | None, rows: Ints) -> Floats | None:
    if name is None:
        return None
    column = frame.columns[name]
    if not isinstance(column, Numbers):
        raise UnusableOption("Column {column} holds no numbers of parts.", column=name)
    return np.nan_to_num(column.values[rows])


def _marked(frame: Frame, name: str) -> Mask:
    column = frame.columns[name]
    if isinstance(column, Numbers):
        return np.nan_to_num(column.values) > 0
    texts = frame.texts(name)
    yes = np.array([level.strip().lower() in _YES for level in texts.levels] + [False])
    out: Mask = yes[texts.codes]
    return out
