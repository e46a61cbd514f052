"""What machines and lines do, in words. Unknown is never said as running.

Nothing is put together from pieces where a translator needs it whole: a state with its length is
one sentence for each state.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from deungdae.web.floor.shown.documents import (
    ENOUGH_KNOWN,
    STANDING,
    UNKNOWN,
    WORTH_SAYING,
    Figures,
    Now,
    Waterfall,
)
from deungdae.web.floor.shown.durations import count, lasting, money, percent, so_far
from deungdae.web.plant.live.words import of_clock

#: The words of a state alone, as on a pill or a legend.
STATE_WORDS: Final = {
    "running": _lazy("Running"),
    "setup": _lazy("Changeover"),
    "down": _lazy("Breakdown"),
    "starved": _lazy("Waiting for material"),
    "blocked": _lazy("Blocked"),
    "stopped": _lazy("Stopped"),
    UNKNOWN: _lazy("Unknown"),
}
#: The same with how long it has lasted.
STATE_LASTING: Final = {
    "running": _lazy("Running for %(age)s"),
    "setup": _lazy("In changeover for %(age)s"),
    "down": _lazy("Broken down for %(age)s"),
    "starved": _lazy("Waiting for material for %(age)s"),
    "blocked": _lazy("Blocked for %(age)s"),
    "stopped": _lazy("Stopped for %(age)s"),
    UNKNOWN: _lazy("Unknown: no signal for %(age)s"),
}
LOSS_WORDS: Final = {
    "down": _lazy("Breakdowns"),
    "setup": _lazy("Changeovers"),
    "starved": _lazy("Waiting for material"),
    "blocked": _lazy("Blocked by what follows"),
    "stopped": _lazy("Other stops"),
    "micro_stops": _lazy("Short stops"),
    "slow": _lazy("Slow cycles"),
    "scrap": _lazy("Scrap"),
    "rework": _lazy("Rework"),
    UNKNOWN: _lazy("Unknown time"),
}
#: A clock that is so much ahead is wrong.
CLOCK_SECONDS: Final = 60.0

Reasons = Mapping[str, str]  #: code → word in the reader's language


def state_word(state: str) -> str:
    """Return the word of a state."""
    return str(STATE_WORDS.get(state, STATE_WORDS[UNKNOWN]))


def reason_word(code: str, reasons: Reasons) -> str:
    """Return the word of a reason; what has no code here is a text of the machine."""
    return reasons.get(code, code)


def why(code: str, reasons: Reasons, without: str) -> str:
    """Return the word of what stops are gathered under: a reason, a state, or `without` either."""
    if code in reasons:
        return reasons[code]
    if code in ("", "stopped"):
        return without
    return state_word(code) if code in STATE_WORDS else code


def standing_for(now: Now, now_us: int, reasons: Reasons) -> str:
    """Return what an asset does, since when and why: `Stopped for 14 min (mould change)`."""
    if now.away:
        return state_word(UNKNOWN)
    if now.unread:
        return _("Unknown: no signal is set up, or what was before is still being read")
    if now.state == UNKNOWN and now.heard_us is None:
        return _("Unknown: nothing has arrived yet")
    if now.state == UNKNOWN and now.clock_ahead >= CLOCK_SECONDS:
        return _("Unknown: its clock is %(age)s ahead") % {
            "age": lasting(of_clock(now.clock_ahead))
        }
    if now.state == UNKNOWN and now.unheard_us:
        return _("Unknown: its agent has not been heard for %(age)s") % {
            "age": so_far((now_us - now.unheard_us) / 1e6)
        }
    heard = now.heard_us if now.heard_us and now.heard_us <= now_us else None
    since = heard if now.state == UNKNOWN and heard else now.since_us
    if since is None:
        return state_word(now.state)
    said = str(STATE_LASTING[now.state]) % {"age": so_far((now_us - since) / 1e6)}
    why_it_stands = reason_word(now.reason, reasons) or now.fault
    if why_it_stands and now.state in STANDING:
        return _("%(state)s (%(reason)s)") % {"state": said, "reason": why_it_stands}
    return said


def clock_trouble(now: Now) -> str:
    """Return what is wrong with the clock of an asset's values; empty when nothing is."""
    if now.clock_ahead < CLOCK_SECONDS:
        return ""
    if now.state == UNKNOWN:  # which says by how much
        return _("Its values are not used for the state until the clock is right.")
    return _(
        "Its values carry times that are %(age)s ahead of now, so they are not used for the state."
    ) % {"age": lasting(of_clock(now.clock_ahead))}


def silence(now: Now, now_us: int) -> str:
    """Return that nothing comes any more, of an asset of which something came."""
    if not now.stale or now.heard_us is None or now.state == UNKNOWN:
        return ""  # an unknown state says so itself
    return _("Nothing has come from it for %(age)s.") % {
        "age": so_far((now_us - now.heard_us) / 1e6)
    }


def made(now: Now) -> str:
    """Return the good parts of this shift: `840 of 1,200`."""
    if now.unread or now.away:
        return "–"
    if now.counts.produced is None:
        return _("not counted")
    if now.state == UNKNOWN and not now.counts.produced and not now.known:
        return "–"  # of what nobody knows, none is not a count
    if now.plan:
        return _("%(made)s of %(plan)s") % {
            "made": count(now.counts.good),
            "plan": count(now.plan),
        }
    return count(now.counts.good)


def against_plan(now: Now) -> str:
    """Return how the count stands against what was meant to be there by now."""
    good = now.counts.good
    if good is None or now.plan_now is None or now.known < ENOUGH_KNOWN:
        return ""  # what nobody saw is not missing
    ahead = round(good - now.plan_now)
    if ahead == 0:
        return _("just on plan")
    if ahead > 0:
        return ngettext("%(n)s part ahead of plan", "%(n)s parts ahead of plan", ahead) % {
            "n": count(ahead)
        }
    return ngettext("%(n)s part behind plan", "%(n)s parts behind plan", -ahead) % {
        "n": count(-ahead)
    }


def forecast(now: Now) -> str:
    """Return what the shift will give at this pace."""
    if now.forecast is None:
        return ""
    return _("%(n)s expected by the end") % {"n": count(now.forecast)}


def set_aside(now: Now) -> str:
    """Return scrap and rework of this shift; empty where there is none, if somebody counts it."""
    if not now.scrap_known and now.counts.produced:
        return _("nobody counts scrap")
    if not now.counts.scrapped and not now.counts.reworked:
        return ""
    return _("scrap %(scrap)s, rework %(rework)s") % {
        "scrap": count(now.counts.scrapped),
        "rework": count(now.counts.reworked),
    }


def rated(figures: Figures) -> str:
    """Return what the one figure of a machine is called: OEE, or what stands in for it."""
    return _("Availability") if figures.instead is not None else _("OEE")


def rated_short(figures: Figures) -> str:
    """Return the same for a narrow place."""
    return _("Availability") if figures.instead is not None else "OEE"


def oee_range(now: Now) -> str:
    """Return within what bounds OEE lies, and how much of the time is unknown."""
    figures = now.figures
    if now.unread or now.away or (now.shift is None and not now.meant):
        return ""
    if now.figures.told is None:
        if now.counts.produced is None:
            if now.figures.instead is None:
                return _("parts are not counted")
            told = _("no OEE: parts are not counted")
            if 1 - now.known < WORTH_SAYING:
                return told
            unknown = _("%(share)s of the time unknown") % {"share": percent(1 - now.known)}
            return f"{unknown} · {told}"
        return _("not enough known yet") if now.ideal_seconds else _("no ideal cycle is set")
    unknown = 1 - now.known
    if unknown < WORTH_SAYING:
        told = "" if now.ideal_confirmed else _("by an ideal cycle that nobody confirmed")
    elif figures.low is None or percent(figures.low) == percent(figures.high):
        told = _("%(share)s of the time unknown") % {"share": percent(unknown)}
    else:
        told = _("%(low)s to %(high)s; %(share)s of the time unknown") % {
            "low": percent(figures.low),
            "high": percent(figures.high),
            "share": percent(unknown),
        }
    return " · ".join(one for one in (told, of_those_that_count(now.counting)) if one)


def of_those_that_count(counting: tuple[int, int] | None) -> str:
    """Return of how many machines OEE is, where not all count parts."""
    if counting is None:
        return ""
    return ngettext(
        "of %(n)d machine of %(all)d that counts parts",
        "of %(n)d machines of %(all)d that count parts",
        counting[0],
    ) % {"n": counting[0], "all": counting[1]}


def biggest_loss(waterfall: Waterfall | None) -> str:
    """Return what cost most time, in one sentence."""
    found = waterfall.biggest if waterfall else None
    if found is None or waterfall is None or not waterfall.planned:
        return ""
    name, seconds = found
    return _("Biggest loss: %(what)s, %(age)s (%(share)s of the time).") % {
        "what": LOSS_WORDS[name],
        "age": lasting(seconds),
        "share": percent(seconds / waterfall.planned),
    }


def cost(now: Now) -> str:
    """Return what the losses of this shift cost so far; empty where nobody said what an hour is."""
    return "" if now.lost_cost is None else money(now.lost_cost)


def waiting(stops: int) -> str:
    """Return how many stops wait for a reason."""
    if not stops:
        return ""
    return ngettext(
        "%(n)d stop of this shift waits for a reason",
        "%(n)d stops of this shift wait for a reason",
        stops,
    ) % {"n": stops}  # fmt: skip


def shift_words(now: Now) -> str:
    """Return the shift and its crew; that none is planned, where none is."""
    if now.shift is None:
        return _("Without a shift calendar") if now.meant else _("No shift is planned now")
    if now.shift.crew:
        return _("%(shift)s, crew %(crew)s") % {"shift": now.shift.name, "crew": now.shift.crew}
    return now.shift.name
