"""What a machine did, from what its signals said: state before run, run before counter, then load.

Where the better signal is silent the next one tells; where all are, nothing is known.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from deungdae.analysis.oee import Lasting, Span, State, counted, joined, within
from deungdae.analysis.oee.sensed import seen
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor.learning import Model, window_seconds
from deungdae.monitor.floor.tracks import STATES, Hearing, Track

FAULT_SHARE = 0.5  #: of a stop under a fault, from which the fault is what it is
FAULT_SOON_US = 60_000_000  #: or a fault so soon after its beginning


def spans(
    asset: Asset,
    tracks: Mapping[str, Track],
    hearing: Hearing,
    model: Model,
    start_us: int,
    end_us: int,
) -> list[Span]:
    """Return the states between two instants, without holes, by the best signal at each moment."""
    found = [Span(start_us, end_us, State.UNKNOWN)]
    for role in ("state", "run", "counter", "good_counter", "load"):
        if role in tracks and any(span.state is State.UNKNOWN for span in found):
            layer = _layer(role, asset, tracks[role], hearing, model, start_us, end_us)
            found = filled(found, layer)
    if "fault" in tracks:
        found = _with_faults(found, faults(tracks["fault"], start_us, end_us))
    return joined(found)


def faults(track: Track, start_us: int, end_us: int) -> list[tuple[int, int, str]]:
    """Return when there was a fault, and its text."""
    times, values = track.arrays()
    found: list[tuple[int, int, str]] = []
    if not len(times):
        return found
    ends = np.append(times[1:], end_us)
    for start, end, code in zip(times.tolist(), ends.tolist(), values.tolist(), strict=True):
        if code > 0 and start < end_us and end > start_us:
            found.append((max(start, start_us), min(end, end_us), track.words[int(code)]))
    return found


def filled(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return spans whose unknown time is told by others."""
    found: list[Span] = []
    for span in spans:
        if span.state is State.UNKNOWN:
            found += within(others, span.start_us, span.end_us)
        else:
            found.append(span)
    return joined(found)


def covered(spans: Iterable[Span], silences: Sequence[tuple[int, int]]) -> list[Span]:
    """Return spans in which silences are unknown."""
    found = list(spans)
    for start, end in silences:
        found = [
            piece
            for span in found
            for piece in (
                span._replace(end_us=min(span.end_us, start)),
                span._replace(start_us=max(span.start_us, end)),
            )
            if piece.end_us > piece.start_us
        ]
    found += [Span(start, end, State.UNKNOWN) for start, end in silences]
    return joined(sorted(found))


def _layer(
    role: str,
    asset: Asset,
    track: Track,
    hearing: Hearing,
    model: Model,
    start_us: int,
    end_us: int,
) -> list[Span]:
    times, values = track.arrays()
    if role == "load":
        return _loaded(asset, track, model, start_us, end_us)
    silences = track.silences(hearing, start_us, end_us)
    if role in ("state", "run"):
        return covered(_held(track, start_us, end_us), silences)
    if model.typical is None:
        return [Span(start_us, end_us, State.UNKNOWN)]
    told = counted(
        *(times, values, start_us, end_us),
        cycle=model.typical,
        stop_after=asset.stop_after_seconds,
    )
    return covered(told, silences)


def _held(track: Track, start_us: int, end_us: int) -> list[Span]:
    """Return states that hold until the next one is said."""
    times, values = track.arrays()
    if not len(times):
        return [Span(start_us, end_us, State.UNKNOWN)]
    found = []
    at = max(int(np.searchsorted(times, start_us, "right")) - 1, 0)
    ends = np.append(times[1:], max(end_us, int(times[-1])))
    for start, end, code in zip(
        times[at:].tolist(), ends[at:].tolist(), values[at:].tolist(), strict=True
    ):
        if start >= end_us:
            break
        state = State.UNKNOWN if np.isnan(code) else STATES[int(code)]
        if min(end, end_us) > max(start, start_us):
            found.append(Span(max(start, start_us), min(end, end_us), state))
    return within(found, start_us, end_us)


def _loaded(asset: Asset, track: Track, model: Model, start_us: int, end_us: int) -> list[Span]:
    if model.load is None:
        return [Span(start_us, end_us, State.UNKNOWN)]
    times, values = track.arrays()
    told = seen(
        *(model.load, times, values, start_us, end_us),
        window_seconds=window_seconds(track.signal, asset, model.typical),
        running_is_low=track.signal.running_is_low,
    )
    return covered(told, track.heard.silences(start_us, end_us))


def _with_faults(spans: Sequence[Span], told: Sequence[tuple[int, int, str]]) -> list[Span]:
    if not told:
        return list(spans)
    return [
        span._replace(state=State.DOWN)
        if span.state is State.STOPPED and fault_of(span, told) is not None
        else span
        for span in spans
    ]


def fault_of(span: Lasting, told: Sequence[tuple[int, int, str]]) -> str | None:
    """Return the text of the fault behind a stop, None when there was none."""
    best, most = None, 0
    for start, end, text in told:
        overlap = min(end, span.end_us) - max(start, span.start_us)
        soon = overlap > 0 and start <= span.start_us + FAULT_SOON_US
        share = overlap >= FAULT_SHARE * (span.end_us - span.start_us)
        if (soon or share) and overlap > most:
            best, most = text, overlap
    return best
