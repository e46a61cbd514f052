"""One stretch of one machine's time, computed from what its signals said: states, parts, faults.

A frame is a shift, or the time between two. Nothing that people say is in it, no ideal cycle and
no plan: those are laid over it when figures are asked for, so that a reason given later changes no
computation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from deungdae.analysis.oee import Span, State, increments, within
from deungdae.analysis.oee.counted import STOP_CYCLES
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.learning import LEAST_SILENCE_US, Model
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
    #: When something was heard again after a silence, and how many parts were made in it.
    dark: list[tuple[int, float]] = field(default_factory=list)
    cycles: list[CycleOf] = field(default_factory=list)
    last_cycle: float | None = None
    faults: list[tuple[int, int, str]] = field(default_factory=list)
    products: dict[str, float] = field(default_factory=dict)  #: parts by product
    energy_kwh: float | None = None
    peak_kw: float | None = None
    power: list[tuple[int, int, float]] = field(default_factory=list)  #: start, end, kWh

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
        for name in ("made", "cycles", "faults", "power", "dark"):
            told[name] = [tuple(each) for each in told.get(name, ())]
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
    parts = {
        role: moved(tracks[role], asset, start_us, end_us) for role in COUNTERS if role in tracks
    }
    if "counter" not in parts and "good_counter" in parts:
        bad = [parts[role] for role in ("scrap_counter", "rework_counter") if role in parts]
        parts["counter"] = _merged([parts["good_counter"], *bad])
    elif "scrap_counter" not in parts and "good_counter" in parts and "counter" in parts:
        # What was made and is not good is bad, be it scrap or rework.
        worked = float(parts["rework_counter"][1].sum()) if "rework_counter" in parts else 0.0
        missing = float(parts["counter"][1].sum() - parts["good_counter"][1].sum()) - worked
        parts["scrap_counter"] = (np.array([start_us]), np.array([max(missing, 0.0)]))
    produced = parts.get("counter", _NOTHING)
    scrapped, reworked = parts.get("scrap_counter"), parts.get("rework_counter")
    cycle = _cycles(tracks, asset, start_us, end_us)
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
        dark=_in_the_dark(produced, tracks, hearing, states),
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
    for at, *parts in frame.made:
        until = min(at + PIECE_US, frame.end_us)
        share = max(0, min(until, end) - max(at, start)) / max(until - at, 1)
        if share > 0:
            a, b, c = (each * share for each in parts)
            made.append((max(at, start), a, b, c))
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
        dark=[each for each in frame.dark if start <= each[0] < end],
        cycles=[each for each in frame.cycles if start <= each[0] < end],
        faults=[each for each in frame.faults if each[0] < end and each[1] > start],
        products={name: parts * share for name, parts in frame.products.items()},
        power=[each for each in frame.power if start <= each[0] < end],
    )


_NOTHING: tuple[Times, Values] = (np.empty(0, np.int64), np.empty(0))


def moved(track: Track, asset: Asset, start_us: int, end_us: int) -> tuple[Times, Values]:
    """Return when a counter moved within a time, and by how many parts."""
    found = increments(*track.arrays())
    a, b = np.searchsorted(found.times, [start_us, end_us])
    each = track.signal.scale * asset.parts_per_count
    return found.times[a:b], found.parts[a:b].astype(float) * each


def _in_the_dark(
    produced: tuple[Times, Values],
    tracks: Mapping[str, Track],
    hearing: Hearing,
    states: Sequence[Span],
) -> list[tuple[int, float]]:
    """Return what a counter had moved by when it was heard again after a silence.

    Where another signal told meanwhile what the machine did, the time is known, and so the parts.
    """
    track = tracks.get("counter") or tracks.get("good_counter")
    if track is None or not len(produced[0]):
        return []
    heard = track.heard if track.heard.gap_us is not None else hearing
    found = []
    for silent, again in heard.silences(states[0].start_us, states[-1].end_us):
        unknown = [span for span in states if span.state is State.UNKNOWN]
        dark = sum(max(0, min(e, again) - max(s, silent)) for s, e, *_ in unknown)
        if dark < (again - silent) / 2:
            continue
        place = int(np.searchsorted(produced[0], again))
        if place < len(produced[0]) and int(produced[0][place]) - again <= LEAST_SILENCE_US:
            found.append((int(produced[0][place]), float(produced[1][place])))
    return found


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
    tracks: Mapping[str, Track], asset: Asset, start_us: int, end_us: int
) -> tuple[list[CycleOf], float | None]:
    """Return the usual cycle of each ten minutes, and the last one, in seconds a part."""
    counter = tracks.get("counter") or tracks.get("good_counter")
    if counter is None:
        return _told_cycles(tracks.get("cycle_time"), start_us, end_us)
    times, parts = moved(counter, asset, 0, end_us)
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
