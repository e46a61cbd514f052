"""One watch while its machine works: live values to rows, rows to scores, scores to anomalies."""

from collections import deque
from math import isfinite, nan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly.limits import APART, alarms
from deungdae.analysis.watching import Watch
from deungdae.monitor.watches.arriving import Arriving
from deungdae.monitor.watches.rows import SETTLING_US
from deungdae.monitor.watches.store import MINUTE_US, Anomaly, Minute
from deungdae.monitor.watches.wanted import Grid, Wanted

Floats = NDArray[np.float64]

#: After a row is over or whole: for values on their way, and until the floor, which looks each half
#: second, has said that the machine stands.
LATE_US = 600_000
LONGEST_LAG_US = 60_000_000  #: of a machine's clock, or of its agent; beyond that history tells
AHEAD_ROWS = 300
BLAMED_ROWS = 60
BLAMED_TAGS = 6
BLAMED_AGAIN = (3, 10, 30)  #: rows after the beginning; later after each 60 more
GROWN = 1.5  #: times the score for which the tags were blamed last
SILENT_ROWS = 12  #: without a score while the machine runs, after which its tags are silent


class Row(NamedTuple):
    """A row that is closed: its end, its score in its limit, its place in its limit.

    The end may lie a little ahead: what is whole is not waited for.
    """

    end_us: int
    score: float | None
    place: float | None


class Followed:
    """Holds what is needed to score the next row; does no I/O."""

    def __init__(
        self,
        watch: Watch,
        wanted: Wanted,
        grid: Grid,
        place_limit: float,
        before: Floats,
        next_row: int,
    ) -> None:
        """Go on after rows `before`, which end where `next_row` begins."""
        self.watch = watch
        self.wanted = wanted
        self.grid = grid
        self.place_limit = place_limit
        self._limit = watch.limit.score
        self.running: bool | None = None  #: None: nobody says
        self._settled_us = 0
        self._columns = {tag: column for column, tag in enumerate(wanted.tags)}
        self._arriving = Arriving(len(self._columns))
        self._lag_us = 0.0
        self._next = next_row
        self._stream = watch.stream(before, grid.phase(next_row - len(before)))
        self._recent: deque[Floats] = deque(before, maxlen=watch.lead + BLAMED_ROWS)
        self._quiet = 0
        self._minute = [nan, nan]
        self.last: Row | None = None  #: the newest row that had a score
        self._scored_us = next_row * grid.every_us
        self._lost = False
        self.anomaly: Anomaly | None = None
        self.anomaly_changed = False
        self.minutes: list[Minute] = []  #: that are over and not kept yet
        self.blame_due_us: int | None = None  #: since when the tags are to be blamed (anew)
        self._blamed_score = 0.0

    @property
    def silent(self) -> bool:
        """Whether the tags say nothing though the machine should run."""
        return self._quiet >= SILENT_ROWS and self.running is not False

    def lost(self) -> bool:
        """Say, once, that there has been no score for so long that the last one says nothing."""
        apart_us = self._next * self.grid.every_us - self._scored_us
        before, self._lost = self._lost, apart_us > APART * self.grid.every_us
        return self._lost and not before

    def hear(self, tag: str, time_us: int, value: Any, now_us: int) -> None:
        """Take a live value of one of its tags."""
        column = self._columns.get(tag)
        if column is None or isinstance(value, str) or value is None:
            return
        lag = now_us - time_us
        if 0 < lag <= LONGEST_LAG_US:
            self._lag_us = max(self._lag_us, lag)
        row = self.grid.row(time_us)
        if self._next <= row <= self._next + AHEAD_ROWS:
            self._arriving.put(row, column, value, now_us)
        elif row == self._next - 1:
            self._arriving.put_off(self._next, column, value)

    def state(self, running: bool | None, since_us: int) -> None:
        """Take note that the machine runs, or not, since a moment."""
        if running and self.running is not True:
            self._settled_us = since_us + SETTLING_US if self.running is False else 0
        self.running = running

    def pass_on(self, now_us: int) -> list[Row]:
        """Return the rows that are over or whole by now, in order."""
        found = []
        behind = self.grid.row(now_us) - self._next
        if behind > 3_600:  # the computer slept: history tells what was
            self._skip(behind)
        while self._due(now_us):
            found.append(self._close())
        return found

    def _due(self, now_us: int) -> bool:
        """Say whether the next row can be closed: it is over, or nothing more is to come of it."""
        if (self._next + 1) * self.grid.every_us + LATE_US + self._lag_us <= now_us:
            return True
        whole_us = self._arriving.whole_since(self._next)
        if whole_us is None:
            return False
        # Where nobody tells whether the machine runs, there is nothing to wait for.
        return self.running is None or whole_us + LATE_US <= now_us

    def _skip(self, rows: int) -> None:
        self._flush_minute()
        self._next += rows
        self._arriving.clear()
        nothing = np.empty((0, len(self._columns)))
        self._stream = self.watch.stream(nothing, self.grid.phase(self._next))
        self._end_anomaly()

    def _close(self) -> Row:
        start_us = self._next * self.grid.every_us
        end_us = start_us + self.grid.every_us
        self._lag_us *= 0.995
        counts = self.running is not False and start_us >= self._settled_us
        values = self._arriving.take(self._next)
        if not counts:
            values[:] = np.nan
        self._next += 1
        self._recent.append(values)
        relations, place = self._stream.push(values)
        score = relations / self._limit
        if not counts or not isfinite(score):
            self._quiet = self._quiet + 1 if counts else 0
            row = Row(end_us, None, None)
        else:
            self._quiet, self._lost, self._scored_us = 0, False, end_us
            beyond = place / self.place_limit
            row = Row(end_us, float(score), float(beyond) if isfinite(beyond) else None)
            self.last = row
        self._note(row, start_us)
        return row

    def _note(self, row: Row, start_us: int) -> None:
        if row.score is not None:
            self._minute[0] = max(row.score, self._minute[0])  # NaN is no greater than anything
            if row.place is not None:
                self._minute[1] = max(row.place, self._minute[1])
        if (start_us + self.grid.every_us) // MINUTE_US > start_us // MINUTE_US:
            self._flush_minute(start_us // MINUTE_US * MINUTE_US)
        if row.score is not None and row.score > 1.0:
            self._above(row, start_us)
        elif self.anomaly and row.end_us - self.anomaly.ended > APART * self.grid.every_us:
            self._end_anomaly()

    def _above(self, row: Row, start_us: int) -> None:
        now = self.anomaly
        assert row.score is not None
        if now is None:
            self._blamed_score = row.score
            self.anomaly = Anomaly(start_us, row.end_us, row.score, row.end_us, [], True)
            renewed = self.anomaly_changed = True
        else:
            rows = (row.end_us - now.began) // self.grid.every_us
            # Blamed anew now and then, and when it has grown: one row may mislead.
            grown = row.score > GROWN * self._blamed_score
            renewed = rows in BLAMED_AGAIN or rows % BLAMED_ROWS == 0 or grown
            # What is kept is brought up to date with each minute, and when it is blamed or over.
            self.anomaly_changed |= not now.open or start_us // MINUTE_US != row.end_us // MINUTE_US
            self.anomaly = now._replace(
                ended=row.end_us,
                peak=max(now.peak, row.score),
                peak_at=row.end_us if row.score > now.peak else now.peak_at,
                open=True,  # also one that was over, but could not be kept yet
            )
        if renewed:
            self._blamed_score = max(self._blamed_score, row.score)
            if self.blame_due_us is None:
                self.blame_due_us = row.end_us

    def blame(self) -> None:
        """Find the tags to blame for the anomaly, where that is due: it takes milliseconds."""
        self.blame_due_us = None
        if self.anomaly is not None:
            rows = (self._next * self.grid.every_us - self.anomaly.began) // self.grid.every_us
            values = np.array(self._recent)
            found = blames(self.watch, values, self.grid.phase(self._next - len(values)), rows)
            self.anomaly = self.anomaly._replace(blames=found or self.anomaly.blames)
            self.anomaly_changed = True

    def _end_anomaly(self) -> None:
        if self.anomaly is not None:
            self.anomaly = self.anomaly._replace(open=False)
            self.anomaly_changed = True

    def ended(self) -> None:
        """Forget an anomaly that is over and was kept."""
        blamed = self.blame_due_us is None
        if self.anomaly is not None and not self.anomaly.open and blamed:
            self.anomaly = None

    def under_way(self) -> Minute | None:
        """Return the minute that is not over, as far as it has come; None before its first row."""
        score, place = (one if isfinite(one) else None for one in self._minute)
        if score is None:
            return None
        return Minute((self._next * self.grid.every_us - 1) // MINUTE_US * MINUTE_US, score, place)

    def _flush_minute(self, minute: int | None = None) -> None:
        if minute is None:
            minute = (self._next * self.grid.every_us - 1) // MINUTE_US * MINUTE_US
        score, place = (one if isfinite(one) else None for one in self._minute)
        self.minutes.append(Minute(minute, score, place))
        self._minute = [nan, nan]


def blames(watch: Watch, values: Floats, phase: int, rows: int) -> list[list[Any]]:
    """Return [[tag, share, deviation]] of the last rows, the greatest first; [] without one."""
    try:
        found = watch.blame(values, phase, int(np.clip(rows, 3, BLAMED_ROWS)))
    except ValueError:
        return []
    return [
        [one.name, round(one.share, 4), round(one.deviation, 2)]
        for one in found[:BLAMED_TAGS]
        if np.isfinite(one.share) and np.isfinite(one.deviation)
    ]


def judged(
    watch: Watch, grid: Grid, place_limit: float, values: Floats, first: int, lead: int
) -> tuple[list[Minute], list[Anomaly]]:
    """Return minutes and anomalies of rows of history; the first `lead` rows only lead in."""
    scores = watch.score(values, grid.phase(first))
    silent = ~np.isfinite(values).any(axis=1)
    ratio, beyond = scores.relations / watch.limit.score, scores.place / place_limit
    ratio[silent] = beyond[silent] = np.nan
    ratio[:lead] = beyond[:lead] = np.nan
    found = []
    for begin, end in alarms(ratio, 1.0):
        peak = begin + int(np.nanargmax(ratio[begin:end]))
        start = max(0, end - watch.lead - BLAMED_ROWS)
        blamed = blames(watch, values[start:end], grid.phase(first + start), end - begin)
        found.append(
            Anomaly(
                (first + begin) * grid.every_us,
                (first + end) * grid.every_us,
                float(ratio[peak]),
                (first + peak + 1) * grid.every_us,
                blamed,
                False,
            )
        )
    return by_minute(ratio[lead:], beyond[lead:], grid, first + lead), found


def by_minute(ratio: Floats, beyond: Floats, grid: Grid, first: int) -> list[Minute]:
    """Return the greatest score of each minute of rows."""
    if not len(ratio):
        return []
    minutes = (first + np.arange(len(ratio))) * grid.every_us // MINUTE_US
    edges = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1))
    most = np.fmax.reduceat(ratio, edges)
    places = np.fmax.reduceat(beyond, edges)
    return [
        Minute(int(minutes[edge]) * MINUTE_US, _known(score), _known(place))
        for edge, score, place in zip(edges, most, places, strict=True)
    ]


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
