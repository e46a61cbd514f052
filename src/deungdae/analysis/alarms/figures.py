"""How good the alarms themselves are: the figures of ANSI/ISA-18.2, clause on monitoring.

Beside each stands what the standard recommends for one operator, so that anybody can judge.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from deungdae.analysis.alarms.floods import SPAN_US, floods
from deungdae.analysis.alarms.life import Occurrence, Priority, Verdict

HOUR_US = 3_600_000_000
STANDING_US = 24 * HOUR_US  #: an alarm that has stood for so long tells nobody anything
CHATTERS, CHATTER_US = 3, 60_000_000  #: so many comings within a minute

#: Shares of all alarms.
RECOMMENDED: Mapping[Priority, float] = MappingProxyType(
    {Priority.LOW: 0.80, Priority.MEDIUM: 0.15, Priority.HIGH: 0.05}
)
ACCEPTABLE_PER_HOUR, MOST_PER_HOUR = 6.0, 12.0
MOST_IN_FLOOD = 0.01  #: of the time
MOST_FROM_TOP_TEN = 0.05  #: of all alarms; ANSI/ISA-18.2 says 1 to 5 %


@dataclass(frozen=True)
class Figures:
    """Of the occurrences raised within a span, for one of `operators`.

    Shares are None where nothing was there to share.
    """

    alarms: int
    per_hour: float
    per_ten_minutes: float
    peak: int  #: raised in one piece of ten minutes, of all operators
    flood_share: float
    standing: tuple[str, ...]
    chattering: tuple[str, ...]
    top: tuple[tuple[str, int], ...]  #: the ten that came most often
    top_share: float | None
    judged: int
    false_share: float | None
    priorities: Mapping[Priority, float] | None


def figures(
    occurrences: Sequence[Occurrence], start_us: int, end_us: int, *, operators: int = 1
) -> Figures:
    """Return the figures of a span; occurrences that began before it may still stand in it.

    Floods are counted as if each operator had the same part of the alarms. Raises ValueError for a
    span of no length, and without an operator.
    """
    if end_us <= start_us or operators < 1:
        raise ValueError("figures need a span of time and an operator")
    raised = [one for one in occurrences if start_us <= one.raised_us < end_us]
    times = sorted(one.raised_us for one in raised)
    pieces = Counter((at - start_us) // SPAN_US for at in times)
    counts = Counter(one.alarm for one in raised)
    top = tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:10])
    verdicts = [one.verdict for one in raised if one.verdict is not None]
    by_priority = Counter(one.priority for one in raised)
    hours = (end_us - start_us) / HOUR_US
    n = len(raised)
    return Figures(
        alarms=n,
        per_hour=n / hours / operators,
        per_ten_minutes=n / hours / 6 / operators,
        peak=max(pieces.values(), default=0),
        flood_share=_flooded(times[::operators], start_us, end_us),
        standing=tuple(sorted({one.alarm for one in occurrences if _stood(one, end_us)})),
        chattering=chattering(raised),
        top=top,
        top_share=sum(count for _, count in top) / n if n else None,
        judged=len(verdicts),
        false_share=verdicts.count(Verdict.FALSE) / len(verdicts) if verdicts else None,
        priorities={p: by_priority[p] / n for p in Priority} if n else None,
    )


def chattering(occurrences: Sequence[Occurrence]) -> tuple[str, ...]:
    """Return the alarms whose condition came three times or more within a minute."""
    comings: dict[str, list[int]] = {}
    for one in occurrences:
        comings.setdefault(one.alarm, []).extend(one.comings)
    found = [one.alarm for one in occurrences if _crowded(one)]
    for alarm, unsorted in comings.items():
        times = sorted(unsorted)
        pairs = zip(times, times[CHATTERS - 1 :], strict=False)
        if any(last - first < CHATTER_US for first, last in pairs):
            found.append(alarm)
    return tuple(sorted(set(found)))


def _crowded(one: Occurrence) -> bool:
    """Whether the comings that were left out are too many to lie apart.

    Of n comings the first and the last lie at least (n - 1) // 2 minutes apart when no three are
    within one; those left out lie between the first two that are not.
    """
    if not one.left_out:
        return False
    first, last = one.comings[:2]
    return last - first < (one.left_out + 1) // (CHATTERS - 1) * CHATTER_US


def _flooded(times: Sequence[int], start_us: int, end_us: int) -> float:
    flooded = sum((flood.end_us or end_us) - flood.start_us for flood in floods(times, end_us))
    return flooded / (end_us - start_us)


def _stood(one: Occurrence, end_us: int) -> bool:
    """Whether its condition stands at the end, and has for a day."""
    over = [t for t in (one.gone_us, one.ended_us) if t is not None]
    return all(t > end_us for t in over) and end_us - one.comings[-1] >= STANDING_US
