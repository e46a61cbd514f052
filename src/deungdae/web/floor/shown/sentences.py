"""The sentence above each picture: what it shows, as an owner would say it."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.floor.shown.documents import (
    STANDING,
    UNKNOWN,
    Figures,
    Made,
    Past,
    Reliability,
    Shift,
    Span,
    Weight,
)
from deungdae.web.floor.shown.durations import clock, count, lasting, percent, within
from deungdae.web.floor.shown.words import Reasons, why


def of_states(seconds: Mapping[str, float], stops: int) -> str:
    """Return how long an asset ran, stood, and was not heard of."""
    ran = seconds.get("running", 0.0)
    stood = sum(seconds.get(state, 0.0) for state in STANDING)
    unknown = seconds.get(UNKNOWN, 0.0)
    if ran + stood < 1:
        return _("Nothing is known of this time.")
    if not stops:
        told = _("Ran for %(ran)s without a stop.") % {"ran": lasting(ran)}
    else:
        told = _ran_and_stood(ran, stood, stops)
    if unknown < 60:
        return told
    return _("%(told)s For %(age)s nobody knows.") % {"told": told, "age": lasting(unknown)}


def _ran_and_stood(ran: float, stood: float, stops: int) -> str:
    told = ngettext(
        "Ran for %(ran)s, stood for %(stood)s in %(n)d stop.",
        "Ran for %(ran)s, stood for %(stood)s in %(n)d stops.",
        stops,
    )
    return told % {"ran": lasting(ran), "stood": lasting(stood), "n": stops}


def stops_in(spans: Sequence[Span]) -> int:
    """Return how many stops there were: neighbours of other reasons are one."""
    found, before = 0, None
    for one in spans:
        standing = one.state in STANDING
        if standing and not (before and before.state in STANDING and before.end_us == one.start_us):
            found += 1
        before = one
    return found


def of_made(pieces: Sequence[Made], ideals: Sequence[float]) -> str:
    """Return how many parts there were, and the best piece; `ideals` as they counted in turn."""
    total = sum(one.produced for one in pieces)
    if not pieces or not total:
        return _("Nothing was counted in this time.")
    best = max(pieces, key=lambda one: (not one.unheard, one.produced))
    whole = pieces[0].start_us, pieces[-1].end_us
    told = _("%(n)s parts in all, most from %(from)s to %(to)s: %(best)s.") % {
        "n": count(total),
        "from": within(best.start_us, *whole),
        "to": clock(best.end_us),
        "best": count(best.produced),
    }
    if dark := sum(one.produced for one in pieces if one.unheard):
        told += " " + _(
            "%(n)s were counted after a silence; they are drawn hatched, even over that time."
        ) % {"n": count(dark)}
    said = _seconds(ideals)
    if not said:
        return told
    ideal = _("The dashed line is what the ideal cycle of %(ideal)s s would give.")
    if len(said) > 1:
        ideal = _(
            "The dashed line is what the ideal cycle would give: %(ideal)s s at first, %(last)s s "
            "at last."
        )
    return f"{told} {ideal % {'ideal': said[0], 'last': said[-1]}}"


def _seconds(ideals: Sequence[float]) -> list[str]:
    """Return ideal cycles as they are said, each once."""
    return list(dict.fromkeys(f"{one:.3g}" for one in ideals))


def of_figures(figures: Figures, counting: tuple[int, int] | None = None) -> str:
    """Return OEE with its three parts, and how much of the time is known.

    `counting`: how many machines of how many count parts, where not all do.
    """
    if figures.instead is not None:
        told = _(
            "Availability %(availability)s: the machine ran in so much of the planned time that is "
            "known. OEE cannot be given: parts are not counted, or no ideal cycle is set."
        ) % {"availability": percent(figures.instead)}
        known = 1.0 if figures.known is None else figures.known
        return _bounded(told, known, figures.instead * known, figures.instead * known + 1 - known)
    if figures.told is None:
        return _(
            "OEE cannot be given: too little is known, parts are not counted, or no ideal cycle is "
            "set."
        )
    told = _(
        "OEE %(oee)s = availability %(availability)s × performance %(speed)s × quality %(quality)s."
    ) % {
        "oee": percent(figures.oee),
        "availability": percent(figures.availability) or "–",
        "speed": percent(figures.effectiveness) or "–",
        "quality": percent(figures.quality) or "–",
    }
    if counting is not None:
        told += f" {of_counting(*counting)}"
    known = 1.0 if figures.known is None else figures.known
    return _bounded(told, known, figures.low, figures.high)


def _bounded(told: str, known: float, least: float | None, most: float | None) -> str:
    """Add how much of the time is unknown, and between what the figure lies for it."""
    if known > 0.995:
        return told
    low, high = percent(least) or "0%", percent(most) or "100%"
    if low == high:  # what is unknown changes nothing that can be seen
        bounds = _("%(unknown)s of the time is unknown.")
    else:
        bounds = _("%(unknown)s of the time is unknown, so it lies between %(low)s and %(high)s.")
    return f"{told} {bounds % {'unknown': percent(1 - known), 'low': low, 'high': high}}"


def of_counting(some: int, every: int) -> str:
    """Return of how many machines of a line the figures are."""
    return ngettext(
        "Of %(all)d machines %(n)d counts parts; the figures are of that one.",
        "Of %(all)d machines %(n)d count parts; the figures are of those.",
        some,
    ) % {"n": some, "all": every}


def of_pareto(weights: Sequence[Weight], reasons: Reasons, without: str) -> str:
    """Return the reason that weighs most, and how many make four fifths."""
    if not weights:
        return _("No stop in this time.")
    first = weights[0]
    name = why(first.reason, reasons, without)
    told = _("%(what)s: %(share)s of the standing time.") % {
        "what": name,
        "share": percent(first.share),
    }
    few = next((n for n, one in enumerate(weights, 1) if one.so_far >= 0.8), len(weights))
    if few <= 1 or few == len(weights):
        return told
    rest = _("%(n)d of %(all)d reasons make four fifths of it.") % {"n": few, "all": len(weights)}
    return f"{told} {rest}"


def of_shifts(shifts: Sequence[Shift]) -> str:
    """Return between what OEE of the last shifts lay, and whether it rises or falls."""
    known = [one.figures.told for one in shifts if one.figures.told is not None]
    if len(known) < 2:
        return _("There are too few shifts yet to compare.")
    low, high, last = (percent(one) for one in (min(known), max(known), known[-1]))
    if low == high:
        return _("OEE of the last %(n)d shifts was %(last)s in each.") % {
            "n": len(known),
            "last": last,
        }
    told = ngettext(
        "OEE of the last %(n)d shift lay between %(low)s and %(high)s; the last one %(last)s.",
        "OEE of the last %(n)d shifts lay between %(low)s and %(high)s; the last one %(last)s.",
        len(known),
    )
    return told % {"n": len(known), "low": low, "high": high, "last": last}


def of_cycles(past: Past, ideals: Sequence[float], now: float | None) -> str:
    """Return the usual cycle, the best that was shown to be possible, and the ideal.

    `ideals` are those that counted in turn; `now` is the one that counts at present.
    """
    parts = []
    if past.cycle_typical:
        parts.append(
            _("A cycle usually takes %(seconds)s s.") % {"seconds": f"{past.cycle_typical:.3g}"}
        )
    if past.cycle_demonstrated:
        parts.append(
            _("The best it has shown over a longer time: %(seconds)s s.")
            % {"seconds": f"{past.cycle_demonstrated:.3g}"}
        )
    said = _seconds(ideals)
    if len(said) > 1:
        told = _("The ideal was set to %(first)s s at first, to %(last)s s at last.")
        parts.append(told % {"first": said[0], "last": said[-1]})
    elif said and now and said[0] != f"{now:.3g}":
        told = _("The ideal was set to %(then)s s at that time; it is %(now)s s now.")
        parts.append(told % {"then": said[0], "now": f"{now:.3g}"})
    elif said:
        parts.append(_("The ideal is set to %(seconds)s s.") % {"seconds": said[0]})
    return " ".join(parts)


def of_reliability(found: Reliability | None) -> str:
    """Return how often it breaks down, and how long until it runs again."""
    if found is None or not found.faults:
        return _("No breakdown in this time.")
    told = ngettext("%(n)d breakdown.", "%(n)d breakdowns.", found.faults) % {"n": found.faults}
    if found.between is None or found.restore is None:
        return told
    means = _("It ran %(between)s between two on average, and stood %(restore)s each time.") % {
        "between": lasting(found.between),
        "restore": lasting(found.restore),
    }
    return f"{told} {means}"


def of_bottleneck(name: str, share: float) -> str:
    """Return which machine holds the line up."""
    return _("%(machine)s held the line up for %(share)s of this time.") % {
        "machine": name,
        "share": percent(share),
    }
