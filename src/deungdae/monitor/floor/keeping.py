"""What is read from the history beside the live points, and when.

At its beginning a machine's frame is read whole; the last minutes again each minute, since a live
message leaves out what is old and thins what is dense; the frame whole when something came late. A
frame that ended is computed ten minutes later from the history alone, and is final then. What the
monitor missed while it did not run is computed when it runs again.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import numpy as np

from deungdae.analysis.oee import State
from deungdae.bus import Unavailable
from deungdae.bus.ending import end
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import energy as metered
from deungdae.monitor.floor.absent import Absent
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.learning import Model, learn
from deungdae.monitor.floor.lines import members
from deungdae.monitor.floor.machine import AHEAD_US, LOOKBACK_US, TAIL_US, Machine, reads
from deungdae.monitor.floor.metering import Metering
from deungdae.monitor.floor.shifts import DAY_US, Bounds, frames
from deungdae.monitor.floor.tracks import COUNTERS
from deungdae.monitor.past import Readings
from deungdae.monitor.structure import Key
from deungdae.records.errors import PublicError

LOOK_SECONDS = 0.5
REST_SECONDS = 5.0  #: after the history did not answer
AILING_SECONDS = 60.0  #: and after one machine could not be brought up to date
TAIL_EVERY_US = 60_000_000
SETTLED_US = 600_000_000  #: after its end a frame is final
CALM_US = 5_000_000  #: after the last late point
PATIENCE_US = 60_000_000  #: though late points go on coming
LEARN_EVERY_US = 12 * 3_600_000_000
LEARN_SOON_US = 300_000_000  #: while something is still to be learned
SHORT_US, LONG_US = DAY_US, 7 * DAY_US  #: from which a machine is learned
SELDOM_US = 7 * DAY_US  #: how far back the last word of a seldom signal is looked for
BACKFILL_US = 7 * DAY_US
#: How far after a frame the next reading of a counter is looked for, step by step.
NEXT_US = (60_000_000, 3_600_000_000, DAY_US, SELDOM_US)
EVENT_US = BACKFILL_US  #: the end of a shift longer ago is not told
NEWS_US = DAY_US // 2  #: and longer ago than this it is told as late
DARK_US = 3 * DAY_US  #: how far back unknown time is looked at again after a start
HEALED_US = 30_000_000  #: a machine is read anew no more often
STEP_SECONDS = 0.5  #: for what was missed, before it is the others' turn again
AT_ONCE = 3
#: For each frame that late data made anew a machine waits so long before it is so again.
HEALED_EACH_US = 10_000_000
BUDGET_SECONDS = 12.0  #: for frames that must be computed while somebody waits

_log = logging.getLogger(__name__)


class Keeping:
    """Reads the history for all machines of the floor."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self.meters = Metering(hall)
        self._task: asyncio.Task[None] | None = None
        self._tail_us = 0
        self._late_first: dict[Key, int] = {}
        self._heal_again: dict[Key, int] = {}
        #: Beginnings of frames that late data belongs to and that are not made anew yet.
        self._late: dict[Key, list[int]] = {}
        self._backfill: dict[Key, list[Bounds]] = {}
        self._rest_until = 0.0
        self.absent: Absent | None = None
        #: Until when what failed of a machine, or of a frame of it, is left alone.
        self._ailing: dict[tuple[object, ...], float] = {}

    def begin(self) -> None:
        """Read from now on."""
        self._task = asyncio.create_task(self._run(), name="hall and history")

    async def end(self) -> None:
        """Read no more."""
        if self._task is not None:
            await end(self._task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() < self._rest_until:
                continue
            try:
                await self.step(self._hall.context.now_us())
            except (Unavailable, PublicError) as error:
                _log.info("the history does not answer: %s", error)
                self._rest_until = time.monotonic() + REST_SECONDS
            except Exception:  # noqa: BLE001 - written to the log; the next step may succeed
                _log.exception("the floor could not be brought up to date")
                self._rest_until = time.monotonic() + REST_SECONDS

    async def step(self, now_us: int) -> None:
        """Do what is due at an instant."""
        machines = self._hall.machines
        unread = [(key, each) for key, each in machines.items() if not each.loaded]
        for at in range(0, len(unread), AT_ONCE):
            some = unread[at : at + AT_ONCE]
            await asyncio.gather(
                *(self._apart((*key, "load"), self._load, key, each, now_us) for key, each in some)
            )
        if self.absent is not None:
            await asyncio.to_thread(self.absent.look, list(machines.values()), now_us)
        if now_us - self._tail_us >= TAIL_EVERY_US:
            await self._refresh(now_us)
            self._tail_us = now_us
        for key, machine in list(machines.items()):
            if machine.late_us is not None and self._calm(key, machine, now_us):
                await self._apart((*key, "heal"), self._heal, key, machine, now_us)
        await self._heal_more(now_us)
        await self._settle_more(now_us)
        await self._one_more(now_us)
        await self._meter_more(now_us)

    async def _apart(
        self, what: tuple[object, ...], do: Callable[..., Awaitable[None]], *arguments: object
    ) -> bool:
        """Do what concerns one machine: its trouble is not that of others; say if it was done."""
        if time.monotonic() < self._ailing.get(what, 0.0):
            return False
        try:
            await do(*arguments)
        except Unavailable:
            # The history is not there, or too much was asked of it: others go first then.
            self._ailing[what] = time.monotonic() + 2 * REST_SECONDS
            raise
        except Exception:  # noqa: BLE001 - written to the log once; tried again after a rest
            if what not in self._ailing:
                _log.exception("what could not be brought up to date: %s", what)
            self._ailing[what] = time.monotonic() + AILING_SECONDS
            return False
        self._ailing.pop(what, None)
        return True

    # Reading

    async def readings(
        self, organisation: str, asset: Asset, model: Model, start_us: int, end_us: int
    ) -> dict[str, Readings]:
        """Return what the signals of an asset said in a time, and their last word before it."""
        past = self._hall.context.past
        signals = {signal.tag: signal for signal in Machine(organisation, "", asset, model).signals}
        often = [tag for tag, signal in signals.items() if model.gap_us(signal) is not None]
        seldom = [tag for tag in signals if tag not in often]
        found = await past.readings(organisation, often, start_us - LOOKBACK_US, end_us)
        found |= await past.readings(organisation, seldom, start_us - SELDOM_US, end_us)
        counters = [tag for tag in often if signals[tag].role in COUNTERS]
        await self._before(organisation, counters, start_us, found)
        silent = [tag for tag in signals if tag not in found]
        for point in await past.latest(organisation, silent):
            if point["time"] < end_us and point["quality"] > 0:
                found[point["tag"]] = _one(point["time"], point["value"])
        return found

    async def _before(
        self, organisation: str, tags: list[str], start_us: int, found: dict[str, Readings]
    ) -> None:
        """Add the last reading of counters before a time that begins in a silence."""
        end_us = start_us - LOOKBACK_US
        for back_us in (DAY_US, SELDOM_US):
            tags = [
                tag
                for tag in tags
                if tag in found and len(found[tag].times) and found[tag].times[0] >= start_us
            ]
            if not tags:
                return
            past = self._hall.context.past
            for tag, each in (
                await past.readings(organisation, tags, start_us - back_us, end_us)
            ).items():
                found[tag] = _joined(each, slice(-1, None), found[tag], slice(None))

    async def _after(
        self, key: Key, tags: list[str], end_us: int, found: dict[str, Readings]
    ) -> None:
        """Add the first reading of counters after a time: part of what it tells was made before."""
        now_us, start_us = self._hall.context.now_us(), end_us
        for on_us in NEXT_US:
            tags = [tag for tag in tags if tag in found and len(found[tag].times)]
            until_us = min(end_us + on_us, now_us + AHEAD_US)
            if not tags or until_us <= start_us:
                return
            past = self._hall.context.past
            told = await past.readings(key[0], tags, start_us, until_us)
            for tag, each in told.items():
                found[tag] = _joined(found[tag], slice(None), each, slice(0, 1))
            tags = [tag for tag in tags if tag not in told]
            start_us = until_us

    async def _load(self, key: Key, machine: Machine, now_us: int) -> None:
        if _to_learn(machine, now_us):
            await self._learn(key, machine, now_us)
        bounds = self._hall.bounds(key, now_us)
        told = await self.readings(
            key[0], machine.asset, machine.model, bounds.start_us, now_us + AHEAD_US
        )
        seldom = [s.tag for s in machine.signals if machine.model.gap_us(s) is None]
        # And whose silence says that a power is not known any more.
        seldom += [tag for tag in metered.tags(machine.asset) if tag not in machine.tags]
        latest = await self._hall.context.past.latest(key[0], seldom) if seldom else []
        machine.sources = {point["tag"]: point["source"] for point in latest}
        if self.absent is not None:
            await asyncio.to_thread(self.absent.tell, machine)
        await asyncio.to_thread(self._take, machine, told, bounds)
        if key not in self._backfill:
            self._backfill[key] = await asyncio.to_thread(self._missing, key, now_us)

    def _take(self, machine: Machine, told: Mapping[str, Readings], bounds: Bounds) -> None:
        firsts = [int(each.times[0]) for each in told.values() if len(each.times)]
        with machine.lock:
            machine.splice(min([bounds.start_us - LOOKBACK_US, *firsts]), told)
            machine.bounds, machine.loaded = bounds, True

    async def _learn(self, key: Key, machine: Machine, now_us: int) -> None:
        past, asset, before = self._hall.context.past, machine.asset, machine.model
        model = Model(learned_us=now_us)
        # A machine that was just drawn has no week behind it, mostly.
        first = machine.model.learned_us == 0 or not machine.model.lacks(asset)
        for span in (SHORT_US, LONG_US) if first else (SHORT_US,):
            told = await past.readings(key[0], machine.tags, now_us - span, now_us)
            model = await asyncio.to_thread(learn, asset, told, now_us, before.typical)
            counts = asset.signal("counter") or asset.signal("good_counter")
            wanting = (counts and model.typical is None) or (
                asset.signal("load") and not model.load
            )
            if not wanting:
                break
        if before.lacks(asset) and not model.lacks(asset):
            self._backfill.pop(key, None)  # what nobody could tell before may be told now
        if before.typical is not None and model.typical is None:
            # A week of standing still does not make a machine forget how it runs.
            model = replace(
                model,
                typical=before.typical,
                demonstrated=before.demonstrated,
                used=before.used,
                rhythm=before.rhythm,
            )
        if before.load is not None and model.load is None:
            model = replace(model, load=before.load)
        self._hall.store.learned(*key, reads(asset), model)
        with machine.lock:
            machine.relearn(model)

    async def _refresh(self, now_us: int) -> None:
        """Read the last minutes of all machines again."""
        by_house: dict[str, list[Machine]] = {}
        for (organisation, _), machine in self._hall.machines.items():
            if machine.loaded:
                by_house.setdefault(organisation, []).append(machine)
        for organisation, machines in by_house.items():
            await self._apart((organisation,), self._tail, organisation, machines, now_us)

    async def _tail(self, organisation: str, machines: list[Machine], now_us: int) -> None:
        since = now_us - TAIL_US
        tags = [tag for machine in machines for tag in machine.tags]
        told = await self._hall.context.past.readings(organisation, tags, since, now_us + AHEAD_US)
        for machine in machines:
            what = organisation, machine.id, "tail"
            await self._apart(what, asyncio.to_thread, _spliced, machine, since, told)

    # Late data, frames that ended

    def _calm(self, key: Key, machine: Machine, now_us: int) -> bool:
        first = self._late_first.setdefault(key, now_us)
        if key in self._late or now_us < self._heal_again.get(key, 0):
            return False  # what came late before goes first
        return now_us - machine.late_seen_us >= CALM_US or now_us - first >= PATIENCE_US

    async def _heal(self, key: Key, machine: Machine, now_us: int) -> None:
        """Read anew what something came late into, and whatever frames it belongs to."""
        late = machine.late_us
        machine.late_us = None
        self._late_first.pop(key, None)
        self._heal_again[key] = now_us + HEALED_US
        assert late is not None
        try:
            await self._reread(key, machine, late, now_us)
        except BaseException:
            # Not done: it is still to be healed, and from the earliest that came meanwhile.
            machine.late_us = min(late, machine.late_us or late)
            raise

    async def _reread(self, key: Key, machine: Machine, late_us: int, now_us: int) -> None:
        if machine.model.lacks(machine.asset):
            machine.model = replace(machine.model, learned_us=0)
        await self._load(key, machine, now_us)
        assert machine.bounds is not None
        if late_us >= machine.bounds.start_us:
            return
        over = await asyncio.to_thread(
            frames,
            *(self._hall.calendar(key), late_us - DAY_US, machine.bounds.start_us),
            self._hall.time_zone,
        )
        # The first late point that was told is the newest of its batch: the batch may reach into
        # the frame before.
        at = next((place for place, one in enumerate(over) if one.end_us > late_us), 0)
        waiting = [
            bounds.start_us
            for bounds in over[max(at - 1, 0) :]
            if bounds.end_us <= machine.bounds.start_us
        ]
        if waiting:
            await asyncio.to_thread(self._mark, key, waiting)
            self._late[key] = waiting
            self._heal_again[key] = now_us + max(HEALED_US, HEALED_EACH_US * len(waiting))

    async def _heal_more(self, now_us: int) -> None:
        """Make anew what late data belongs to, the newest first and each machine in its turn."""
        until = time.monotonic() + STEP_SECONDS
        turn = list(self._late)
        while turn and time.monotonic() < until:
            key = turn.pop(0)
            # Behind the others from now on, also at the next step.
            waiting = self._late.pop(key)
            if key not in self._hall.machines:
                continue
            start, done = waiting[-1], False
            try:
                done = await self._apart((*key, start), self._settle, key, start, now_us)
            finally:
                # Not done: the older ones first, until it is tried again.
                left = waiting[:-1] if done else [start, *waiting[:-1]]
                if left:
                    self._late[key] = left
            if done and left:
                turn.append(key)

    def _mark(self, key: Key, waiting: list[int]) -> None:
        """Keep as not final what is to be made anew, so that it is also if the monitor ends."""
        store, now_us = self._hall.store, self._hall.context.now_us()
        for start in waiting:
            kept = store.frame(*key, start)
            if kept is not None and kept[1]:
                store.keep(*key, kept[0], now_us, final=False)

    async def _settle_more(self, now_us: int) -> None:
        """Make the frames final that ended, the newest first; those of long ago take turns."""
        until = time.monotonic() + STEP_SECONDS
        ended = self._hall.store.provisional(now_us - SETTLED_US)
        for organisation, asset, start, end_us in sorted(ended, key=lambda each: -each[2]):
            key = organisation, asset
            if time.monotonic() >= until and end_us < now_us - NEWS_US:
                return
            if key not in self._late or start not in self._late[key]:
                await self._apart((*key, start), self._settle, key, start, now_us)

    async def _settle(self, key: Key, start_us: int, now_us: int) -> None:
        """Compute a frame from the history, keep it, and say that its shift is over."""
        asset = self._hall.context.structure.asset(*key)
        if asset is None:
            self._hall.store.drop(*key, start_us, start_us + 1)
            return
        bounds = self._hall.bounds(key, start_us)
        if bounds.end_us > now_us:
            self._hall.store.drop(*key, start_us, start_us + 1)  # the calendar was changed
            return
        frame = await self.compute(key, asset, bounds)
        final = now_us >= bounds.end_us + SETTLED_US
        await asyncio.to_thread(self._keep, key, frame, now_us, final)
        if final and bounds.shift is not None and now_us - bounds.end_us < EVENT_US:
            self._tell_end(key, asset, bounds, now_us)

    def _keep(self, key: Key, frame: Frame, now_us: int, final: bool) -> None:
        self._hall.store.keep(*key, frame, now_us, final=final)

    async def compute(self, key: Key, asset: Asset, bounds: Bounds) -> Frame:
        """Compute a frame that is over from the history alone."""
        machine = self._hall.machines.get(key)
        model = machine.model if machine is not None else Model()
        told = await self.readings(key[0], asset, model, bounds.start_us, bounds.end_us)
        counters = [signal.tag for signal in asset.signals if signal.role in COUNTERS]
        await self._after(key, counters, bounds.end_us, told)
        absences = {} if machine is None else machine.absences
        sources = {} if machine is None else machine.sources
        frame = await asyncio.to_thread(
            _computed, key, asset, model, told, bounds, sources, absences
        )
        return await self.meters.with_energy(key, asset, frame)

    async def _meter_more(self, now_us: int) -> None:
        """Look again at frames whose meter had not told all of them."""
        until = time.monotonic() + STEP_SECONDS
        for what in self.meters.due(now_us):
            if time.monotonic() >= until:
                return
            await self._apart((*what, "meter"), self.meters.look_again, what, now_us)

    def _tell_end(self, key: Key, asset: Asset, bounds: Bounds, now_us: int) -> None:
        hall, organisation = self._hall, key[0]
        shift = bounds.shift
        assert shift is not None
        every = hall.context.structure.assets(organisation)
        told, mine = key[1], [key[1]]
        if asset.line is not None and asset.line in every:
            told, mine = asset.line, members(asset.line, every)
            for one in mine:
                if (organisation, one) not in hall.machines:
                    continue
                theirs = hall.bounds((organisation, one), bounds.start_us)
                kept = hall.store.frame(organisation, one, theirs.start_us)
                if theirs.start_us == bounds.start_us and (kept is None or not kept[1]):
                    return  # the last of the line to be final tells it
        frames_of_it = (hall.store.frame(organisation, one, bounds.start_us) for one in mine)
        known = (span.state for kept in frames_of_it if kept for span in kept[0].spans)
        if all(state is State.UNKNOWN for state in known):
            return  # nobody looked after it then
        document = {
            "asset": told,
            "members": mine,
            "day": shift.day,
            "name": shift.name,
            "crew": shift.crew,
            "start": shift.start_us,
            "end": shift.end_us,
            "late": now_us - shift.end_us > NEWS_US,
        }
        hall.context.outbox.add(organisation, "shift_ended", f"{told}:{shift.start_us}", document)

    # What was missed

    def _missing(self, key: Key, now_us: int) -> list[Bounds]:
        """Return the frames of the last days that are not kept, the newest first."""
        hall = self._hall
        over = frames(hall.calendar(key), now_us - BACKFILL_US, now_us, hall.time_zone)
        found = []
        for bounds in reversed(over):
            if bounds.end_us > now_us:
                continue
            kept = hall.store.frame(*key, bounds.start_us)
            if kept is not None:
                self.meters.found(key, kept[0])
            # What lay in the dark may have come while nobody was here to see it.
            recent = now_us - bounds.end_us < DARK_US
            dark = (
                recent
                and kept is not None
                and any(span.state is State.UNKNOWN for span in kept[0].spans)
            )
            if kept is None or kept[0].end_us != bounds.end_us or dark:
                found.append(bounds)
        return found

    async def _one_more(self, now_us: int) -> None:
        until = time.monotonic() + STEP_SECONDS
        for key in list(self._backfill):
            if key not in self._hall.machines:
                self._backfill.pop(key, None)
                continue
            waiting = self._backfill.get(key, [])
            while waiting and time.monotonic() < until:
                start = waiting[0].start_us
                done = await self._apart((*key, start), self._settle, key, start, now_us)
                first = waiting.pop(0)
                if not done:
                    waiting.append(first)  # the others first
                    break
        for key, machine in list(self._hall.machines.items()):
            if _to_learn(machine, now_us) and await self._apart(
                (*key, "load"), self._load, key, machine, now_us
            ):
                return

    def forget(self, key: Key) -> None:
        """Look again for frames that are missing: time leapt over some."""
        self._backfill.pop(key, None)

    async def frames_of(
        self, key: Key, start_us: int, end_us: int, now_us: int
    ) -> tuple[list[tuple[Frame, Bounds, bool]], list[tuple[int, int]]]:
        """Return the frames that overlap a time, with bounds and whether each is final.

        What is neither kept nor can be computed in good time is in the second list.
        """
        hall, machine = self._hall, self._hall.machines.get(key)
        asset = hall.context.structure.asset(*key)
        found: list[tuple[Frame, Bounds, bool]] = []
        missing: list[tuple[int, int]] = []
        until = time.monotonic() + BUDGET_SECONDS
        over = frames(hall.calendar(key), start_us, min(end_us, now_us), hall.time_zone)
        for bounds in reversed(over):
            if bounds.start_us >= now_us or asset is None or machine is None:
                continue
            live = machine.frame
            if machine.bounds == bounds and live is not None:
                found.append((live, bounds, False))
                continue
            kept = await asyncio.to_thread(hall.store.frame, *key, bounds.start_us)
            if kept is not None and kept[0].end_us == bounds.end_us:
                found.append((kept[0], bounds, kept[1]))
            elif time.monotonic() < until and bounds.end_us <= now_us:
                frame = await self.compute(key, asset, bounds)
                final = now_us >= bounds.end_us + SETTLED_US
                await asyncio.to_thread(self._keep, key, frame, now_us, final)
                found.append((frame, bounds, final))
            else:
                missing.append((bounds.start_us, min(bounds.end_us, now_us)))
        return found[::-1], missing[::-1]


def _to_learn(machine: Machine, now_us: int) -> bool:
    """Say whether it is time to learn a machine, again."""
    every = LEARN_SOON_US if machine.model.lacks(machine.asset) else LEARN_EVERY_US
    return now_us - machine.model.learned_us > every


def _joined(first: Readings, a: slice, second: Readings, b: slice) -> Readings:
    """Return a piece of readings, and a piece of later ones."""
    pairs = zip(first[:3], second[:3], strict=True)
    times, values, texts = (np.concatenate([one[a], other[b]]) for one, other in pairs)
    bad = np.concatenate([first.bad, second.bad])
    return Readings(times, values, texts, bad)


def _one(time_us: int, value: object) -> Readings:
    text = value if isinstance(value, str) else None
    number = float(value) if isinstance(value, int | float) else float("nan")
    texts = np.array([text], object)
    return Readings(np.array([time_us], np.int64), np.array([number]), texts)


def _spliced(machine: Machine, since_us: int, told: Mapping[str, Readings]) -> None:
    with machine.lock:
        if machine.loaded:
            machine.splice(since_us, {tag: told[tag] for tag in machine.tags if tag in told})


def _computed(
    key: Key,
    asset: Asset,
    model: Model,
    told: Mapping[str, Readings],
    bounds: Bounds,
    sources: dict[str, str],
    absences: dict[str, list[tuple[int, int | None]]],
) -> Frame:
    machine = Machine(*key, asset, model)
    machine.sources, machine.absences = sources, absences
    machine.splice(bounds.start_us - SELDOM_US - LOOKBACK_US, told)
    machine.bounds = bounds
    return machine.look(bounds.end_us)
