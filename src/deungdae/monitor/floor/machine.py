"""One machine while the monitor runs: what was heard of it, its frame so far, what it is now."""

import threading
from collections import deque
from collections.abc import Mapping
from typing import Any

import numpy as np

from deungdae.analysis.oee import STANDING, State
from deungdae.analysis.oee.counted import limit_seconds
from deungdae.analysis.shifts import Calendar
from deungdae.monitor.definitions import Asset, Signal
from deungdae.monitor.floor import figures as worth
from deungdae.monitor.floor.figures import Summary
from deungdae.monitor.floor.frames import Frame, frame
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.shifts import Bounds
from deungdae.monitor.floor.states import fault_of
from deungdae.monitor.floor.store import KEPT_US
from deungdae.monitor.floor.tracks import COUNTERS, Hearing, Track
from deungdae.monitor.past import Readings
from deungdae.monitor.point import Point
from deungdae.records.readings import Quality

AHEAD_US = 300_000_000  #: a reading further ahead of the clock is not used for states
AHEAD_SHOWN_US = 120_000_000  #: how long a clock counts as ahead after its last such reading
AHEAD_AGAIN_US = 5_000_000
LATE_US = 60_000_000  #: a reading so much older than the newest of its tag came late
TAIL_US = 180_000_000  #: what is read again from the history each minute
MOST_SILENT_US = 7 * 86_400_000_000  #: how much of a silence is read again after it
LOOKBACK_US = 3_600_000_000  #: read before a frame, so that a counter has a value to begin with
MOST_WAITING = 200_000  #: points that wait for a machine that is still being read
AGAIN_US = 10_000_000  #: figures are computed anew at least so often
LEARNING = 3  #: another number when machines are learned otherwise: all are learned anew then
FORECAST_SHARE = 0.05  #: of the planned time must have passed before anything is foretold
#: Roles whose readings are kept; of the others only that something was heard.
USED = (*COUNTERS, "state", "run", "load", "fault", "product", "lot", "cycle_time")


class Machine:
    """Whatever touches its tracks holds its `lock`."""

    def __init__(self, organisation: str, id: str, asset: Asset, model: Model) -> None:  # noqa: A002
        self.organisation, self.id, self.asset, self.model = organisation, id, asset, model
        self.lock = threading.Lock()
        self.pending: deque[Point] = deque(maxlen=MOST_WAITING)
        self.tracks: dict[str, Track] = {}
        self._by_tag: dict[str, list[Track]] = {}
        for signal in used(asset):
            if signal.role not in self.tracks:
                track = Track(signal, None)
                self.tracks[signal.role] = track
                self._by_tag.setdefault(signal.tag, []).append(track)
        self.hearing = Hearing(None)
        self.heard_us = 0  #: newest reading of any tag
        self.ahead_us = 0  #: how far its clock is ahead, if too far
        self.ahead_seen_us = 0
        self.late_us: int | None = None  #: earliest reading that came late
        self.late_seen_us = 0
        self.loaded = False
        self.dirty = True
        self.looked_us = 0
        self.calendar: Calendar | None = None
        self.bounds: Bounds | None = None
        self.frame: Frame | None = None
        self.since: tuple[State, int] | None = None
        self.sources: dict[str, str] = {}  #: of its tags that speak only when something changes
        #: When those were not heard; an end of None: they still are not.
        self.absences: dict[str, list[tuple[int, int | None]]] = {}
        self.relearn(model)

    def relearn(self, model: Model) -> None:
        """Take another model; what was heard must be read anew after that."""
        self.model = model
        gaps = []
        for track in self.tracks.values():
            track.heard.gap_us = model.gap_us(track.signal)
            if track.heard.gap_us is not None:
                gaps.append(track.heard.gap_us)
        self.hearing.gap_us = min(gaps) if gaps else None
        self.loaded = False

    @property
    def signals(self) -> list[Signal]:
        """The signals that are read."""
        return [track.signal for track in self.tracks.values()]

    @property
    def tags(self) -> list[str]:
        """The tags that are read from the history."""
        return list(self._by_tag)

    def drain(self, now_us: int) -> None:
        """Take the points that wait."""
        while self.pending:
            point = self.pending.popleft()
            if point.quality == Quality.BAD:
                lost = [track.lose(point.time_us) for track in self._by_tag[point.tag]]
                self.dirty = self.dirty or any(lost)
                continue
            if point.time_us > now_us + AHEAD_US:
                self.ahead_us, self.ahead_seen_us = point.time_us - now_us, now_us
                self.dirty = self.dirty or self.looked_us < now_us - AHEAD_AGAIN_US
                continue
            silent_us = self._silent_since(point)
            if silent_us is not None:
                self._late(max(silent_us, now_us - MOST_SILENT_US), now_us)
            if self.bounds is None or point.time_us >= self.bounds.start_us - LOOKBACK_US:
                self.hearing.add(point.time_us)
            self.heard_us = max(self.heard_us, point.time_us)
            if self._is_late(point, now_us):
                self._late(point.time_us, now_us)
            for track in self._by_tag[point.tag]:
                if track.add(point.time_us, point.value) and track.signal.role != "load":
                    self.dirty = True

    def _is_late(self, point: Point, now_us: int) -> bool:
        """Say whether history holds more of a time than what was told live.

        A dense batch is told thinned; the last minutes are read again anyway.
        """
        if point.time_us < now_us - KEPT_US:
            return False  # a clock that is wrong: nothing is kept that it could belong to
        last = min(track.last_us for track in self._by_tag[point.tag])
        return point.time_us < max(last, now_us - LATE_US) - LATE_US

    def _silent_since(self, point: Point) -> int | None:
        """Return when a silence began that a point ends, None if it ends none.

        What was held back meanwhile may have come with the point, and is in the history alone.
        """
        found = []
        for heard in (self.hearing, *(track.heard for track in self._by_tag[point.tag])):
            if heard.gap_us is not None:
                limit = max(heard.gap_us, TAIL_US)
            elif heard is self.hearing:
                limit = LOOKBACK_US  # it may well have had nothing to say
            else:
                continue
            if heard.ends and point.time_us - heard.ends[-1] > limit:
                found.append(heard.ends[-1])
        return min(found, default=None)

    def _late(self, time_us: int, now_us: int) -> None:
        self.late_us = time_us if self.late_us is None else min(self.late_us, time_us)
        self.late_seen_us = now_us

    def splice(self, from_us: int, readings: Mapping[str, Readings]) -> None:
        """Take what the history knows since `from_us`."""
        times = [each.times[each.times >= from_us] for each in readings.values()]
        every = np.unique(np.concatenate(times)) if times else np.empty(0, np.int64)
        self.hearing.replace(from_us, every)
        for tag, tracks in self._by_tag.items():
            for track in tracks:
                track.splice(from_us, readings.get(tag))
                self.heard_us = max(self.heard_us, track.last_us)
        if self.heard_us:
            self.hearing.add(self.heard_us)
        self.dirty = True

    def forget(self, before_us: int) -> None:
        """Forget what belongs to frames that are over."""
        self.hearing.forget(before_us)
        for track in self.tracks.values():
            track.forget(before_us)

    def due(self, now_us: int) -> bool:
        """Say whether it is time to look at it again."""
        old = now_us - self.looked_us >= AGAIN_US
        return self.loaded and (self.dirty or old or self._turns(now_us))

    def _turns(self, now_us: int) -> bool:
        """Say whether time alone may have changed the state."""
        if self.since is None or self.since[0] in STANDING or self.model.typical is None:
            return False
        counter = counter_of(self)
        if counter is None:
            return False
        times, _ = counter.arrays()
        limit = limit_seconds(self.model.typical, self.asset.stop_after_seconds)
        last = int(times[-1]) if len(times) else 0
        return now_us - last > limit * 1e6 >= self.looked_us - last

    def look(self, now_us: int) -> Frame:
        """Compute its frame so far."""
        assert self.bounds is not None
        # A clock that is a little ahead of ours is believed: what it says is of now.
        newest = self.heard_us if self.heard_us <= now_us + AHEAD_US else now_us
        until = min(max(now_us, newest) + 1, self.bounds.end_us)
        self._take_absences(self.bounds.start_us, until)
        self.frame = frame(
            *(self.asset, self.tracks, self.hearing, self.model, self.bounds.start_us, until)
        )
        self.looked_us, self.dirty = now_us, False
        return self.frame

    def _take_absences(self, start_us: int, until_us: int) -> None:
        """Let each signal know when its source was not heard, up to its first reading after.

        Of those that touch a time alone.
        """
        by_source: dict[str, list[Track]] = {}
        for tag, tracks in self._by_tag.items():
            by_source.setdefault(self.sources.get(tag, ""), []).extend(tracks)
        for source, tracks in by_source.items():
            found = []
            # They are in order of time, and of years: the newest are those that count.
            for start, end in reversed(self.absences.get(source, [])):
                if end is not None and end <= start_us:
                    break
                if start >= until_us:
                    continue
                after = (np.searchsorted(track.arrays()[0], start, "right") for track in tracks)
                pairs = zip(tracks, after, strict=True)
                first = [int(t.arrays()[0][at]) for t, at in pairs if at < len(t.arrays()[0])]
                found.append((start, min([until_us if end is None else end, *first])))
            for track in tracks:
                track.absences = found

    def unheard(self) -> dict[str, Any] | None:
        """Return which agent is not heard, and since when; None when all are."""
        mine = {self.sources.get(tag) for tag in self.tags}
        found = [
            (start, source)
            for source, told in self.absences.items()
            for start, end in told[-1:]
            if end is None and source in mine
        ]
        return {"source": min(found)[1], "since": min(found)[0]} if found else None

    def word(self, role: str, now_us: int) -> str | None:
        """Return the text that holds now, of a product or a lot."""
        track = self.tracks.get(role)
        return None if track is None else track.word(track.at(now_us)) or None


def used(asset: Asset) -> list[Signal]:
    """Return the signals whose readings are kept."""
    return [signal for signal in asset.signals if signal.role in USED]


def reads(asset: Asset) -> str:
    """Return as a text what decides how an asset's readings are understood."""
    told = [
        (
            *(each.role, each.tag, sorted(each.map.items()), each.running_is_low),
            *(each.window_seconds, each.expected_seconds, each.scale),
        )
        for each in asset.signals
    ]
    return repr((LEARNING, told, asset.parts_per_count))


def now_document(
    machine: Machine,
    found: Summary,
    since: tuple[State, int],
    proposed: str | dict[str, str] | None,
    now_us: int,
) -> dict[str, Any]:
    """Return NOW: what a machine does at this moment, and what its shift came to so far."""
    last = found.told[-1] if found.told else None
    reason = last.span.reason if last is not None else ""
    shift = found.shift
    plan = worth.plan_of(found.asset, shift) if shift else None
    passed = shift.planned(now_us) if shift else 0.0
    waiting = found.waiting
    longest = max(waiting, key=lambda pair: pair[1] - pair[0], default=None)
    document: dict[str, Any] = {
        "asset": machine.id,
        "state": since[0].value,
        "since": since[1],
        "as_of": found.frame.end_us,
        "heard": machine.heard_us or None,
        "reason": reason or None,
        "proposed": proposed,
        "fault": fault_now(found),
        "stale": since[0] is State.UNKNOWN,
        "unheard": machine.unheard() if since[0] is State.UNKNOWN else None,
        "shift": None
        if shift is None
        else {
            "name": shift.name,
            "day": shift.day,
            "crew": shift.crew,
            "start": shift.start_us,
            "end": shift.end_us,
            "planned_s": shift.planned(),
            "passed_s": passed,
        },
        "counted": found.counted,
        **worth.counting_document(found),
        "scrap_known": found.scrap_known,
        "counts": worth.counts_document(found.counts),
        "plan": plan,
        "plan_now": plan_now(plan, shift.planned(), passed) if plan and shift else None,
        "forecast": None if shift is None else forecast(found, shift.planned(), passed),
        "figures": worth.figures_document(found.figures),
        "waterfall": worth.waterfall_document(found.waterfall),
        "ideal_seconds": found.ideal,
        "ideal_confirmed": found.asset.ideal_confirmed,
        "cycle": {"last": found.frame.last_cycle, "typical": typical(machine)},
        "waiting_stops": len(waiting),
        "longest_waiting": None if longest is None else list(longest),
        "product": machine.word("product", now_us),
        "lot": machine.word("lot", now_us),
        "lost_cost": worth.lost_cost(found),
    }
    if machine.ahead_us and now_us - machine.ahead_seen_us < AHEAD_SHOWN_US:
        document["clock_ahead_us"] = machine.ahead_us
    return document


def typical(machine: Machine) -> float | None:
    """Return the commonest cycle, in seconds a part."""
    return per_part(machine, machine.model.typical)


def per_part(machine: Machine, per_step: float | None) -> float | None:
    """Return a cycle of the counter, or of a load that keeps time, as seconds a part."""
    if per_step is None:
        return None
    counter = counter_of(machine)
    if counter is None:
        timed = machine.model.rhythm is not None
        return per_step / machine.asset.parts_per_count if timed else None
    return per_step / (counter.signal.scale * machine.asset.parts_per_count)


def demonstrated(machine: Machine) -> float | None:
    """Return the cycle that stands in for an ideal one nobody told: of counted parts alone.

    Cycles of a load may be proposed to a person, but no figure is made of what is not counted.
    """
    return per_part(machine, machine.model.demonstrated) if counter_of(machine) else None


def counter_of(machine: Machine) -> Track | None:
    """Return the signal that counts the parts of a machine."""
    return machine.tracks.get("counter") or machine.tracks.get("good_counter")


def fault_now(found: Summary) -> str | None:
    """Return the fault of a machine that stands."""
    if not found.told or found.told[-1].span.state not in STANDING:
        return None
    return fault_of(found.told[-1].span, found.frame.faults)


def plan_now(plan: float, planned: float, passed: float) -> float | None:
    """Return what should have been made by now: an even share of the plan."""
    return None if planned <= 0 else round(plan * min(passed / planned, 1.0), 3)


def forecast(found: Summary, planned: float, passed: float) -> float | None:
    """Return how many parts there will be at the end of the shift, at the pace so far."""
    known = found.figures.known if found.figures is not None else None
    if not found.counted or planned <= 0 or passed < FORECAST_SHARE * planned or not known:
        return None
    # What was made while nothing was heard says nothing of the pace.
    pace = found.within.produced / (known * passed)
    return round(found.counts.produced + pace * max(planned - passed, 0.0), 1)
