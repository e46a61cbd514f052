"""Which column of a study sheet is what, and which study it is."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from deungdae.analysis.causes.frame import Frame, Numbers, Texts
from deungdae.analysis.causes.vocabulary import rank
from deungdae.analysis.gauge.options import STUDIES, Options
from deungdae.records.errors import UnusableFile, UnusableOption

#: Words in names of columns, the surest first.
PART: Final = ["part", "sample", "specimen", "부품", "시료", "제품", "샘플", "시편", "품번", "item"]
OPERATOR: Final = ["operator", "appraiser", "inspector", "측정자", "평가자", "검사자", "작업자",
                   "검사원", "rater"]  # fmt: skip
TRIAL: Final = ["trial", "repeat", "replicate", "run", "order", "반복", "회차", "차수", "횟수",
                "순서", "번호", "no"]  # fmt: skip
REFERENCE: Final = ["reference", "standard", "master", "기준값", "기준", "참값", "표준값", "표준",
                    "ref", "truth"]  # fmt: skip
VALUE: Final = ["measurement", "measured", "value", "reading", "측정값", "측정치", "판정", "결과",
                "rating", "result", "값", "치수", "response"]  # fmt: skip


@dataclass
class Roles:
    """The study and its columns; `reference_value` stands for a reference told as a number."""

    study: str
    value: str
    part: str | None = None
    operator: str | None = None
    reference: str | None = None
    reference_value: float | None = None
    guessed: dict[str, Any] = field(default_factory=dict)


def assign(frame: Frame, options: Options) -> Roles:
    """Return which column is what.

    Raises UnusableOption for a column or a study that is not there, UnusableFile when the sheet
    does not hold what the study needs.
    """
    if options.study is not None and options.study not in STUDIES:
        raise UnusableOption(
            "--study: there is no study {study}; there are {known}.",
            study=options.study,
            known=", ".join(STUDIES),
        )
    guessed: dict[str, Any] = {}
    number = _as_number(options.reference, frame)
    taken = {
        name
        for option in ("part", "operator", "value", "reference")
        if (name := getattr(options, option)) is not None
        and not (option == "reference" and number is not None)
    }
    for option in ("part", "operator", "value", "reference"):
        name = getattr(options, option)
        if name is not None and name in taken and name not in frame.columns:
            raise UnusableOption(
                "--{option}: there is no column {column}; there are {known}.",
                option=option,
                column=name,
                known=", ".join(frame.columns),
            )
    free = [n for n in frame.columns if n not in taken]

    def find(option: str, vocabulary: list[str], *, numeric: bool = False) -> str | None:
        told: str | None = getattr(options, option)
        if told is not None:
            return told
        fit = [
            n
            for n in free
            if rank(n, vocabulary)
            and (isinstance(frame.columns[n], Numbers) or not numeric)
            and not _empty(frame, n)
        ]
        if not fit:
            return None
        best = max(fit, key=lambda n: (rank(n, vocabulary), -free.index(n)))
        free.remove(best)
        guessed[option] = best
        return best

    operator = find("operator", OPERATOR)
    reference = None if number is not None else find("reference", REFERENCE)
    part = find("part", PART)
    value = find("value", VALUE)
    if value is None:
        rest = [n for n in free if not rank(n, TRIAL) and isinstance(frame.columns[n], Numbers)]
        rest = rest or [n for n in free if not rank(n, TRIAL)] or free
        if not rest:
            raise UnusableFile(
                "No column of the table holds measured values; name it with --value."
            )
        value = rest[-1]
        guessed["value"] = value
    roles = Roles("", value, part, operator, reference, number, guessed)
    roles.study = options.study or _study(frame, roles)
    if options.study is None:
        guessed["study"] = roles.study
    _check(frame, roles)
    return roles


def _as_number(reference: str | None, frame: Frame) -> float | None:
    if reference is None or reference in frame.columns:
        return None
    try:
        return float(reference)
    except ValueError:
        return None


def _empty(frame: Frame, name: str) -> bool:
    column = frame.columns[name]
    return isinstance(column, Numbers) and bool(np.isnan(column.values).all())


def _study(frame: Frame, roles: Roles) -> str:
    """Guess the study from what the sheet holds."""
    if isinstance(frame.columns[roles.value], Texts):
        return "attribute"
    if roles.operator is not None and roles.part is not None:
        parts = frame.texts(roles.part).codes
        operators = frame.texts(roles.operator).codes
        pairs = np.unique(np.stack([parts, operators]), axis=1)
        shared = np.bincount(pairs[0][pairs[0] >= 0]) > 1
        # One person alone measures every part: a crossed study of repeatability.
        alone = np.unique(operators[operators >= 0]).size < 2
        return "crossed" if alone or shared.any() else "nested"
    if roles.reference is not None:
        values = frame.columns[roles.reference]
        if isinstance(values, Numbers):
            known = np.unique(values.values[~np.isnan(values.values)])
            return "linearity" if known.size > 1 else "type1"
    if roles.part is not None and roles.reference_value is None:
        parts = frame.texts(roles.part).codes
        # Without people there is one, and only the repeatability can be told.
        if np.unique(parts).size > 1:
            return "crossed"
    return "type1"


def _check(frame: Frame, roles: Roles) -> None:
    """Refuse a study whose columns are missing."""
    value = frame.columns[roles.value]
    if roles.study != "attribute" and not isinstance(value, Numbers):
        raise UnusableFile(
            "Column {column} holds no numbers, and a study of measured values needs them.",
            column=roles.value,
        )
    needed = {
        "crossed": ("part",), "nested": ("part", "operator"), "type1": (),
        "linearity": ("reference",), "attribute": ("part", "operator"),
    }[roles.study]  # fmt: skip
    for option in needed:
        if getattr(roles, option) is None:
            raise UnusableOption(
                "A {study} study needs a column for --{option}; none of {known} says it is one.",
                study=roles.study,
                option=option,
                known=", ".join(frame.columns),
            )
    if roles.study == "type1" and roles.reference is None and roles.reference_value is None:
        raise UnusableOption(
            "A Type 1 study needs the known value of the part: tell it with --reference."
        )
    if (
        roles.study in ("type1", "linearity")
        and roles.reference is not None
        and not isinstance(frame.columns[roles.reference], Numbers)
    ):
        raise UnusableFile(
            "Column {column} holds no numbers, and reference values must be numbers.",
            column=roles.reference,
        )
