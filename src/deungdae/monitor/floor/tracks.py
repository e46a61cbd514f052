"""What one signal said, kept small: of all but a load only what changed, and when it was heard."""

from bisect import bisect_right
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.oee import State
from deungdae.monitor.definitions import Signal
from deungdae.monitor.past import Readings, Times, Values

STATES = tuple(State)
COUNTERS = ("counter", "good_counter", "scrap_counter", "rework_counter")
#: What says on a fault signal that there is none.
_NO_FAULT = frozenset({"", "0", "ok", "none", "normal", "정상", "없음", "false", "-"})
_NO = frozenset({"", "0", "false", "off", "no", "stop", "stopped", "정지"})
_TEXTS = ("fault", "product", "lot")

Raw = float | int | bool | str | None


class Hearing:
    """When something was heard: intervals in which no silence was longer than `gap_us`."""

    def __init__(self, gap_us: int | None) -> None:
        self.gap_us = gap_us  #: None: silence says nothing
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, time_us: int) -> None:
        """Note one reading, at the end or before it."""
        if not self.ends or time_us > self.ends[-1]:
            if self.ends and (self.gap_us is None or time_us - self.ends[-1] <= self.gap_us):
                self.ends[-1] = time_us
            else:
                self.starts.append(time_us)
                self.ends.append(time_us)

    def cut(self, from_us: int) -> None:
        """Forget what was heard at `from_us` and later."""
        at = bisect_right(self.starts, from_us - 1)
        self.starts, self.ends = self.starts[:at], self.ends[:at]
        if self.ends:
            self.ends[-1] = min(self.ends[-1], from_us)

    def forget(self, before_us: int) -> None:
        """Forget what ended before an instant."""
        at = sum(end < before_us for end in self.ends)
        self.starts, self.ends = self.starts[at:], self.ends[at:]

    def extend(self, times: Times) -> None:
        """Note many readings in order of time, none before the last."""
        if not len(times):
            return
        gap = self.gap_us
        breaks = np.flatnonzero(np.diff(times) > gap) if gap is not None else np.empty(0, int)
        starts = [int(times[0]), *times[breaks + 1].tolist()]
        ends = [*times[breaks].tolist(), int(times[-1])]
        for start, end in zip(starts, ends, strict=True):
            self.add(start)
            self.ends[-1] = max(self.ends[-1], end)

    def replace(self, from_us: int, times: Times) -> None:
        """Take what the history says since `from_us`; what was heard after its end stays."""
        newest = int(times[-1]) if len(times) else from_us - 1
        pairs = zip(self.starts, self.ends, strict=True)
        later = [(max(start, newest + 1), end) for start, end in pairs if end > newest]
        self.cut(from_us)
        self.extend(times)
        for start, end in later:
            self.add(start)
            self.ends[-1] = max(self.ends[-1], end)

    def silences(self, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """Return the silences between two instants."""
        if self.gap_us is None:
            # Whoever speaks only when something changes says nothing by silence; before its first
            # word nothing is known.
            first = self.starts[0] if self.starts else end_us
            return [(start_us, min(first, end_us))] if first > start_us else []
        edges = [start_us]
        for start, end in zip(self.starts, self.ends, strict=True):
            if end >= start_us and start <= end_us:
                edges += [max(start, start_us), min(end, end_us)]
        edges.append(end_us)
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(a, b) for a, b in pairs if b - a > self.gap_us]


class Track:
    """The readings of one signal as numbers; texts and states are numbered."""

    def __init__(self, signal: Signal, gap_us: int | None) -> None:
        self.signal = signal
        self.heard = Hearing(gap_us)
        self.words: list[str] = [""]
        self._codes: dict[str, float] = {"": 0.0}
        self._all = signal.role in ("load", "power")
        self._times: Times = np.empty(0, np.int64)
        self._values: Values = np.empty(0)
        self._tail: list[tuple[int, float]] = []
        self.last_us = 0
        self.last = np.nan  #: value
        #: When its source said that there is no value, until when: None is still so.
        self._lost: list[tuple[int, int | None]] = []
        self.absences: list[tuple[int, int]] = []  #: when its source was not heard

    def lose(self, time_us: int) -> bool:
        """Note that there is no value; return whether that is new."""
        if time_us < self.last_us or (self._lost and self._lost[-1][1] is None):
            return False
        self._lost.append((time_us, None))
        return True

    def silences(self, hearing: Hearing, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """Return when nothing is known of what it says; `hearing` is that of its machine."""
        if self.heard.gap_us is not None:
            return self.heard.silences(start_us, end_us)
        # Who speaks only when something changes is believed as long as the machine is heard at
        # all, and its source is not known to be away.
        lost = [(a, end_us if b is None else b) for a, b in self._lost]
        found: list[tuple[int, int]] = []
        for a, b in sorted([*hearing.silences(start_us, end_us), *lost, *self.absences]):
            a, b = max(a, start_us), min(b, end_us)
            if found and a <= found[-1][1]:
                found[-1] = found[-1][0], max(b, found[-1][1])
            elif b > a:
                found.append((a, b))
        return found

    def add(self, time_us: int, value: Raw) -> bool:
        """Take one live reading; return whether it says something new."""
        if time_us <= self.last_us:
            return False
        number = self.number(value)
        self.heard.add(time_us)
        self.last_us = time_us
        if self._lost and self._lost[-1][1] is None:
            self._lost[-1] = self._lost[-1][0], time_us
            self.last = np.nan  # what is the same again is known again
        new = number != self.last and not (np.isnan(number) and np.isnan(self.last))
        if new or self._all:
            self._tail.append((time_us, number))
        self.last = number
        return new

    def splice(self, from_us: int, readings: Readings | None) -> None:
        """Replace what is known since `from_us` by the history's, but for what is newer than it."""
        times, values = self.arrays()
        keep = int(np.searchsorted(times, from_us))
        newest = from_us - 1
        told_t = bad = times[:0]
        parts_t, parts_v = [times[:keep]], [values[:keep]]
        if readings is not None and len(readings.times):
            new = readings.times >= from_us
            told_t, told_v = readings.times[new], self.numbers(readings)[new]
            newest = int(told_t[-1]) if len(told_t) else newest
            bad = readings.bad[readings.bad >= from_us]
            parts_t.append(told_t)
            parts_v.append(told_v)
        rest = int(np.searchsorted(times, newest, "right"))
        self.heard.replace(from_us, told_t)
        joined_t = np.concatenate([*parts_t, times[rest:]])
        joined_v = np.concatenate([*parts_v, values[rest:]])
        self._splice_lost(from_us, told_t, bad)
        self._tail = []
        if len(joined_t) and newest >= self.last_us:
            self.last_us, self.last = newest, float(joined_v[-1])
        if not self._all and len(joined_t):
            changed = np.ones(len(joined_v), bool)
            same = (joined_v[1:] == joined_v[:-1]) | (
                np.isnan(joined_v[1:]) & np.isnan(joined_v[:-1])
            )
            changed[1:] = ~same
            joined_t, joined_v = joined_t[changed], joined_v[changed]
        self._times, self._values = joined_t, joined_v

    def _splice_lost(self, from_us: int, good: Times, bad: Times) -> None:
        """Take when the history says that there was no value; what is newer than it stays."""
        newest = max([from_us - 1, *(int(each[-1]) for each in (good, bad) if len(each))])
        found = [each for each in self._lost if each[0] < from_us]
        starts = [] if not found or found[-1][1] is not None else [found.pop()[0]]
        for start in [*starts, *bad.tolist()]:
            if found and (found[-1][1] is None or start < found[-1][1]):
                continue
            place = int(np.searchsorted(good, start, "right"))
            found.append((start, int(good[place]) if place < len(good) else None))
        self._lost = found + [each for each in self._lost if each[0] > newest]

    def forget(self, before_us: int) -> None:
        """Forget what is older, but for the last reading before."""
        self._lost = [each for each in self._lost if each[1] is None or each[1] >= before_us]
        times, values = self.arrays()
        at = max(int(np.searchsorted(times, before_us)) - 1, 0)
        self._times, self._values, self._tail = times[at:], values[at:], []
        self.heard.forget(before_us)

    def arrays(self) -> tuple[Times, Values]:
        """Return times and numbers in order."""
        if self._tail:
            times, values = zip(*self._tail, strict=True)
            self._times = np.concatenate([self._times, np.array(times, np.int64)])
            self._values = np.concatenate([self._values, np.array(values, float)])
            self._tail = []
        return self._times, self._values

    def at(self, time_us: int) -> float:
        """Return the number that held at an instant, NaN before the first."""
        times, values = self.arrays()
        place = int(np.searchsorted(times, time_us, "right")) - 1
        return float(values[place]) if place >= 0 else float("nan")

    def word(self, number: float) -> str | None:
        """Return the text of a number, None where there is none."""
        return None if np.isnan(number) else self.words[int(number)]

    def number(self, value: Raw) -> float:
        """Return a reading as a number."""
        role = self.signal.role
        if role == "state":
            return self._state(value)
        if role == "run":
            return self._run(value)
        if role in _TEXTS:
            return self._text(value)
        if isinstance(value, str) or value is None:
            return float("nan")
        return float(value)

    def numbers(self, readings: Readings) -> Values:
        """Return many readings as numbers."""
        role = self.signal.role
        if role != "state" and role != "run" and role not in _TEXTS:
            return readings.values
        known: dict[Raw, float] = {}
        pairs: Iterable[tuple[float, str | None]] = zip(
            readings.values.tolist(), readings.texts.tolist(), strict=True
        )
        found: NDArray[np.float64] = np.empty(len(readings.times))
        for place, (number, text) in enumerate(pairs):
            raw: Raw = number if text is None else text
            code = known.get(raw)
            if code is None:
                code = known[raw] = self.number(raw)
            found[place] = code
        return found

    def _state(self, value: Raw) -> float:
        state = self.signal.map.get(_plain(value))
        return float("nan") if state is None else float(STATES.index(state))

    def _run(self, value: Raw) -> float:
        if value is None:
            return float("nan")
        runs = (_plain(value).lower() not in _NO) != self.signal.running_is_low
        return float(STATES.index(State.RUNNING if runs else State.STOPPED))

    def _text(self, value: Raw) -> float:
        text = _plain(value)
        if self.signal.role == "fault" and text.strip().lower() in _NO_FAULT:
            return 0.0
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = float(len(self.words))
            self.words.append(text)
        return code


def _plain(value: Raw) -> str:
    """Return a value as a map writes it: 2 and 2.0 are "2"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else f"{value:.15g}"
