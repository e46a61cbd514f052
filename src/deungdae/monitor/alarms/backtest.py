"""How often a rule would have come in the past, and what would make it come less often.

A rule is followed through history exactly as it is followed live; only what says nothing is left
out beforehand: of values within limits those at which nothing turns, of those that came in time all
that no silence begins or ends with.
"""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.alarms import Limits, OneOf, Stale
from deungdae.bus import Question, ask
from deungdae.monitor.alarms import charting, words
from deungdae.monitor.alarms.charting import Usual
from deungdae.monitor.alarms.following import Follower
from deungdae.monitor.alarms.picturing import Came, drawn, nearly_all, picture
from deungdae.monitor.alarms.proposing import proposals
from deungdae.monitor.alarms.rules import Rule
from deungdae.monitor.alarms.telling import said
from deungdae.monitor.context import Context
from deungdae.monitor.past import Readings
from deungdae.records.errors import UnusableOption
from deungdae.records.readings import Quality

HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
LONGEST_US: Final = 35 * DAY_US
CHATTERS, CHATTER_US = 3, 60_000_000
#: Of less than this nobody can say for which share of the time a rule would have stood.
LEAST_KNOWN_US: Final = HOUR_US
ALWAYS: Final = 0.9  #: what would have stood for more than this share would always stand

Kept = NDArray[np.int64]


async def preview(context: Context, rule: Rule, start_us: int, end_us: int) -> dict[str, Any]:
    """Return how often a rule would have come from `start_us` to `end_us`, as plain data.

    Raises UnusableOption where there is nothing to look at, or too much.
    """
    end_us = min(end_us, context.now_us())
    if not start_us < end_us <= start_us + LONGEST_US:
        raise UnusableOption("Look at a time of at most 35 days that has begun.")
    usual: Usual | None = None
    if rule.kind == "machine":
        readings = _states(await _spans(context, rule, rule.asset or "", start_us, end_us))
    elif rule.source.startswith("~"):
        readings = await _scores(context, rule, start_us, end_us)
    else:
        read = await context.past.readings(rule.organisation, [rule.source], start_us, end_us)
        readings = read.get(rule.source, _NOTHING)
        usual = await _usual(context, rule)
    running = None
    if rule.only_running and rule.asset and rule.kind != "machine":
        running = _running(await _spans(context, rule, rule.asset, start_us, end_us))
    before_us = await _heard_before(context, rule, start_us)
    return await context.work(_told, rule, readings, start_us, end_us, usual, running, before_us)


def _told(
    rule: Rule, readings: Readings, start_us: int, end_us: int, usual: Usual | None,
    running: list[tuple[int, int]] | None, before_us: int | None,
) -> dict[str, Any]:  # fmt: skip
    def again(other: Rule) -> list[Came]:
        return comings(other, readings, start_us, end_us, usual, running, before_us)

    came = again(rule)
    lengths = _lengths(came, end_us)
    first = int(readings.times[0]) if len(readings.times) else None
    since = start_us if rule.kind == "machine" or before_us is not None else first
    known = [] if since is None else [(since, end_us)]
    if running is not None:
        known = [(max(a, s), min(b, e)) for a, b in running for s, e in known]
    known_us = sum(max(b - a, 0) for a, b in known)

    def share(found: list[Came]) -> float | None:
        if known_us < LEAST_KNOWN_US:
            return None
        return min(sum(_lengths(found, end_us)) * 1e6 / known_us, 1.0)

    def always(found: list[Came]) -> bool:
        return (share(found) or 0.0) > ALWAYS

    return {
        "start": start_us,
        "end": end_us,
        "points": len(readings.times),
        "times": len(came),
        "seconds": sum(lengths),
        "longest": max(lengths, default=0.0),
        "share": share(came),
        "first": first,
        "chattering": chatters(came),
        "spans": drawn(came, start_us, end_us),
        "proposals": proposals(rule, readings, came, again, chatters, always),
        "usual": usual and list(usual),
        "range": nearly_all(readings),
        "normal": _normal(rule, usual),
        "picture": picture(readings, start_us, end_us),
    }


def _normal(rule: Rule, usual: Usual | None) -> dict[str, Any] | None:
    found = words.normal(rule, usual and usual[:2])
    return None if found is None else said(found)


def comings(
    rule: Rule, readings: Readings, start_us: int, end_us: int, usual: Usual | None = None,
    running: list[tuple[int, int]] | None = None, before_us: int | None = None,
) -> list[Came]:  # fmt: skip
    """Return each time that a rule's condition came; only while `running`, where that is given.

    A silence is counted from a reading alone: from the last one `before_us`, or else the first.
    """
    since_us = start_us
    if isinstance(rule.condition, Stale):
        readings = _signs(readings)
        if before_us is None and not len(readings.times):
            return []  # nothing came yet that could have stopped
        since_us = int(readings.times[0]) if before_us is None else before_us
    follower = Follower(rule, since_us, usual)
    kept = _telling_ones(rule, readings)
    texts = readings.texts
    flips = []
    for place in kept.tolist():
        at, text = int(readings.times[place]), texts[place]
        value = text if text is not None else float(readings.values[place])
        flips += follower.push(at, value, Quality.GOOD, max(at, start_us))
    flips += follower.passed(end_us)
    found, since = [], None
    for flip in flips:
        if flip.active:
            since = flip.at_us
        elif since is not None:
            found.append(Came(since, flip.at_us))
            since = None
    if since is not None:
        found.append(Came(since, None))
    return found if running is None else _while(found, running, end_us)


def chatters(came: list[Came]) -> bool:
    """Whether it came three times or more within a minute."""
    times = [one.start_us for one in came]
    return any(
        last - first < CHATTER_US for first, last in zip(times, times[CHATTERS - 1 :], strict=False)
    )


def _telling_ones(rule: Rule, readings: Readings) -> Kept:
    """Return the places of the readings at which something may turn; all where that is not sure."""
    times, values = readings.times, readings.values
    every = np.arange(times.size, dtype=np.int64)
    match rule.condition:
        case Limits(high, low, deadband):
            known = every[~np.isnan(values)]
            return known[_turns(_zones(values[known], high, low, deadband))]
        case Stale(after_us) if every.size:
            # The first and last of each part that is as long: between the two is no silence, and
            # from part to part they are neighbours.
            turns = np.flatnonzero(np.diff((times - times[0]) // after_us))
            return np.unique(np.concatenate((every[:1], turns, turns + 1, every[-1:])))
        case OneOf() if rule.kind != "machine":
            texts = [t if t is not None else v for t, v in zip(readings.texts, values, strict=True)]
            inside = np.array([_is_in(rule.condition, one) for one in texts], dtype=np.int64)
            return every[_turns(inside)]
        case _:
            return every


def _signs(readings: Readings) -> Readings:
    """Return when anything came: a reading that says that there is no value is a sign of life."""
    times = readings.times
    if readings.bad.size:
        times = np.sort(np.concatenate((times, readings.bad)), kind="stable")
    return Readings(times, np.full(times.size, np.nan), np.full(times.size, None, dtype=object))


def _lengths(came: Iterable[Came], end_us: int) -> list[float]:
    return [((one.end_us or end_us) - one.start_us) / 1e6 for one in came]


def _zones(
    values: NDArray[np.float64], high: float | None, low: float | None, deadband: float
) -> NDArray[np.int64]:
    """Return 2 beyond a limit, 1 in its deadband, 0 clear of it: all that a limit looks at."""
    zones = np.zeros(values.size, dtype=np.int64)
    if high is not None:
        zones = np.maximum(zones, (values > high) * 2)
        zones = np.maximum(zones, (values > high - deadband) * 1)
    if low is not None:
        zones = np.maximum(zones, (values < low) * 2)
        zones = np.maximum(zones, (values < low + deadband) * 1)
    return zones


def _turns(codes: NDArray[np.int64]) -> NDArray[np.bool_]:
    kept = np.ones(codes.size, dtype=bool)
    kept[1:] = codes[1:] != codes[:-1]
    return kept


def _is_in(condition: OneOf, value: Any) -> bool:
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return plain in condition.states


def _while(came: Iterable[Came], running: list[tuple[int, int]], end_us: int) -> list[Came]:
    """Return what stood while the machine ran; what stands when it begins to run comes then."""
    found = []
    for one in came:
        for start, end in running:
            first, last = max(one.start_us, start), min(one.end_us or end_us, end)
            if first < last:
                found.append(Came(first, last))
    return sorted(found)


async def _usual(context: Context, rule: Rule) -> Usual | None:
    chart = rule.charting
    if chart is None:
        return None
    read = await context.past.raw(rule.organisation, [rule.source], chart.start_us, chart.end_us)
    if rule.source not in read:
        raise UnusableOption("There is no value in the good time. Choose another one.")
    _, means = charting.means(*read[rule.source], chart.every_us)
    return charting.learned(means)


async def _heard_before(context: Context, rule: Rule, start_us: int) -> int | None:
    """Return when a value came last before, for a silence that may reach into the time."""
    if not isinstance(rule.condition, Stale):
        return None
    first = start_us - rule.condition.after_us
    read = await context.past.readings(rule.organisation, [rule.source], first, start_us)
    times = _signs(read.get(rule.source, _NOTHING)).times
    return int(times[-1]) if times.size else None


async def _spans(
    context: Context, rule: Rule, asset: str, start_us: int, end_us: int
) -> list[tuple[int, int, str]]:
    """Return what an asset did, as the part for the floor tells it: (start, end, state)."""
    told = {"asset": asset, "start": start_us, "end": end_us}
    document = await _asked(context, "asset", rule.organisation, told)
    return [(int(start), int(end), str(state)) for start, end, state, *_ in document["spans"]]


async def _scores(context: Context, rule: Rule, start_us: int, end_us: int) -> Readings:
    scores: list[tuple[int, float]] = []
    # Day by day: of a longer time a watch tells the greatest score of some minutes together.
    for start in range(start_us, end_us, DAY_US):
        told = {"watch": rule.watch, "start": start, "end": min(start + DAY_US, end_us)}
        document = await _asked(context, "watch", rule.organisation, told)
        scores += [(at, score) for at, score, _place in document["scores"] if score is not None]
    times = np.array([at for at, _ in scores], np.int64)
    values = np.array([score for _, score in scores], float)
    return Readings(times, values, np.full(times.size, None, dtype=object))


async def _asked(
    context: Context, name: str, organisation: str, told: dict[str, Any]
) -> dict[str, Any]:
    question = Question("monitor", name, organisation, told, within=60)
    async with await ask(context.connection, question) as answer:
        found: dict[str, Any] = await answer.json()
        return found


def _states(spans: list[tuple[int, int, str]]) -> Readings:
    times = np.array([start for start, _, _ in spans], np.int64)
    texts = np.array([state for _, _, state in spans], dtype=object)
    return Readings(times, np.full(times.size, np.nan), texts)


def _running(spans: list[tuple[int, int, str]]) -> list[tuple[int, int]]:
    """Return when it ran; what nobody knows of goes on as it was, as it does live."""
    found, runs = [], True
    for start, end, state in spans:
        if state != "unknown":
            runs = state == "running"
        if runs:
            found.append((start, end))
    return found


_NOTHING: Final = Readings(np.empty(0, np.int64), np.empty(0), np.empty(0, dtype=object))
