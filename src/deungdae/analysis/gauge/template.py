"""Empty study sheets: which part is measured by whom in which order, the values left blank."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from deungdae.analysis.gauge.options import STUDIES
from deungdae.records.errors import UnusableOption

#: More measurements than this nobody does in one study.
MOST = 20_000


@dataclass(frozen=True)
class Plan:
    """A study to be done; in a nested study each operator has `parts` parts of their own.

    `lang` is the language of the columns' names, ko or en.
    """

    study: str
    parts: int = 10
    operators: int = 3
    trials: int = 3
    seed: int = 0
    lang: str = "en"


_NAMES = {
    "en": {"order": "Order", "operator": "Operator", "part": "Part", "trial": "Trial",
           "reference": "Reference", "value": "Measurement", "rating": "Rating"},
    "ko": {"order": "순서", "operator": "측정자", "part": "부품", "trial": "반복",
           "reference": "기준값", "value": "측정값", "rating": "판정"},
}  # fmt: skip


def sheet(plan: Plan) -> pa.Table:
    """Return the empty sheet, one row per measurement, in a random order drawn from the seed.

    Within each trial every operator takes all parts in an order of their own before the next trial
    begins, so that nobody remembers a reading and slow changes do not look like operators. The
    columns are named in the plan's language; those to be filled hold nulls.

    Raises UnusableOption for a study that is not there, or numbers that make no study.
    """
    _check(plan)
    rng = np.random.default_rng(plan.seed)
    rows: list[tuple[int, int, int]] = []
    people = plan.operators if plan.study in ("crossed", "nested", "attribute") else 1
    for trial in range(1, plan.trials + 1):
        for operator in rng.permutation(people):
            rows += [(int(operator), int(part), trial) for part in rng.permutation(plan.parts)]
    named = _NAMES[plan.lang]
    count = len(rows)
    columns: dict[str, pa.Array] = {named["order"]: pa.array(range(1, count + 1), pa.int64())}
    if people > 1 or plan.study in ("crossed", "nested", "attribute"):
        columns[named["operator"]] = pa.array([_letter(o) for o, _, _ in rows])
    if plan.study == "nested":
        columns[named["part"]] = pa.array([f"{_letter(o)}{p + 1}" for o, p, _ in rows])
    elif plan.study != "type1":
        columns[named["part"]] = pa.array([p + 1 for _, p, _ in rows], pa.int64())
    columns[named["trial"]] = pa.array([t for _, _, t in rows], pa.int64())
    if plan.study in ("type1", "linearity"):
        columns[named["reference"]] = pa.nulls(count, pa.float64())
    if plan.study == "attribute":
        columns[named["reference"]] = pa.nulls(count, pa.string())
        columns[named["rating"]] = pa.nulls(count, pa.string())
    else:
        columns[named["value"]] = pa.nulls(count, pa.float64())
    return pa.table(columns)


def _check(plan: Plan) -> None:
    if plan.study not in STUDIES:
        raise UnusableOption(
            "--study: there is no study {study}; there are {known}.",
            study=plan.study,
            known=", ".join(STUDIES),
        )
    least = {
        "crossed": (2, 1, 2), "nested": (2, 2, 2), "type1": (1, 1, 2), "linearity": (2, 1, 2),
        "attribute": (2, 1, 1),
    }[plan.study]  # fmt: skip
    given = (plan.parts, plan.operators, plan.trials)
    for option, number, fewest in zip(("parts", "operators", "trials"), given, least, strict=True):
        if number < fewest:
            raise UnusableOption(
                "A {study} study needs at least {fewest} for --{option}.",
                study=plan.study,
                fewest=fewest,
                option=option,
            )
    if plan.study == "type1" and plan.parts != 1:
        raise UnusableOption("A Type 1 study measures one part; leave --parts out.")
    if plan.parts * plan.operators * plan.trials > MOST:
        raise UnusableOption(
            "That would be {count} measurements; a sheet holds at most {most}.",
            count=plan.parts * plan.operators * plan.trials,
            most=MOST,
        )


def _letter(number: int) -> str:
    """Return A … Z, then AA, AB …"""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
