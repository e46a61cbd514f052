"""The method `reliability`: from a table of lives or of stops to MTBF, B10 and shape."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Times, to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.causes.vocabulary import rank
from deungdae.analysis.reliability.judging import judged
from deungdae.analysis.reliability.records import Record, from_stops
from deungdae.analysis.reliability.weibull import plotted
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.records.shoptable import SetAside

METHOD, VERSION = "reliability", 1

Floats = NDArray[np.float64]
Progress = Callable[[str, float], None]

#: Words in names of columns, the surest first.
MACHINE: Final = [
    "machine",
    "asset",
    "unit",
    "equipment",
    "설비",
    "호기",
    "장비",
    "기계",
    "line",
    "라인",
]
LIFE: Final = ["life", "hours", "수명", "가동시간", "운전시간", "사용시간", "time to failure",
               "간격", "사용횟수", "cycles"]  # fmt: skip
FAILED: Final = ["failed", "failure", "고장여부", "고장", "event", "파손", "status", "상태"]
START: Final = [
    "start",
    "begin",
    "시작",
    "발생",
    "정지시각",
    "고장일시",
    "발생일시",
    "일시",
    "time",
]
END: Final = ["end", "finish", "종료", "복구", "완료", "재가동", "해제"]
REASON: Final = ["reason", "cause", "사유", "원인", "구분", "유형", "내용", "type"]
_NO: Final = {
    "0",
    "n",
    "no",
    "false",
    "x",
    "아니오",
    "정상",
    "가동",
    "running",
    "censored",
    "중도절단",
    "ok",
}
HOUR: Final = 3_600e6
_SHOWN: Final = 300


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    Either `life` names a column of running times, and `failed` the one that says which of them
    ended in a failure; or `start` and `end` are the times of stops of `machine`, of which those
    whose `reason` is among `failures` count (all without it).
    """

    life: str | None = None
    failed: str | None = None
    machine: str | None = None
    start: str | None = None
    end: str | None = None
    reason: str | None = None
    failures: tuple[str, ...] | None = None
    seed: int = 0
    time_zone: str = "Asia/Seoul"


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


@dataclass
class _Read:
    record: Record
    used: int
    kind: str
    columns: dict[str, str | None]
    aside: list[SetAside] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def study(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Tell how long machines run between failures, from lives or from stops.

    The document is that of `judging.judged` with "kind" ("lives" or "stops") and the columns.
    Raises UnusableOption for columns that are not there, UnusableFile where neither lives nor
    stops are found.
    """
    options, source = options or Options(), source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    frame = to_frame(table, options.time_zone)
    guessed: dict[str, Any] = {}
    read = _read(frame, options, guessed)
    tell("judging", 0.5)
    found = judged(read.record)
    found["warnings"] = [*read.warnings, *found["warnings"]]
    lives = np.array(read.record.lives)
    failed = np.array(read.record.failed, dtype=bool)
    figures: dict[str, Any] = {}
    if found["weibull"] is not None:
        at, share = plotted(lives, failed)
        step = -(-at.size // _SHOWN)
        figures["plot"] = {"lives": at[::step].tolist(), "failed": share[::step].tolist()}
    if read.kind == "stops" and read.record.failures > 1:
        figures["growth"] = [
            {"name": name, "at": machine.failures.tolist(), "total": machine.total}
            for name, machine in zip(read.record.names, read.record.machines, strict=True)
        ]
    main = read.columns["life"] or read.columns["start"] or ""
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, read.used, [a for a in read.aside if a.rows], [],
            {**source.guessed, **guessed}, main, (),
        ),
        "kind": read.kind,
        "columns": read.columns,
        "unit": None if read.columns["life"] is None else source.units.get(read.columns["life"]),
        **found,
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, figures)


def _read(frame: Frame, options: Options, guessed: dict[str, Any]) -> _Read:
    for option in ("life", "failed", "machine", "start", "end", "reason"):
        name = getattr(options, option)
        if name is not None and name not in frame.columns:
            raise UnusableOption(
                "--{option}: there is no column {column}; there are {known}.",
                option=option,
                column=name,
                known=", ".join(frame.columns),
            )
    free = list(frame.columns)

    def find(option: str, vocabulary: list[str], kinds: tuple[type, ...] = ()) -> str | None:
        told: str | None = getattr(options, option)
        if told is None:
            fit = [n for n in free if rank(n, vocabulary)]
            fit = [n for n in fit if not kinds or isinstance(frame.columns[n], kinds)]
            if not fit:
                return None
            told = max(fit, key=lambda name: (rank(name, vocabulary), -free.index(name)))
            guessed[option] = told
        if told in free:
            free.remove(told)
        return told

    times = [n for n, c in frame.columns.items() if isinstance(c, Times)]
    wants_lives = options.life is not None or (options.start is None and not times)
    if wants_lives:
        return _lives(frame, find)
    end = find("end", END, (Times,))
    start = find("start", START, (Times,))
    if start is None:
        start = next((n for n in times if n != end), None)
        if start is None:
            raise UnusableFile("No column says when stops began. Name it with --start.")
        guessed["start"] = start
        free.remove(start)
    machine, reason = find("machine", MACHINE), find("reason", REASON)
    return _stops(
        frame, options, {"machine": machine, "start": start, "end": end, "reason": reason}
    )


def _lives(frame: Frame, find: Callable[..., str | None]) -> _Read:
    failed = find("failed", FAILED)
    life = find("life", LIFE, (Numbers,))
    if life is None:
        raise UnusableFile(
            "The table holds neither times of stops nor running times. Name the column with "
            "--start or with --life."
        )
    column = frame.columns[life]
    if not isinstance(column, Numbers):
        raise UnusableOption("--life: column {column} holds no numbers.", column=life)
    known = column.values > 0
    ended = np.ones(frame.rows, bool)
    if failed is not None:
        texts = frame.texts(failed)
        no = np.array([level.strip().lower() in _NO for level in texts.levels] + [True])
        ended = ~no[texts.codes]
    record = Record()
    record.lives, record.failed = column.values[known].tolist(), ended[known].tolist()
    warnings = [] if failed is not None else ["all_failed"]
    columns = {"life": life, "failed": failed, "machine": None, "start": None, "end": None,
               "reason": None}  # fmt: skip
    aside = [SetAside("value_missing", int((~known).sum()))]
    return _Read(record, int(known.sum()), "lives", columns, aside, warnings)


def _hours(frame: Frame, name: str) -> Floats:
    column = frame.columns[name]
    if not isinstance(column, Times):
        raise UnusableOption("Column {column} holds no times.", column=name)
    return np.where(column.local == NO_TIME, np.nan, column.local / HOUR)


def _stops(frame: Frame, options: Options, columns: dict[str, str | None]) -> _Read:
    assert columns["start"] is not None
    start = _hours(frame, columns["start"])
    end = np.full(frame.rows, np.nan) if columns["end"] is None else _hours(frame, columns["end"])
    known = ~np.isnan(start)
    until = float(np.nanmax(np.concatenate([start[known], end[known]]))) if known.any() else 0.0
    wanted = known.copy()
    if options.failures is not None:
        if columns["reason"] is None:
            raise UnusableOption("--failures needs a column of reasons: name it with --reason.")
        texts = frame.texts(columns["reason"])
        unknown = [level for level in options.failures if level not in texts.levels]
        if unknown:
            raise UnusableOption(
                "--failures: column {column} never says {level}; it says {known}.",
                column=columns["reason"],
                level=unknown[0],
                known=", ".join(texts.levels[:30]),
            )
        yes = np.array([level in options.failures for level in texts.levels] + [False])
        wanted &= yes[texts.codes]
    rows = np.nonzero(wanted)[0]
    if columns["machine"] is None:
        names = [""] * rows.size
    else:
        texts = frame.texts(columns["machine"])
        names = ["" if c < 0 else texts.levels[c] for c in texts.codes[rows]]
    record = from_stops(names, start[rows], end[rows], until)
    aside = [
        SetAside("time_missing", int((~known).sum())),
        SetAside("no_failure", int((known & ~wanted).sum())),
    ]
    warnings = ["calendar"]
    if columns["end"] is None:
        warnings.append("no_end")
    if options.failures is None and columns["reason"] is not None:
        warnings.append("every_stop")
    read = {"life": None, "failed": None, **columns}
    return _Read(record, int(rows.size), "stops", read, aside, warnings)
