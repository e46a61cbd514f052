"""Which machine of a line holds up the others, by the shifting bottleneck of active periods.

At each moment the bottleneck is the machine that has been active without interruption for the
longest time, counting the whole of its present active period; where the periods of two successive
bottlenecks overlap, the bottleneck shifts between them, and neither is it alone. A machine is
inactive when it waits for another: starved or blocked. Everything else, a fault too, is active: a
broken machine holds up the line as well.

C. Roser, M. Nakano, M. Tanaka: Shifting Bottleneck Detection, Proc. Winter Simulation Conference
2002, pages 1079-1086.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from deungdae.analysis.oee.spans import Span, State

_WAITING = frozenset({State.STARVED, State.BLOCKED})


class Part(NamedTuple):
    """A machine's share of the time, 0 to 1, as the only bottleneck and as one of two."""

    machine: str
    sole: float
    shifting: float

    @property
    def any(self) -> float:
        """Its share as a bottleneck of either kind."""
        return self.sole + self.shifting


class Active(NamedTuple):
    """One active period of a machine."""

    start_us: int
    end_us: int
    machine: str


def bottlenecks(line: Mapping[str, Sequence[Span]], start_us: int, end_us: int) -> list[Part]:
    """Return each machine's share as the bottleneck between two instants, the greatest first.

    `line` gives the spans of each machine, in order. Unknown time is taken as waiting: it makes
    nobody a bottleneck.
    """
    if end_us <= start_us:
        raise ValueError("the end must come after the start")
    periods = [period for machine, spans in line.items() for period in _active(machine, spans)]
    chain = _chain(periods, start_us, end_us)
    sole = dict.fromkeys(line, 0)
    shifting = dict.fromkeys(line, 0)
    for at, period in enumerate(chain):
        begins = max(period.start_us, start_us)
        ends = min(period.end_us, end_us)
        before = chain[at - 1].end_us if at else begins
        after = chain[at + 1].start_us if at + 1 < len(chain) else ends
        alone = max(begins, min(before, ends))
        overlap_before = alone - begins
        # Where all three overlap, that time counts once.
        overlap_after = max(0, ends - max(after, alone))
        shifting[period.machine] += overlap_before + overlap_after
        sole[period.machine] += max(0, (ends - begins) - overlap_before - overlap_after)
    whole = end_us - start_us
    found = [Part(name, sole[name] / whole, shifting[name] / whole) for name in line]
    return sorted(found, key=lambda part: (-part.sole - part.shifting / 2, part.machine))


def _active(machine: str, spans: Sequence[Span]) -> list[Active]:
    found: list[Active] = []
    for span in spans:
        if span.state in _WAITING or span.state is State.UNKNOWN:
            continue
        if found and found[-1].end_us == span.start_us:
            found[-1] = found[-1]._replace(end_us=span.end_us)
        else:
            found.append(Active(span.start_us, span.end_us, machine))
    return found


def _chain(periods: Sequence[Active], start_us: int, end_us: int) -> list[Active]:
    """Return the longest active periods as they follow one another."""
    found: list[Active] = []
    at = start_us
    while at < end_us:
        here = [one for one in periods if one.start_us <= at < one.end_us]
        if not here:
            later = [one.start_us for one in periods if one.start_us > at]
            if not later:
                break
            at = min(later)
            continue
        longest = max(here, key=lambda one: (one.end_us - one.start_us, one.machine))
        if found and found[-1] == longest:
            break
        found.append(longest)
        # The next bottleneck is the longest of those active when this one ends.
        at = longest.end_us
    return found
