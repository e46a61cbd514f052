"""What each value of a state signal means; the form holds v{n}-value and v{n}-state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from deungdae.web.floor.kinds import STATES

MOST: Final = 60
BLANK: Final = 2


@dataclass(frozen=True)
class Meaning:
    """One value, what it means ("" is not said), and whether the history holds it."""

    number: int
    value: str
    state: str
    seen: bool
    proposed: bool = False


def meanings(
    said: Mapping[str, str], seen: list[str], proposed: Mapping[str, str]
) -> list[Meaning]:
    """Return the values that were seen, the commonest first, those said besides, and empty ones."""
    values = list(dict.fromkeys([*seen, *said]))[: MOST - BLANK]
    found = [
        Meaning(
            number,
            value,
            said.get(value) or proposed.get(value, ""),
            value in seen,
            value not in said and value in proposed,
        )
        for number, value in enumerate(values)
    ]
    return found + [Meaning(len(found) + n, "", "", seen=False) for n in range(BLANK)]


def taken(data: Mapping[str, str]) -> dict[str, str]:
    """Return value → state as it was typed; what is not said is left out, it counts as unknown."""
    found = {}
    for number in range(MOST):
        value = data.get(f"v{number}-value", "").strip()[:200]
        state = data.get(f"v{number}-state", "")
        if value and state in STATES:
            found[value] = state
    return found
