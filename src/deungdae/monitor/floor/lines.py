"""A line as a whole: it does what its output does; which of its machines holds up the others."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from deungdae.analysis.oee import Span, bottlenecks
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import machine as machines
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.said import plain


def members(line: str, every: Mapping[str, Asset]) -> list[str]:
    """Return the machines of a line in their order."""
    found = [(asset.order, id_) for id_, asset in every.items() if asset.line == line]
    return [id_ for _, id_ in sorted(found)]


def source_of(id_: str, line: Asset, every: Mapping[str, Asset]) -> str | None:
    """Return the machine whose state and counts are the line's."""
    mine = members(id_, every)
    if line.output in mine:
        return line.output
    counting = [
        one for one in mine if every[one].signal("counter") or every[one].signal("good_counter")
    ]
    return counting[-1] if counting else (mine[-1] if mine else None)


def as_line(line: Asset, source: Asset) -> Asset:
    """Return the line with what it does not say itself taken from its output."""
    return replace(
        line,
        ideal_seconds=line.ideal_seconds or source.ideal_seconds,
        ideal_confirmed=line.ideal_confirmed if line.ideal_seconds else source.ideal_confirmed,
        parts_per_count=source.parts_per_count,
        plan=line.plan or source.plan,
        products=line.products or source.products,
        reasons={**source.reasons, **line.reasons},
        words={**source.words, **line.words},
        micro_stop_seconds=source.micro_stop_seconds,
    )


def bottleneck_document(
    spans: Mapping[str, Sequence[Span]], start_us: int, end_us: int
) -> dict[str, Any] | None:
    """Return which machine held up the others, None where none was ever active."""
    if len(spans) < 2 or end_us <= start_us:
        return None
    found = bottlenecks(spans, start_us, end_us)
    first = found[0]
    if first.any <= 0:
        return None
    return {
        "asset": first.machine,
        "share": round(first.any, 6),
        "sole": round(first.sole, 6),
        "shifting": round(first.shifting, 6),
        "others": [[one.machine, round(one.sole, 6), round(one.shifting, 6)] for one in found[1:]],
    }


def line_document(
    hall: Hall, organisation: str, id_: str, source: str | None, now_us: int
) -> dict[str, Any] | None:
    """Return NOW of a line, None as long as nothing is known of its output."""
    every = hall.context.structure.assets(organisation)
    machine = hall.machines.get((organisation, source or ""))
    known = hall.now.get((organisation, source or ""))
    if machine is None or known is None or machine.frame is None or machine.bounds is None:
        return None
    key = organisation, id_
    asset = as_line(every[id_], machine.asset)
    found = hall.summary((organisation, machine.id), asset, machine.frame, machine.bounds)
    since = machine.since
    if since is None:
        return None
    document = machines.now_document(machine, found, since, known["proposed"], now_us)
    spans = {}
    for one in members(id_, every):
        other = hall.machines.get((organisation, one))
        if other is not None and other.frame is not None and other.frame.spans:
            spans[one] = plain(hall.told((organisation, one), other.frame))
    held = bottleneck_document(spans, machine.frame.start_us, machine.frame.end_us)
    waits = [
        hall.now[organisation, one]
        for one in members(id_, every)
        if (organisation, one) in hall.now
    ]
    longest = [each["longest_waiting"] for each in waits if each["longest_waiting"]]
    return {
        **document,
        "asset": key[1],
        "output": source,
        "bottleneck": None if held is None else held["asset"],
        "bottleneck_share": None if held is None else held["share"],
        "waiting_stops": sum(each["waiting_stops"] for each in waits),
        "longest_waiting": max(longest, key=lambda pair: pair[1] - pair[0], default=None),
    }
