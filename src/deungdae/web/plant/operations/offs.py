"""Every clock of an organisation that is off: of computers, of machines, and of other sources.

An agent tells by how much the times of each of its machines lie behind. Of other sources the last
point of each tag tells it: when it came, and which time it carries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from deungdae.web.plant.operations import asking, clocks
from deungdae.web.plant.operations.clocks import Off
from deungdae.web.plant.operations.facts import Facts

REPAIRED = 2  #: bit of a point's flag: its time was put right


@dataclass(frozen=True)
class Clock:
    """A clock that is off; `prefix` is what its tags begin with ("" for all of the source)."""

    facts: Facts
    name: str
    prefix: str
    off: Off
    repairable: bool = True  #: False for the clock of a computer, which stamps nothing


def of_computers(facts: Iterable[Facts], bearable_us: int) -> list[Clock]:
    """Return the computers of agents whose clocks are off."""
    found = []
    for one in facts:
        error_us = one.report.clock_error_us if one.report else None
        if error_us is not None and abs(error_us) > bearable_us:
            off = Off(-error_us, -error_us, clocks.Why.CLOCK)
            name = (one.report.host if one.report else "") or one.name
            found.append(Clock(one, name, "", off, repairable=False))
    return found


def of_machines(
    facts: Iterable[Facts], prefixes: Mapping[tuple[str, str], str], offset_us: int
) -> list[Clock]:
    """Return the machines of agents whose clocks are off; `prefixes`: (source, machine) → tags."""
    found = []
    for one in facts:
        for driver in one.report.drivers if one.report else ():
            if off := clocks.look(driver.lag_us, offset_us, driver.kind):
                prefix = prefixes.get((one.source, driver.name), "")
                found.append(Clock(one, driver.name, prefix, off))
    return found


def of_others(facts: Iterable[Facts], last: Iterable[asking.Last], offset_us: int) -> list[Clock]:
    """Return the assets of other sources whose clocks are off by whole hours.

    A point that comes later than its time by anything else may have waited on its way.
    """
    mine = {
        one.source: one
        for one in facts
        if not (one.report and any(driver.lag_us is not None for driver in one.report.drivers))
    }
    lags: dict[tuple[str, str], list[int]] = {}
    for point in last:
        if point.source in mine and not point.flag & REPAIRED:
            asset = point.tag.rpartition("/")[0]
            lags.setdefault((point.source, asset), []).append(point.received_us - point.time_us)
    assets: dict[str, dict[str, Off | None]] = {}
    for (source, asset), behind in sorted(lags.items()):
        off = clocks.look(round(median(behind)), offset_us)
        whole = off if off and off.why is not clocks.Why.CLOCK else None
        assets.setdefault(source, {})[asset] = whole
    found = []
    for source, known in assets.items():
        for prefix, off in _together(known):
            name = prefix or mine[source].name
            found.append(Clock(mine[source], name, prefix, off))
    return found


def _together(known: Mapping[str, Off | None]) -> list[tuple[str, Off]]:
    """Return what is off as few prefixes: one for a whole source, if all of it is off alike."""
    off = {asset: one for asset, one in known.items() if one}
    if not off:
        return []
    first = next(iter(off.values()))
    if all(one.shift_us == first.shift_us for one in off.values()):
        if len(off) == len(known):
            return [("" if len(known) > 1 else next(iter(off)), first)]
        shared = prefix_of(f"{asset}/" for asset in off)
        right = (asset for asset in known if asset not in off)
        if shared and not any(f"{asset}/".startswith(f"{shared}/") for asset in right):
            return [(shared, first)]
    return sorted(off.items())


def prefix_of(paths: Iterable[str]) -> str:
    """Return the whole parts with which all paths begin, without the last part of any."""
    parts = [path.split("/")[:-1] for path in paths]
    if not parts:
        return ""
    shared: list[str] = []
    for column in zip(*parts, strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    return "/".join(shared)
