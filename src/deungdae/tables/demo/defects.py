"""What the made-up shop does wrong, and the truth about it that a report can be held to.

Each kind of defect belongs to one product and has a different right answer:

- short shots of product A: slow injection and a cool mould together;
- gas marks of product B: drying for too short or too long a time;
- scratches of product A: chance alone, so no cause is the right answer;
- black spots of product B: dirty material on a few days on which the mould happened to be hot;
  within those days the mould makes no difference;
- start-up rejects of product A: two starts only, too few to say more than a suspicion.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from deungdae.tables.demo.plant import DRYING_WINDOW, Floats, Shots
from deungdae.tables.demo.words import PROCESS, Lang, Words

Bools = NDArray[np.bool_]
Key = Literal["short_shot", "gas", "scratch", "black_spot", "start_up"]

SLOW_BELOW = 50.0  #: mm/s
COOL_BELOW = 53.5  #: ℃

#: A part of these is bad with the first probability where the truth holds, else with the second.
RATES: dict[Key, tuple[float, float]] = {
    "short_shot": (0.20, 0.002),
    "gas": (0.09, 0.002),
    "scratch": (0.032, 0.032),
    "black_spot": (0.07, 0.002),
    "start_up": (0.9, 0.0),
}
#: The two cavities of a shot share the machine record, and with this probability also the fate.
SHARED_FATE = 0.4
START_UP_SHOTS = 3
CAVITIES = 2


@dataclass(frozen=True)
class Kind:
    """One kind of defect: whose it is, where it comes from, what a report may say about it."""

    key: Key
    product: int
    region: Bools  #: per shot: the shots in which the truth holds
    conditions: tuple[dict[str, Any], ...]  #: joined by AND, in the form of a report's cause
    verdicts: tuple[str, ...]  #: right answers
    same_as: tuple[str, ...] = ()  #: keys of columns that follow one of the cause's
    decoy: str | None = None  #: key of a column that looks like the cause and is not


def kinds(shots: Shots, rng: np.random.Generator) -> tuple[Kind, ...]:
    """Return the kinds of defects, in the order in which one hides the next."""
    a, b = shots.product == 0, shots.product == 1
    low, high = DRYING_WINDOW
    speed, mould = shots.values["speed"], shots.values["mould_fixed"]
    drying = shots.values["drying_time"]
    anywhere = np.ones(len(shots), dtype=bool)
    starts = rng.choice(np.unique(shots.day), 2, replace=False)
    start_up = np.isin(shots.day, starts) & (shots.in_run < START_UP_SHOTS)
    undecided = ("none", "not_enough_data")
    return (
        Kind("start_up", 0, a & start_up, (), ("suspected", *undecided)),
        Kind(
            "short_shot",
            0,
            a & (speed < SLOW_BELOW) & (mould < COOL_BELOW),
            (_value("speed", None, SLOW_BELOW), _value("mould_fixed", None, COOL_BELOW)),
            ("clear",),
            same_as=("fill_time",),
        ),
        Kind(
            "gas",
            1,
            b & ((drying < low) | (drying > high)),
            (_value("drying_time", low, high, outside=True),),
            ("clear",),
        ),
        Kind(
            "black_spot", 1, b & shots.hot_day, (), ("suspected", *undecided), decoy="mould_moving"
        ),
        Kind("scratch", 0, a & anywhere, (), undecided),
    )


def inspect(
    shots: Shots, found: tuple[Kind, ...], rng: np.random.Generator
) -> list[list[Key | None]]:
    """Return what is wrong with each part: per shot one entry for either cavity."""
    verdicts: list[list[Key | None]] = [[None] * CAVITIES for _ in range(len(shots))]
    for kind in found:
        inside, outside = RATES[kind.key]
        rate = np.where(kind.region, inside, outside) * (shots.product == kind.product)
        for shot, cavity in np.argwhere(_luck(len(shots), rng) < rate[:, None]):
            if verdicts[shot][cavity] is None:
                verdicts[shot][cavity] = kind.key
    return verdicts


def truth(found: tuple[Kind, ...], words: Words, lang: Lang) -> list[dict[str, Any]]:
    """Return the truth in the words of the sheet, as plain lists and dicts (JSON)."""
    name = {p.key: p.ko if lang == "ko" else p.en for p in PROCESS}
    return [
        {
            "product": words.products[kind.product],
            "reason": getattr(words, kind.key),
            "conditions": [
                {**c, "columns": [name[key] for key in c["columns"]]} for c in kind.conditions
            ],
            "verdicts": list(kind.verdicts),
            "same_as": [name[key] for key in kind.same_as],
            "decoy": name[kind.decoy] if kind.decoy else None,
        }
        for kind in found
    ]


def _value(key: str, least: float | None, most: float | None, *, outside: bool = False) -> Any:
    return {
        "columns": [key],
        "op": "value",
        "min": least,
        "max": most,
        "outside": outside,
        "levels": None,
    }


def _luck(shots: int, rng: np.random.Generator) -> Floats:
    """Return a number between 0 and 1 for each part, the same for a shot's parts at times."""
    own = rng.random((shots, CAVITIES))
    shared = rng.random(shots) < SHARED_FATE
    own[shared, 1] = own[shared, 0]
    return own
