"""The part of the monitor that watches machines by all their tags together."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import numpy as np

from deungdae import bus
from deungdae.analysis.oee import State
from deungdae.bus.ending import end
from deungdae.monitor.part import Context, Handler, Point
from deungdae.monitor.watches import drift, learning, rows
from deungdae.monitor.watches.book import Book
from deungdae.monitor.watches.following import Followed, judged
from deungdae.monitor.watches.questions import Questions
from deungdae.monitor.watches.store import MINUTE_US, Anomaly, Key, Learned, Minute
from deungdae.monitor.watches.wanted import Grid, Wanted
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.records.messages import message

AGAIN_SECONDS = 5.0  #: while history does not answer
LOOK_US = 300 * 1_000_000  #: between two looks for holes that history can fill
HOLES_US = 6 * 3_600_000_000
SETTLED_US = 3 * MINUTE_US  #: history has what is older than this
DRIFT_US = 1_800 * 1_000_000
AGAIN_US = 3_600 * 1_000_000  #: before a period is learned again that failed for no known reason
SAID_AGAIN_US = 600 * 1_000_000  #: what keeps a watch back is logged no more often
MOST_KEPT = 1_440  #: minutes that wait until they can be written; history fills the others
WITHIN = 30.0
BLAME_SECONDS = 0.1  #: of one beat, for finding the tags to blame

_log = logging.getLogger(__name__)


class Watches(Book):
    """Follows the bucket of watches; learns, scores, tells."""

    def __init__(self) -> None:
        super().__init__()
        self._by_tag: dict[str, dict[str, list[Followed]]] = {}  #: organisation, then tag
        self._states: dict[Key, tuple[bool | None, int]] = {}  #: of machines
        self._tasks: list[asyncio.Task[None]] = []
        self._looked_us = self._drift_us = 0
        self._put_off: dict[Key, tuple[int, int]] = {}  #: a revision, and until when
        self._said: dict[Key, int] = {}  #: when the log said what keeps a watch back
        self._questions = Questions(self)

    def quick(self) -> Mapping[str, Handler]:
        """Return what a page asks."""
        return self._questions.quick()

    def long(self) -> Mapping[str, Handler]:
        """Return what takes its time."""
        return {}

    async def begin(self, context: Context) -> None:
        """Follow the bucket, and go on where the scores ended."""
        self.open(context)
        try:
            self._mirror = await bus.Mirror.open(context.connection, bus.WATCHES, within=WITHIN)
        except BaseException:
            self.store.close()
            raise
        self._unheed = self._mirror.heed(lambda _: self.changed.set())
        self.changed.set()
        self._tasks = [asyncio.create_task(self._look_after(), name="watches")]

    async def end(self) -> None:
        """Stop; what was found is kept."""
        self._unheed()
        for task in self._tasks:
            await end(task)
        await self._mirror.close()
        self.store.close()

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Hand values to the watches of their tags."""
        now_us = self.context.now_us()
        by_tag = self._by_tag.get(organisation, {})
        for point in points:
            for followed in by_tag.get(point.tag, ()):
                followed.hear(point.tag, point.time_us, point.value, now_us)
            if point.tag.startswith("~state/"):
                self._state(organisation, point)

    def _state(self, organisation: str, point: Point) -> None:
        asset = point.tag.removeprefix("~state/")
        known = None if point.value == State.UNKNOWN else point.value == State.RUNNING
        self._states[organisation, asset] = known, point.time_us
        for (owner, _), followed in self.followed.items():
            if owner == organisation and followed.wanted.asset == asset:
                followed.state(known, point.time_us)

    async def passed(self, now_us: int) -> None:
        """Close the rows that are over, tell what they say, blame and keep.

        Raises what failed of some watches when it is done with all.
        """
        failed: list[Exception] = []
        points: dict[str, list[Point]] = {}
        for key, followed in list(self.followed.items()):
            try:
                closed = followed.pass_on(now_us)
            except Exception as error:  # noqa: BLE001 - raised when the others had their turn
                failed.append(_about(key, error))
                continue
            told = points.setdefault(key[0], [])
            told += (
                Point(_tag(key), min(row.end_us, now_us), row.score, 0)
                for row in closed
                if row.score is not None
            )
            if followed.lost():
                told.append(Point(_tag(key), now_us, None, 0))
            if closed:
                self._tell(key)
        for organisation, scored in points.items():
            if scored:
                self.context.spread(organisation, scored)
        failed += self._blame()
        failed += await self._keep()
        if failed:
            raise ExceptionGroup("some watches", failed)

    def _tell(self, key: Key) -> None:
        self.context.tell(key[0], {"watches": [self._questions.now(key)]})

    def _blame(self) -> list[Exception]:
        """Find the tags to blame, those that wait longest first; return what failed.

        When a whole plant is unlike itself at once, no alarm waits for it: what does not fit in
        this beat is done in those to come.
        """
        failed: list[Exception] = []
        due = [
            (followed.blame_due_us, key)
            for key, followed in self.followed.items()
            if followed.blame_due_us is not None
        ]
        until = time.monotonic() + BLAME_SECONDS
        for _, key in sorted(due):
            try:
                self.followed[key].blame()
            except Exception as error:  # noqa: BLE001 - raised when the others had their turn
                failed.append(_about(key, error))
            self._tell(key)
            if time.monotonic() > until:
                break
        return failed

    async def _keep(self) -> list[Exception]:
        """Write down what is new, all of it at once; return what failed.

        What cannot be written now is written with the next row.
        """
        minutes: dict[Key, list[Minute]] = {}
        anomalies: list[tuple[Key, int, Anomaly, int]] = []
        for key, followed in self.followed.items():
            if followed.minutes:
                minutes[key], followed.minutes = followed.minutes, []
            if followed.anomaly_changed and followed.anomaly is not None:
                followed.anomaly_changed = False
                apart = 10 * followed.grid.every_us
                anomalies.append((key, followed.wanted.revision, followed.anomaly, apart))
        if not minutes and not anomalies:
            return []
        followed_then = dict(self.followed)
        try:
            await asyncio.to_thread(self.store.put, minutes, anomalies)
        except BaseException as error:
            for key, lost in minutes.items():
                followed = followed_then[key]
                followed.minutes = [*lost, *followed.minutes][-MOST_KEPT:]
            for key, *_ in anomalies:
                followed_then[key].anomaly_changed = True
            if not isinstance(error, Exception):
                raise
            return [error]
        for key, *_ in anomalies:
            followed_then[key].ended()
        return []

    # What was asked for, one after another.

    async def _look_after(self) -> None:
        while True:
            try:
                await self._once()
            except (bus.Unavailable, bus.Refusal, TimeoutError) as error:
                _log.info("watches wait: %s", error)
            except Exception:  # noqa: BLE001 - written to the log; the others go on
                _log.exception("a watch could not be looked after")
            try:
                await asyncio.wait_for(self.changed.wait(), AGAIN_SECONDS)
            except TimeoutError:
                continue

    async def _once(self) -> None:
        self.changed.clear()
        self._read()
        await self._each(self.wanted, self._bring_up)
        now_us = self.context.now_us()
        if now_us - self._looked_us >= LOOK_US:
            self._looked_us = now_us
            await self._each(self.followed, lambda key: self._fill(key, now_us))
        if now_us - self._drift_us >= DRIFT_US:
            self._drift_us = now_us
            await self._each(self.followed, lambda key: self._judge_drift(key, now_us))
            await asyncio.to_thread(self.store.tidy, now_us)

    async def _each(self, keys: Mapping[Key, Any], look: Callable[[Key], Awaitable[None]]) -> None:
        """Look after each watch; none keeps those after it from their turn."""
        for key in list(keys):
            try:
                await look(key)
            except (bus.Unavailable, bus.Refusal, TimeoutError) as error:
                _log.info("the watch %s waits: %s", key[1], error)
            except Exception as error:  # noqa: BLE001 - written to the log; the others go on
                # It is tried every few seconds: the whole story is told now and then.
                now_us = self.context.now_us()
                often = now_us - self._said.get(key, -SAID_AGAIN_US) < SAID_AGAIN_US
                if not often:
                    self._said[key] = now_us
                level = logging.DEBUG if often else logging.ERROR
                _log.log(level, "a watch could not be looked after: %s", key[1], exc_info=error)

    async def _bring_up(self, key: Key) -> None:
        """Follow a watch, learn it before if need be."""
        wanted, followed = self.wanted[key], self.followed.get(key)
        if followed is not None and followed.wanted == wanted and key not in self.again:
            return
        now_us = self.context.now_us()
        if key not in self.again:
            revision, until_us = self._put_off.get(key, (None, 0))
            if revision == wanted.revision and now_us < until_us:
                return
            known = await asyncio.to_thread(self.store.learned, *key)
            if known is not None and known.revision == wanted.revision:
                if known.state == "learned" and await self._follow(key, wanted, known):
                    return
                if known.state == "failed" and not learning.due_again(known, now_us):
                    return
        if wanted.end_us <= now_us:
            self.again.discard(key)
            await self._learn(key, wanted)

    def _read(self) -> None:
        wanted: dict[Key, Wanted] = {}
        ended: list[Key] = []
        for record in self._mirror.all():
            try:
                wanted[record.organisation, record.watch] = Wanted.of(record.document)
            except UnusableOption as error:
                _log.warning("the watch %s: %s", record.watch, error)
        for key in [key for key in self.followed if key not in wanted]:
            del self.followed[key]
            self.context.spread(key[0], [Point(_tag(key), self.context.now_us(), 0.0, 0)])
            self.drifts.pop(key, None)
            ended.append(key)
        for key in [key for key in self._put_off if key not in wanted]:
            del self._put_off[key]
        self.wanted = wanted
        self._index()
        for key in ended:
            self._tell(key)

    def _index(self) -> None:
        by_tag: dict[str, dict[str, list[Followed]]] = {}
        for (organisation, _), followed in self.followed.items():
            for tag in followed.wanted.tags:
                by_tag.setdefault(organisation, {}).setdefault(tag, []).append(followed)
        self._by_tag = by_tag

    async def _learn(self, key: Key, wanted: Wanted) -> None:
        self.learning = key
        self.context.tell(key[0], {"watches": [self._questions.now(key)]})
        try:
            lesson = await learning.learn(self.context, *key, wanted)
            await asyncio.to_thread(self._keep_lesson, key, wanted, lesson)
        except PublicError as error:
            if isinstance(error, bus.Refusal):
                raise
            now_us = self.context.now_us()
            again_us = now_us + AGAIN_US if isinstance(error, rows.NotSaid) else None
            learned = learning.failed(wanted, now_us, error, again_us)
            await asyncio.to_thread(self.store.note_learned, *key, learned)
            return
        except (bus.Unavailable, TimeoutError):
            raise
        except Exception:
            until_us = self.context.now_us() + AGAIN_US
            # Also when not even that can be written down, it must not be tried without end.
            self._put_off[key] = wanted.revision, until_us
            mistake = PublicError(
                "Something went wrong that should not have. Nothing was lost; what happened is "
                "written in the server's log."
            )
            learned = learning.failed(wanted, self.context.now_us(), mistake, again_us=until_us)
            await asyncio.to_thread(self.store.note_learned, *key, learned)
            raise
        finally:
            self.learning = None
            self.context.tell(key[0], {"watches": [self._questions.now(key)]})
        self._put_off.pop(key, None)
        self.followed.pop(key, None)
        self.drifts.pop(key, None)
        await self._follow(key, wanted, lesson.learned)
        self._event(
            key,
            wanted,
            "watch_learned",
            "learned",
            message(
                "{watch}: the good period is learned, and watched from now on.", watch=wanted.name
            ),
        )

    def _keep_lesson(self, key: Key, wanted: Wanted, lesson: learning.Lesson) -> None:
        self.store.begin_anew(*key)
        self.store.put_minutes(*key, lesson.minutes, True)
        apart = 10 * lesson.learned.document["every_us"]
        for anomaly in lesson.anomalies:
            self.store.put_anomaly(*key, wanted.revision, anomaly, apart)
        self.store.note_learned(*key, lesson.learned)

    def _event(self, key: Key, wanted: Wanted, kind: str, what: str, says: Any) -> None:
        organisation, watch = key
        asset = wanted.asset and self.context.structure.asset(organisation, wanted.asset)
        self.context.outbox.add(
            organisation,
            kind,
            f"{watch}:{wanted.revision}:{what}",
            {
                "watch": watch,
                "name": wanted.name,
                "asset": wanted.asset,
                "asset_name": asset.name if asset else "",
                "at_us": self.context.now_us(),
                "says": learning.said(says),
                "page": f"/watches/{watch}/",
            },
        )

    async def _follow(self, key: Key, wanted: Wanted, known: Learned) -> bool:
        """Go on scoring; return False when what was learned is not there any more."""
        watch = await asyncio.to_thread(learning.kept, self.context.home, *key, wanted.revision)
        if watch is None:
            return False
        document = known.document
        grid = Grid(document["every_us"], document["offset_us"])
        limit = document["place_limit"] or float("inf")
        # A minute of history may not be in the lake yet; holes are filled later.
        next_row = grid.row(self.context.now_us())
        before = np.empty((0, len(wanted.tags)))
        if watch.method == "seasons":
            lead = next_row - watch.lead
            before = await rows.rows(self.context, key[0], wanted.tags, grid, lead, next_row)
        followed = Followed(watch, wanted, grid, limit, before, next_row)
        state = self._states.get((key[0], wanted.asset or ""))
        if state is not None:
            followed.state(*state)
        await asyncio.to_thread(self.store.close_anomalies, *key)
        self.followed[key] = followed
        self._index()
        self._looked_us = 0
        return True

    async def _fill(self, key: Key, now_us: int) -> None:
        """Score from history what could not be scored while it happened."""
        followed = self.followed[key]
        until = now_us - SETTLED_US
        last = await asyncio.to_thread(self.store.last_minute, *key)
        learned = await asyncio.to_thread(self.store.learned, *key)
        if learned is None:
            return
        oldest = max(learned.document["end"], until - HOLES_US)
        holes = await asyncio.to_thread(self.store.holes, *key, oldest, until)
        if not holes:
            return
        grid, watch = followed.grid, followed.watch
        first = grid.row(holes[0])
        end_row = grid.row(holes[-1] + MINUTE_US)
        begin = first - watch.lead
        values = await rows.rows(self.context, key[0], followed.wanted.tags, grid, begin, end_row)
        spans = await rows.running(
            self.context,
            key[0],
            followed.wanted.asset,
            begin * grid.every_us,
            end_row * grid.every_us,
        )
        rows.keep_running(values, spans, grid, begin)
        minutes, anomalies = await self.context.work(
            judged, watch, grid, followed.place_limit, values, begin, watch.lead
        )
        missing = set(holes)
        kept = [one for one in minutes if one.minute in missing]
        await asyncio.to_thread(self.store.put_minutes, *key, kept, True)
        for anomaly in anomalies:
            # Only what lies in a hole: the rest was judged while it happened.
            if anomaly.peak_at // MINUTE_US * MINUTE_US in missing or last is None:
                await asyncio.to_thread(
                    self.store.put_anomaly,
                    *key,
                    followed.wanted.revision,
                    anomaly,
                    10 * grid.every_us,
                )

    async def _judge_drift(self, key: Key, now_us: int) -> None:
        known = await asyncio.to_thread(self.store.learned, *key)
        if known is None or known.state != "learned":
            return
        start = known.document["end"]
        minutes = await asyncio.to_thread(self.store.minutes, *key, start, now_us)
        found = await self.context.work(drift.judge, known.document, minutes)
        if found is None:
            self.drifts.pop(key, None)
            return
        wanted = self.followed[key].wanted
        self.drifts[key] = found
        says = drift.why(wanted.name, found)
        self._event(key, wanted, "watch_drifted", found["kind"], says)


def _tag(key: Key) -> str:
    return f"~watch/{key[1]}"


def _about(key: Key, error: Exception) -> Exception:
    error.add_note(f"This is about the watch {key[1]} of {key[0]}.")
    return error
