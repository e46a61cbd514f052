"""All that is said of one asset, by name: the page paints it first, and the stream moves it on.

Both come from here, so that a page that was loaded an hour ago says the same as one of now. Every
value is a text, and an empty one hides its place.
"""

from collections.abc import Sequence
from typing import Final

from deungdae.web.floor.shown import answers, words
from deungdae.web.floor.shown.documents import ENOUGH_KNOWN, MOSTLY_KNOWN, Now
from deungdae.web.floor.shown.durations import clock, count, percent
from deungdae.web.floor.shown.words import Reasons

#: How much a state asks for a person, from nothing to now.
CALM, SOON, NOW = "calm", "soon", "now"
#: A stop that is shorter asks for nobody yet.
PATIENCE_SECONDS: Final = 60.0

Says = dict[str, str]


def level(now: Now, now_us: int) -> str:
    """Return whether somebody must look: a breakdown now, a stop or a silence soon.

    Outside of shifts nothing is asked of a machine, and a changeover is work.
    """
    if not now.meant or now.state in ("running", "setup"):
        return SOON if now.clock_ahead >= words.CLOCK_SECONDS else CALM
    if now.state == "down":
        return NOW
    since = now.since_us if now.since_us is not None else 0
    return SOON if (now_us - since) / 1e6 >= PATIENCE_SECONDS else CALM


def says(now: Now, now_us: int, reasons: Reasons) -> Says:
    """Return every text of an asset."""
    return {
        "state": now.state,
        "level": level(now, now_us),
        "off": "" if now.meant else "off",
        "word": words.state_word(now.state),
        "standing": words.standing_for(now, now_us, reasons),
        "clock": "clock" if now.clock_ahead >= words.CLOCK_SECONDS else "",
        "trouble": words.clock_trouble(now) or words.silence(now, now_us),
        "made": words.made(now),
        "count": count(now.counts.good),
        "plan": count(now.plan),
        "against": words.against_plan(now),
        "behind": _behind(now),
        "forecast": words.forecast(now),
        "bar": _share(now.counts.good, now.plan),
        "barred": "bar" if now.plan and now.known >= ENOUGH_KNOWN else "",
        "mark": _share(now.plan_now, now.plan),
        "set_aside": words.set_aside(now),
        "rated": words.rated(now.figures),
        "rated_short": words.rated_short(now.figures),
        "rate": percent(now.figures.told) or percent(now.figures.instead),
        "range": words.oee_range(now),
        "loss": words.biggest_loss(now.waterfall),
        "cost": words.cost(now) if now.figures.told is not None else "",
        "waiting": words.waiting(now.waiting_stops),
        "stops": str(now.waiting_stops or ""),
        "shift": words.shift_words(now),
        "hours": f"{clock(now.shift.start_us)}–{clock(now.shift.end_us)}" if now.shift else "",
        "product": now.product,
        "lot": now.lot,
        "last": clock(now.heard_us, seconds=True) if now.heard_us else "",
        "longest": "",
    }


def of_members(members: Sequence[answers.Named], now_us: int, reasons: Reasons) -> Says:
    """Return what a line says of its machines: the one that stands longest, stops that wait."""
    longest = answers.longest([one for one in members if answers.is_standing(one.now)])
    waiting = sum(one.now.waiting_stops for one in members)
    return {
        "longest": answers.of_machine(longest, now_us, reasons) if longest else "",
        "stops": str(waiting or ""),
        "waiting": words.waiting(waiting),
    }


def _share(part: float | None, whole: float | None) -> str:
    """Return a width in percent, for a bar."""
    if part is None or not whole:
        return "0"
    return f"{min(max(100 * part / whole, 0), 100):.1f}"


def _behind(now: Now) -> str:
    """Say whether so much is missing that a person must look: a twentieth of what was due."""
    good, due = now.counts.good, now.plan_now
    if good is None or not due or now.known < MOSTLY_KNOWN:
        return ""
    return "soon" if good < 0.95 * due else ""


def nothing(asset: str, *, away: bool) -> Now:
    """Return how an asset stands of which the monitor says nothing, or is `away` altogether."""
    return Now(asset, unread=not away, away=away)
