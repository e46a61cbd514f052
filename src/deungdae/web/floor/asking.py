"""Questions to the monitor, and what a page says while it does not answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from django.utils.translation import gettext as _

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.floor.models import Asset
from deungdae.web.floor.shown.documents import Now, Past, Shift, Stop
from deungdae.web.plant import speech

TOPIC: Final = "monitor"
QUICK_SECONDS: Final = 6.0
LONG_SECONDS: Final = 20.0  #: for what goes through weeks of history

#: Days of shifts that are looked at: enough for three shifts a day, or else for one a day.
SHORT_US: Final = 11 * 86_400_000_000
LONG_US: Final = 45 * 86_400_000_000
ENOUGH_SHIFTS: Final = 30

Found = TypeVar("Found")


@dataclass(frozen=True)
class Heard(Generic[Found]):
    """What was answered; `problem` is a sentence and `away` true where nobody did."""

    found: Found
    problem: str = ""
    away: bool = False


def key(asset: Asset) -> str:
    """Return how the monitor calls an asset."""
    return str(asset.public_id)


def now_question(organisation: str) -> bus.Question:
    """Return the question for how everything stands."""
    return bus.Question(TOPIC, "now", organisation, within=QUICK_SECONDS)


def now(organisation: Organisation) -> Heard[Mapping[str, Now]]:
    """Return how every asset stands, by its key."""
    told = ask(organisation, "now", {})
    return Heard(read_now(told.found), told.problem, told.away)


def read_now(answer: Any) -> dict[str, Now]:
    """Return what was answered to `now`, by asset."""
    assets = answer.get("assets") if isinstance(answer, Mapping) else None
    if not isinstance(assets, Mapping):
        return {}
    return {name: Now.of({**one, "asset": name}) for name, one in assets.items()}


def _rows(answer: Any, name: str) -> list[Any]:
    found = answer.get(name) if isinstance(answer, Mapping) else None
    return found if isinstance(found, list) else []


def past(asset: Asset, start_us: int, end_us: int) -> Heard[Past]:
    """Return what a machine or line did between two instants."""
    name = "line" if asset.is_line else "asset"
    given = {name: key(asset), "start": start_us, "end": end_us}
    told = ask(asset.organisation, name, given, LONG_SECONDS)
    return Heard(Past.of(told.found or {}), told.problem, told.away)


def shifts(asset: Asset, start_us: int, end_us: int) -> Heard[Sequence[Shift]]:
    """Return the shifts of an asset between two instants, in order."""
    given = {"asset": key(asset), "start": start_us, "end": end_us}
    told = ask(asset.organisation, "shifts", given, LONG_SECONDS)
    rows = _rows(told.found, "shifts")
    found = sorted((Shift.of(one) for one in rows), key=lambda one: one.start_us)
    return Heard(found, told.problem, told.away)


def stops(
    organisation: Organisation,
    assets: Iterable[Asset],
    start_us: int,
    end_us: int,
    *,
    waiting: bool,
    at_least: float | None = None,
) -> Heard[Sequence[Stop]]:
    """Return stops, the newest first; `waiting` only those for which nobody said a reason.

    Stops shorter than `at_least` seconds are left out; None leaves out what is too short to wait.
    """
    given: dict[str, Any] = {
        "assets": [key(one) for one in assets],
        "start": start_us,
        "end": end_us,
        "waiting": waiting,
    }
    if at_least is not None:
        given["at_least_seconds"] = at_least
    told = ask(organisation, "stops", given, QUICK_SECONDS)
    rows = _rows(told.found, "stops")
    found = sorted((Stop.of(row) for row in rows), key=lambda one: -one.start_us)
    return Heard(found, told.problem, told.away)


def ask(
    organisation: Organisation, name: str, given: Mapping[str, Any], within: float = QUICK_SECONDS
) -> Heard[Any]:
    """Return what the monitor answers to a question, or why it does not."""
    question = bus.Question(TOPIC, name, str(organisation.public_id), given, within=within)
    try:
        with line.ask(question) as answer:
            return Heard(answer.json())
    except bus.Refusal as refusal:
        message = {"template": refusal.message.template, "values": refusal.message.values}
        return Heard(None, speech.told(message))
    except bus.Unavailable:
        return Heard(None, away_words(), away=True)


def lately(asset: Asset, now_us: int) -> Heard[Sequence[Shift]]:
    """Return the last shifts of an asset, some thirty of them: a month has so many at least."""
    found = shifts(asset, now_us - SHORT_US, now_us)
    if found.problem or len(found.found) >= ENOUGH_SHIFTS:
        return found
    longer = shifts(asset, now_us - LONG_US, now_us)
    return found if longer.problem else longer


def problem_of(*heard: Heard[Any]) -> str:
    """Return what went wrong with questions to a monitor that has just answered another one."""
    for one in heard:
        if one.away:
            return _(
                "The monitor is still at it: what was asked takes longer than usual. Load this "
                "page again in a moment."
            )
        if one.problem:
            return one.problem
    return ""


def away_words() -> str:
    """Return what is said while nobody watches the machines."""
    return _(
        "The program that watches the machines (deungdae monitor) is not running, so nobody knows "
        "at the moment what they do. Values go on being stored; once it runs again, what was "
        "missed is worked out from them. Start it with deungdae up, or deungdae monitor by itself."
    )
