"""One occurrence of an alarm in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae.web.alarms.lately import LastTime
from deungdae.web.floor.shown import durations
from deungdae.web.plant import speech
from deungdae.web.plant.live import words as say

#: How a priority looks: red for now, amber for soon, grey for what can wait.
KINDS: Final = {"high": "now", "medium": "soon", "low": ""}


@dataclass(frozen=True)
class Alarm:
    """What a page says of one occurrence. Times are moments, and milliseconds for the browser."""

    key: str
    rule: str
    number: int
    name: str
    place: str
    kind: str
    priority: str
    pill: str  #: how the priority looks
    priority_word: str
    state: str
    state_word: str
    waits: bool  #: for somebody to acknowledge
    active: bool  #: its condition stands
    what: str
    normal: str
    value: str
    now: str  #: the value at this moment, "" where it is not known
    tag: str
    watch: str  #: whose score it looks at, "" of others
    asset: str
    since: datetime
    since_ms: int
    lasted: str
    until: datetime | None  #: when its condition had gone
    ended: datetime | None
    comings: int
    acknowledged: datetime | None
    by: str
    verdict: str
    meaning: str
    remedy: str
    usual: str  #: how long it stands usually
    last: LastTime | None
    latched: bool


def priority_word(priority: str) -> str:
    """Return how urgent it is, in a word."""
    words = {"high": _("Urgent"), "medium": _("Soon"), "low": _("When there is time")}
    return words.get(priority, priority)


def state_word(state: str) -> str:
    """Return how an alarm stands, in words."""
    words = {
        "unacknowledged": _("not acknowledged"),
        "acknowledged": _("acknowledged"),
        "returned": _("back to normal, not acknowledged"),
        "latched_unacknowledged": _("back to normal, not acknowledged"),
        "latched": _("back to normal, waits for a reset"),
        "shelved": _("put aside"),
        "suppressed": _("says nothing while the machine does not run"),
        "out_of_service": _("out of service"),
        "normal": _("in order"),
        "ended": _("over"),
    }
    return words.get(state, state)


def alarm(told: Mapping[str, Any], now_us: int, last: LastTime | None = None) -> Alarm:
    """Return an occurrence as a page shows it, from what the monitor tells."""
    since, gone, ended = told["since"], told.get("gone"), told.get("ended")
    # Of one that is acknowledged after it has gone, the time counts until it had gone.
    over = gone or ended
    until = over or now_us
    state = told.get("state") or ("ended" if ended else "")
    usual, unit = told.get("usual_seconds"), told.get("unit") or ""
    return Alarm(
        key=told["occurrence"],
        rule=told["rule"],
        number=told["number"],
        name=told["name"],
        place=told.get("place") or "",
        kind=told["kind"],
        priority=told["priority"],
        pill=KINDS.get(told["priority"], ""),
        priority_word=priority_word(told["priority"]),
        state=state,
        state_word=state_word(state),
        waits=bool(told.get("waits", state in _WAITING)),
        active=gone is None and ended is None,
        what=speech.told(told.get("what")),
        normal=speech.told(told.get("normal")),
        value=value_words(told["kind"], told.get("value"), unit),
        now=value_words(told["kind"], told.get("now"), unit),
        tag=told.get("tag") or "",
        watch=told.get("watch") or "",
        asset=told.get("asset") or "",
        since=durations.moment(since),
        since_ms=since // 1000,
        lasted=durations.lasting((until - since) / 1e6),
        until=durations.moment(over) if over else None,
        ended=durations.moment(ended) if ended else None,
        comings=told.get("comings") or 1,
        acknowledged=durations.moment(told["acknowledged"]) if told.get("acknowledged") else None,
        by=told.get("acknowledged_by") or "",
        verdict=told.get("verdict") or "",
        meaning=told.get("meaning") or "",
        remedy=told.get("remedy") or "",
        usual=durations.lasting(usual) if usual is not None else "",
        last=last,
        latched=state == "latched",
    )


_WAITING: Final = {"unacknowledged", "returned", "latched_unacknowledged"}


def value_words(kind: str, value: Any, unit: str) -> str:
    """Return the value that a rule of a kind looks at; "" where there is none."""
    if kind == "score" and isinstance(value, int | float):
        return _("%(times)s times the limit") % {"times": f"{max(value, 0):.2f}"}
    text = say.value_text(value, say.for_browser())
    return f"{text} {unit}".strip() if text else ""
