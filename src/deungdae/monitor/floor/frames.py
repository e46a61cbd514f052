"""One stretch of one machine's time, computed from what its signals said: states, parts, faults.

A frame is a shift, or the time between two. Nothing that people say is in it, no ideal cycle and
no plan: those are laid over it when figures are asked for, so that a reason given later changes no
computation.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

import numpy as np

from deungdae.analysis.oee import STANDING, Span, State, increments, within
from deungdae.analysis.oee.counted import STOP_CYCLES
from deungdae.analysis.oee.rhythm import Rhythm, beats
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.flow import Quarter
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.states import faults, spans
from deungdae.monitor.floor.tracks import COUNTERS, Hearing, Track
from deungdae.monitor.past import Times, Values

PIECE_US = 600_000_000  #: ten minutes: how finely parts are counted over time

Piece = tuple[int, float, float, float]  #: beginning, produced, scrapped, reworked
CycleOf = tuple[int, float, int]  #: beginning of ten minutes, seconds a part, cycles


@dataclass(frozen=True)
class Frame:
    """What is known of a machine from `start_us` to before `end_us`."""

    start_us: int
    end_us: int
    spans: list[Span] = field(default_factory=list)
    produced: float = 0.0
    scrapped: float | None = None  #: None: no signal counts it
    reworked: float | None = None
    counted: bool = False  #: whether anything counts parts
    made: list[Piece] = field(default_factory=list)
    #: When a counter moved again after a silence, and how many of its parts were made in it.
    dark: list[tuple[int, float]] = field(default_factory=list)
    cycles: list[CycleOf] = field(default_factory=list)
    last_cycle: float | None = None
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    products: dict[str, float] = field(default_factory=dict)  #: parts by product
    energy_kwh: float | None = None
    peak_kw: float | None = None
    power: list[Quarter] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = dict(self.__dict__)
        told["spans"] = [list(span) for span in self.spans]
        return told

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Return what `document` made."""
        told = dict(document)
        told["spans"] = [Span(a, b, State(state), why) for a, b, state, why in told["spans"]]
        for name in ("made", "cycles", "faults", "dark"):
            told[name] = [tuple(each) for each in told.get(name, ())]
        told["power"] = [Quarter(*each) for each in told.get("power", ())]
        return cls(**told)


def frame(
    asset: Asset,
    tracks: Mapping[str, Track],
    hearing: Hearing,
    model: Model,
    start_us: int,
    end_us: int,
) -> Frame:
    """Compute a frame; `tracks` by role may begin before it and end after it."""
    if end_us <= start_us:
        return Frame(start_us, end_us)
    moves = {
        role: moved(tracks[role], asset, start_us, end_us) for role in COUNTERS if role in tracks
    }
    parts: dict[str, tuple[Times, Values]] = {
        role: (each.times, each.parts) for role, each in moves.items()
    }
    counters = ["counter"]
    if "counter" not in parts and "good_counter" in parts:
        counters = ["good_counter", "scrap_counter", "rework_counter"]
        parts["counter"] = _merged([parts[role] for role in counters if role in parts])
    elif "scrap_counter" not in parts and "good_counter" in parts and "counter" in parts:
        # What was made and is not good is bad, be it scrap or rework.
        worked = float(parts["rework_counter"][1].sum()) if "rework_counter" in parts else 0.0
        missing = float(parts["counter"][1].sum() - parts["good_counter"][1].sum()) - worked
        parts["scrap_counter"] = (np.array([start_us]), np.array([max(missing, 0.0)]))
    produced = parts.get("counter", _NOTHING)
    scrapped, reworked = parts.get("scrap_counter"), parts.get("rework_counter")
    cycle = _cycles(tracks, asset, model, start_us, end_us)
    states = spans(asset, tracks, hearing, model, start_us, end_us)
    return Frame(
        start_us=start_us,
        end_us=end_us,
        spans=states,
        produced=float(produced[1].sum()),
        scrapped=None if scrapped is None else float(scrapped[1].sum()),
        reworked=None if reworked is None else float(reworked[1].sum()),
        counted="counter" in parts,
        made=_pieces(produced, scrapped or _NOTHING, reworked or _NOTHING, start_us, end_us),
        dark=sorted(
            each
            for role in counters
            if role in moves
            for each in _in_the_dark(moves[role], tracks[role], hearing, states)
        ),
        cycles=cycle[0],
        last_cycle=cycle[1],
        faults=faults(tracks["fault"], start_us, end_us) if "fault" in tracks else [],
        products=_by_product(produced, tracks.get("product")),
    )


def cut(frame: Frame, start_us: int, end_us: int) -> Frame:
    """Return the part of a frame between two instants; ten minutes that are cut count in part."""
    if start_us <= frame.start_us and end_us >= frame.end_us:
        return frame
    start, end = max(start_us, frame.start_us), min(end_us, frame.end_us)
    made: list[Piece] = []
    shares = piece_shares(frame, [(start, end)])
    for share, (at, *parts) in zip(shares, frame.made, strict=True):
        if share > 0:
            a, b, c = (each * share for each in parts)
            made.append((max(at, start), a, b, c))
    dark = [
        (min(max(at, start), end - 1), parts * share)
        for (at, parts), share in zip(frame.dark, dark_shares(frame, shares), strict=True)
        if share > 0
    ]
    sums = [sum(each[place] for each in made) for place in (1, 2, 3)]
    share = sums[0] / frame.produced if frame.produced else 0.0
    return replace(
        frame,
        start_us=start,
        end_us=end,
        spans=within(frame.spans, start, end) if end > start else [],
        produced=sums[0],
        scrapped=None if frame.scrapped is None else sums[1],
        reworked=None if frame.reworked is None else sums[2],
        made=made,
        dark=dark,
        cycles=[each for each in frame.cycles if start <= each[0] < end],
        faults=[each for each in frame.faults if each[0] < end and each[1] > start],
        products={name: parts * share for name, parts in frame.products.items()},
        power=[each for each in frame.power if start <= each.start_us < end],
    )


def piece_shares(frame: Frame, times: Sequence[tuple[int, int]]) -> list[float]:
    """Return how much of each ten minutes in which parts were made lies within some times."""
    found = []
    for start, *_ in frame.made:
        end = min(start + PIECE_US, frame.end_us)
        inside = sum(max(0, min(b, end) - max(a, start)) for a, b in times)
        found.append(inside / max(end - start, 1))
    return found


def dark_shares(frame: Frame, shares: Sequence[float]) -> list[float]:
    """Return the same for parts made in the dark: the share of the ten minutes they are in."""
    starts = [each[0] for each in frame.made]
    places = (bisect_right(starts, at) - 1 for at, _ in frame.dark)
    return [shares[place] if place >= 0 else 0.0 for place in places]


def spread(frame: Frame) -> list[Piece]:
    """Return what was made in each ten minutes, for a picture: that of a silence lies in it.

    A counter tells after a silence how many parts were made in it, and not when. `made` has them
    where they were told; here they are even over the unknown time before.
    """
    found: dict[int, list[float]] = {}
    for at, *counts in frame.made:
        row = found.setdefault(at, [0.0, 0.0, 0.0])
        for place, each in enumerate(counts):
            row[place] += each
    for at, parts in frame.dark:
        silence = _silence_before(frame.spans, at)
        before = [start for start in found if start <= at]
        if silence is None or not before:
            continue
        since, until = silence
        told = found[max(before)]
        dark = min(parts, told[0])
        told[0] -= dark
        for start in range(since - (since - frame.start_us) % PIECE_US, until, PIECE_US):
            inside = min(start + PIECE_US, until) - max(start, since)
            row = found.setdefault(max(start, frame.start_us), [0.0, 0.0, 0.0])
            row[0] += dark * inside / (until - since)
    return [(at, a, b, c) for at, (a, b, c) in sorted(found.items()) if a or b or c]


def _silence_before(spans: Sequence[Span], at_us: int) -> tuple[int, int] | None:
    """Return the unknown time that ended last before an instant."""
    found: tuple[int, int] | None = None
    for span in spans:
        if span.state is State.UNKNOWN and span.start_us < at_us:
            goes_on = found is not None and found[1] == span.start_us
            found = (found[0] if found and goes_on else span.start_us, min(span.end_us, at_us))
    return found


_NOTHING: tuple[Times, Values] = (np.empty(0, np.int64), np.empty(0))


class Moves(NamedTuple):
    """When a counter moved, by how many parts, and when it was last known to have moved before."""

    times: Times
    parts: Values
    since: Times


def moved(track: Track, asset: Asset, start_us: int, end_us: int, *, shared: bool = True) -> Moves:
    """Return how a counter moved within a time.

    What it moved by between a reading before an edge of the time and one after it is shared
    between both sides, unless not wanted: its steps are taken as even, the last as made when it
    was read. So neighbours in time together have what the counter counted.
    """
    read, values = track.arrays()
    found = increments(read, values)
    read = read[np.isfinite(values)]
    since = read[np.searchsorted(read, found.times) - 1] if len(found.times) else found.times
    a, b = np.searchsorted(found.times, [start_us, end_us])
    times, since_then, steps = found.times[a:b], since[a:b].copy(), found.parts[a:b].astype(float)
    if shared and len(times):
        last = _last_read(track, int(times[0]), int(since_then[0]))
        steps[0] -= _made_before(start_us, last, int(times[0]), steps[0])
        since_then[0] = max(last, start_us) if last < start_us else since_then[0]
    if shared and b < len(found.times):
        time, step = int(found.times[b]), float(found.parts[b])
        last = _last_read(track, time, int(since[b]))
        mine = _made_before(end_us, last, time, step) - _made_before(start_us, last, time, step)
        if mine > 0:
            times, steps = np.append(times, end_us), np.append(steps, mine)
            since_then = np.append(since_then, max(last, start_us))
    return Moves(times, steps * (track.signal.scale * asset.parts_per_count), since_then)


def _made_before(at_us: int, since_us: int, time_us: int, steps: float) -> float:
    """Return how many steps of a counter, even in time, were made before an instant."""
    if at_us <= since_us:
        return 0.0
    share = (at_us - since_us) / (time_us - since_us)
    return float(np.clip(np.ceil(steps * share) - 1, 0, max(steps - 1, 0)))


def _last_read(track: Track, time_us: int, changed_us: int) -> int:
    """Return when a counter was read before a reading; `changed_us` is when it moved before."""
    gap = track.heard.gap_us
    if gap is None:
        return changed_us
    place = bisect_left(track.heard.starts, time_us)
    if place < len(track.heard.starts) and track.heard.starts[place] == time_us:
        return max(changed_us, track.heard.ends[place - 1] if place else 0)
    return max(changed_us, time_us - gap)


def _in_the_dark(
    moves: Moves, track: Track, hearing: Hearing, states: Sequence[Span]
) -> list[tuple[int, float]]:
    """Return what a counter had moved by when it moved first after a silence, and when that was.

    The parts were made over all the time since it last moved in which the machine may have run;
    those that belong to silence are told. Where another signal told meanwhile what the machine
    did, the time is known, and so the parts.
    """
    own = track.heard.gap_us is not None
    silences = track.silences(hearing, states[0].start_us, states[-1].end_us)
    found: dict[int, float] = {}
    for _, again in silences:
        # The first movement at the end of a silence or after it is the one that spans it.
        first = int(np.searchsorted(moves.times, again))
        if first >= len(moves.times) or int(moves.times[first]) in found:
            continue
        time, since = int(moves.times[first]), int(moves.since[first])
        if own:
            since = max(since, _read_before(track.heard, time))
        dark = sum(
            _overlap(span, max(a, since), min(b, time))
            for a, b in silences
            for span in states
            if span.state is State.UNKNOWN
        )
        ran = sum(_overlap(span, since, time) for span in states if span.state not in STANDING)
        if dark:
            found[time] = float(moves.parts[first]) * dark / ran
    return list(found.items())


def _read_before(heard: Hearing, time_us: int) -> int:
    """Return when a signal that speaks at a pace was last read before a reading, at the latest."""
    place = bisect_left(heard.starts, time_us)
    if place < len(heard.starts) and heard.starts[place] == time_us:
        return heard.ends[place - 1] if place else 0
    return heard.starts[place - 1] if place else 0


def _overlap(span: Span, start_us: int, end_us: int) -> int:
    return max(0, min(span.end_us, end_us) - max(span.start_us, start_us))


def _merged(parts: list[tuple[Times, Values]]) -> tuple[Times, Values]:
    times = np.concatenate([each[0] for each in parts])
    values = np.concatenate([each[1] for each in parts])
    order = np.argsort(times, kind="stable")
    return times[order], values[order]


def _pieces(
    produced: tuple[Times, Values],
    scrapped: tuple[Times, Values],
    reworked: tuple[Times, Values],
    start_us: int,
    end_us: int,
) -> list[Piece]:
    count = -(-(end_us - start_us) // PIECE_US)
    columns = []
    for times, values in (produced, scrapped, reworked):
        place = np.clip((times - start_us) // PIECE_US, 0, count - 1)
        columns.append(np.bincount(place, values, count).tolist())
    return [
        (start_us + at * PIECE_US, made, scrap, rework)
        for at, (made, scrap, rework) in enumerate(zip(*columns, strict=True))
        if made or scrap or rework
    ]


def _cycles(
    tracks: Mapping[str, Track], asset: Asset, model: Model, start_us: int, end_us: int
) -> tuple[list[CycleOf], float | None]:
    """Return the usual cycle of each ten minutes, and the last one, in seconds a part."""
    counter = tracks.get("counter") or tracks.get("good_counter")
    if counter is None and "cycle_time" not in tracks and model.rhythm and "load" in tracks:
        return _felt_cycles(tracks["load"], asset, model.rhythm, start_us, end_us)
    if counter is None:
        return _told_cycles(tracks.get("cycle_time"), start_us, end_us)
    times, parts, _ = moved(counter, asset, 0, end_us, shared=False)
    if len(times) < 2:
        return [], None
    lasted, parts = np.diff(times) / 1e6, parts[1:]
    a, b = np.searchsorted(times[1:], [start_us, end_us])
    times, lasted, parts = times[1:][a:b], lasted[a:b], parts[a:b]
    if not len(times):
        return [], None
    seconds = lasted / parts
    # Not the median: of a counter that is read seldom it would be what the clock makes of it.
    kept = seconds <= STOP_CYCLES * float(np.median(seconds))
    place = (times[kept] - start_us) // PIECE_US
    count = int(place[-1]) + 1 if len(place) else 0
    time, made, cycles = (
        np.bincount(place, weight, count) for weight in (lasted[kept], parts[kept], None)
    )
    return [
        (start_us + at * PIECE_US, float(time[at] / made[at]), int(cycles[at]))
        for at in np.flatnonzero(cycles).tolist()
    ], float(seconds[-1])


def _felt_cycles(
    track: Track, asset: Asset, rhythm: Rhythm, start_us: int, end_us: int
) -> tuple[list[CycleOf], float | None]:
    """Return the same of a load that keeps time: its cycles are seen, its parts are not counted."""
    times, values = track.arrays()
    before = start_us - round(2 * rhythm.seconds * 1e6)  # a cycle may have begun before
    a, b = np.searchsorted(times, [before, end_us])
    found = beats(rhythm, times[a:b], values[a:b])
    return _medians(found.times, found.seconds / asset.parts_per_count, start_us, end_us)


def _told_cycles(
    track: Track | None, start_us: int, end_us: int
) -> tuple[list[CycleOf], float | None]:
    if track is None:
        return [], None
    times, values = track.arrays()
    kept = np.isfinite(values) & (values > 0)
    return _medians(times[kept], values[kept], start_us, end_us)


def _medians(
    times: Times, seconds: Values, start_us: int, end_us: int
) -> tuple[list[CycleOf], float | None]:
    a, b = np.searchsorted(times, [start_us, end_us])
    times, seconds = times[a:b], seconds[a:b]
    if not len(times):
        return [], None
    place = (times - start_us) // PIECE_US
    cuts = np.flatnonzero(np.diff(place)) + 1
    found = [
        (
            start_us + int(place[first]) * PIECE_US,
            float(np.median(seconds[first:last])),
            last - first,
        )
        for first, last in zip([0, *cuts.tolist()], [*cuts.tolist(), len(times)], strict=True)
    ]
    return found, float(seconds[-1])


def _by_product(produced: tuple[Times, Values], product: Track | None) -> dict[str, float]:
    if product is None or not len(produced[0]):
        return {}
    times, values = product.arrays()
    place = np.searchsorted(times, produced[0], "right") - 1
    found: dict[str, float] = {}
    for at, parts in zip(place.tolist(), produced[1].tolist(), strict=True):
        name = product.word(float(values[at])) if at >= 0 else None
        if name:
            found[name] = found.get(name, 0.0) + parts
    return found
