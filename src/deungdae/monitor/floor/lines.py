"""A line as a whole: what its output does, or its parallel machines together; its bottleneck."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from deungdae.analysis.oee import STANDING, Counts, Span, State, bottlenecks, joined
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import costs
from deungdae.monitor.floor import figures as worth
from deungdae.monitor.floor import machine as machines
from deungdae.monitor.floor.figures import Summary
from deungdae.monitor.floor.frames import Frame, spread
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.said import Told, plain
from deungdae.monitor.floor.shifts import DAY_US, Shift
from deungdae.monitor.structure import Key

BACK_EVERY_US = 60_000_000  #: kept frames are asked no more often since when something runs
FARTHEST_US = 30 * DAY_US  #: and no further back
TAIL_US = 60_000_000  #: machines are looked at one after another, seconds apart
_WORST = (State.DOWN, State.SETUP, State.BLOCKED, State.STARVED, State.STOPPED)


def members(line: str, every: Mapping[str, Asset]) -> list[str]:
    """Return the machines of a line in their order."""
    found = [(asset.order, id_) for id_, asset in every.items() if asset.line == line]
    return [id_ for _, id_ in sorted(found)]


def source_of(id_: str, line: Asset, every: Mapping[str, Asset]) -> str | None:
    """Return the machine whose state and counts are the line's.

    None where no output is named and several machines stand in parallel: then all are.
    """
    mine = members(id_, every)
    if line.output in mine:
        return line.output
    return mine[0] if len(mine) == 1 else None


def as_line(line: Asset, source: Asset) -> Asset:
    """Return the line with what it does not say itself taken from its output."""
    return replace(
        line,
        ideal_seconds=line.ideal_seconds or source.ideal_seconds,
        ideal_confirmed=line.ideal_confirmed if line.ideal_seconds else source.ideal_confirmed,
        ideals=line.ideals if line.ideal_seconds else source.ideals,
        parts_per_count=source.parts_per_count,
        plan=line.plan or source.plan,
        products=line.products or source.products,
        reasons={**source.reasons, **line.reasons},
        words={**source.words, **line.words},
        micro_stop_seconds=source.micro_stop_seconds,
        hour_cost=line.hour_cost or source.hour_cost,
    )


def together(line: Asset, parts: Sequence[Summary], shift: Shift | None) -> Summary:
    """Return parallel machines of one time as one: it runs while any of them runs.

    Parts add up; figures are those of all their hours together. A machine whose parts nobody counts
    has no share in them. What an hour of the line costs is shared out among its machines.
    """
    start = min(each.frame.start_us for each in parts)
    end = max(each.frame.end_us for each in parts)
    found = worth.total(line, parts)
    within = [each.within for each in parts if each.planned]
    scrap: dict[str | None, float] = {}
    for each in parts:
        for reason, count in each.scrap:
            scrap[reason] = scrap.get(reason, 0.0) + count
    lost = [cost for each in parts if (cost := _lost_cost(line, each, len(parts))) is not None]
    counting = [each for each in parts if each.counted]
    mixed = 0 < len(counting) < len(parts)
    good = worth.good_of(parts)
    spans = side_by_side([_until(plain(each.told), end) for each in parts])
    return Summary(
        asset=replace(
            line,
            ideal_confirmed=all(each.asset.ideal_confirmed for each in counting or parts),
        ),
        frame=Frame(
            start_us=start,
            end_us=end,
            spans=spans,
            produced=found.counts.produced,
            counted=found.counted,
            made=sorted(piece for each in parts for piece in spread(each.frame)),
            faults=sorted(fault for each in parts for fault in each.frame.faults),
            energy_kwh=_sum([each.frame.energy_kwh for each in parts]),
        ),
        shift=shift,
        told=[Told(span, None) for span in spans],
        planned=found.planned,
        counts=found.counts,
        counted=found.counted,
        within=Counts(*map(sum, zip(*within, strict=True))) if within else Counts(0.0),
        ideal=found.ideal,
        figures=found.figures,
        waterfall=found.waterfall,
        scrap=sorted(scrap.items(), key=lambda pair: (-pair[1], pair[0] or "")),
        cost=round(sum(lost), 2) if lost else None,
        scrap_known=any(each.scrap_known for each in parts),
        machines=len(parts),
        counting=len(counting) if mixed else None,
        weighed=[span for each in counting for span in each.planned] if mixed else None,
        power=costs.together(line, [worth.power_of(each) for each in parts], good),
    )


def _lost_cost(line: Asset, part: Summary, machines: int) -> float | None:
    """Return what a machine lost of its own hours, or of its share in those of the line."""
    if part.asset.hour_cost is not None:
        return worth.lost_cost(part)
    lost = worth.lost_seconds(part)
    if line.hour_cost is None or lost is None:
        return None
    return lost / 3600 * line.hour_cost / machines


def _until(spans: list[Span], end_us: int) -> list[Span]:
    """Return the spans of a machine to the end of the others', as far as that is but a moment.

    Else whichever was looked at last would alone say what the line does now.
    """
    if not spans or not end_us - TAIL_US <= spans[-1].end_us < end_us:
        return spans
    return [*spans[:-1], spans[-1]._replace(end_us=end_us)]


def side_by_side(lines: Sequence[Sequence[Span]]) -> list[Span]:
    """Return what several machines did as one: running if any, else unknown if any, else standing.

    Of several that stand the gravest state counts, with its reason.
    """
    edges = sorted({edge for spans in lines for span in spans for edge in span[:2]})
    at = [0] * len(lines)
    found: list[Span] = []
    for start, end in itertools.pairwise(edges):
        here: list[Span] = []
        for place, spans in enumerate(lines):
            while at[place] < len(spans) and spans[at[place]].end_us <= start:
                at[place] += 1
            if at[place] < len(spans) and spans[at[place]].start_us <= start:
                here.append(spans[at[place]])
        if here:
            best = min(here, key=_rank)
            found.append(best._replace(start_us=start, end_us=end))
    return joined(found)


def _rank(span: Span) -> int:
    if span.state is State.RUNNING:
        return 0
    return 2 + _WORST.index(span.state) if span.state in STANDING else 1


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


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
    """Return NOW of a line, None as long as nothing is known of its machines."""
    every = hall.context.structure.assets(organisation)
    mine = [
        machine
        for one in members(id_, every)
        if (machine := hall.machines.get((organisation, one))) is not None
        and machine.frame is not None
        and machine.bounds is not None
        and machine.since is not None
    ]
    lead = next((machine for machine in mine if machine.id == source), None)
    if not mine or (source is not None and lead is None):
        return None
    whole, since = _whole(hall, every[id_], mine, lead)
    if lead is None and since[1] <= whole.frame.start_us:
        since = _before(hall, (organisation, id_), mine, since, now_us)
    first = lead or mine[0]
    known = [hall.now[organisation, machine.id] for machine in mine]
    proposed = hall.now[organisation, first.id]["proposed"] if lead is not None else None
    spans = {machine.id: plain(_told(hall, machine)) for machine in mine}
    held = None
    if lead is not None:  # machines side by side do not wait for one another
        held = bottleneck_document(spans, whole.frame.start_us, whole.frame.end_us)
    longest = [each["longest_waiting"] for each in known if each["longest_waiting"]]
    document = machines.now_document(first, whole, since, proposed, now_us)
    if lead is None:
        document |= {"cycle": {"last": None, "typical": None}, "product": None, "lot": None}
    heard = [each["heard"] for each in known if each["heard"]]
    return {
        **document,
        "asset": id_,
        "output": source,
        "heard": max(heard, default=None),
        "bottleneck": None if held is None else held["asset"],
        "bottleneck_share": None if held is None else held["share"],
        "waiting_stops": sum(each["waiting_stops"] for each in known),
        "longest_waiting": max(longest, key=lambda pair: pair[1] - pair[0], default=None),
    }


def running_since(hall: Hall, key: Key, machines: Sequence[Key], since_us: int, now_us: int) -> int:
    """Return since when machines side by side run that ran at the beginning of a frame.

    One of them or another: as far as kept frames go back without a hole. What happened before
    this program ran comes with the frames that it computes meanwhile, so it is asked again.
    """
    asked_us, asked_for, found = hall.looked_back.get(key, (0, 0, 0))
    if asked_for == since_us and now_us - asked_us < BACK_EVERY_US:
        return found
    asked_for = since_us
    while since_us > now_us - FARTHEST_US:
        before = side_by_side([hall.store.spans_before(*one, since_us) for one in machines])
        begun = since_us
        for span in reversed(before):
            if span.state is not State.RUNNING or span.end_us != begun:
                break
            begun = span.start_us
        if begun == since_us:
            break
        since_us = begun
    hall.looked_back[key] = now_us, asked_for, since_us
    return since_us


def _before(
    hall: Hall, key: Key, mine: Sequence[Machine], since: tuple[State, int], now_us: int
) -> tuple[State, int]:
    """Return the state of machines side by side, and since when, where a frame began with it.

    Each of them may have stood meanwhile, so what they say of themselves is not enough: the line
    goes on from what was known of it, and from the frames before.
    """
    state, start = since
    known = hall.now.get(key)
    if known is not None and known["state"] == state.value and known["as_of"] >= start - TAIL_US:
        start = min(start, known["since"])
    if state is State.RUNNING:
        keys = [(machine.organisation, machine.id) for machine in mine]
        start = running_since(hall, key, keys, start, now_us)
    return state, start


def _told(hall: Hall, machine: Machine) -> list[Told]:
    assert machine.frame is not None
    return hall.told((machine.organisation, machine.id), machine.frame)


def _whole(
    hall: Hall, line: Asset, mine: Sequence[Machine], lead: Machine | None
) -> tuple[Summary, tuple[State, int]]:
    """Return the line's summary so far, and its state with its beginning."""
    found = []
    for machine in mine if lead is None else [lead]:
        assert machine.frame is not None and machine.bounds is not None
        asset = machine.asset if lead is None else as_line(line, machine.asset)
        key = machine.organisation, machine.id
        found.append(hall.summary(key, asset, machine.frame, machine.bounds))
    if lead is not None:
        assert lead.since is not None
        return found[0], lead.since
    whole = together(line, found, found[0].shift)
    state, start = whole.told[-1].span.state, whole.told[-1].span.start_us
    for each in reversed(whole.told):
        if each.span.state is not state:
            break
        start = each.span.start_us
    if start == whole.frame.start_us:
        # It began before this frame: where all share the state, when the last one came to it.
        begun = [
            machine.since[1] for machine in mine if machine.since and machine.since[0] is state
        ]
        start = min([start, *(begun if state is State.RUNNING else [max(begun, default=start)])])
    return whole, (state, start)
