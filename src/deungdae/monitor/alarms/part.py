"""The part of the monitor that raises alarms, remembers them, and has people told."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import merge
from typing import Any, Final

import numpy as np

from deungdae.bus import ALARMS, AlarmRule, Mirror, Refusal, Unavailable
from deungdae.bus.ending import end
from deungdae.monitor.alarms import charting, documents, rereading
from deungdae.monitor.alarms.house import House, Tracked
from deungdae.monitor.alarms.plant import Plant
from deungdae.monitor.alarms.questions import Questions
from deungdae.monitor.alarms.rereading import AGAIN_US
from deungdae.monitor.alarms.rules import Rule, rule_of
from deungdae.monitor.alarms.store import Store, Told
from deungdae.monitor.alarms.telling import KIND
from deungdae.monitor.part import Context, Handler
from deungdae.monitor.past import Readings
from deungdae.monitor.point import Point
from deungdae.records.errors import UnusableOption
from deungdae.records.readings import Quality

#: After a longer rest nobody is helped by what came and went meanwhile.
LONGEST_BACK_US: Final = 6 * 3_600_000_000
#: A bucket that suddenly lacks rules may be that of a bus which took a lost one's place: the web
#: tells them again, one by one. For so long none is taken for removed.
LACKING_US: Final = 180_000_000
TIDY_US: Final = 24 * 3_600_000_000
SOON_SECONDS: Final = 0.05
RULES_AT_ONCE: Final = 50
AT_ONCE: Final = 5_000  #: readings of the past that are taken before others have their turn

_log = logging.getLogger(__name__)


class Alarms:
    """Alarms of all organisations."""

    _context: Context
    _store: Store
    _mirror: "Mirror[AlarmRule]"
    _plant: Plant
    _soon: asyncio.TimerHandle

    def __init__(self) -> None:
        self._houses: dict[str, House] = {}
        self._states: dict[str, dict[str, Point]] = {}  #: of machines, also where no rule asks yet
        self._rules: dict[str, dict[str, Rule]] = {}
        self._read: dict[str, tuple[AlarmRule, Rule | None]] = {}
        self._dirty = True
        self._lacking_us: int | None = None  #: since when rules are lacking that were there
        self._tidied_us = self._reread_us = 0
        self._reading: set[asyncio.Task[None]] = set()
        self._questions = Questions(self)
        self.unusable = 0  #: rules that were not understood, and raise nothing

    def quick(self) -> Mapping[str, Handler]:
        """Return what a page waits for."""
        return self._questions.quick()

    def long(self) -> Mapping[str, Handler]:
        """Return what reads much of the past."""
        return self._questions.long()

    async def begin(self, context: Context) -> None:
        """Read what is kept, and follow the rules."""
        self._context = context
        self._store = Store(context.home)
        try:
            self._mirror = await Mirror.open(context.connection, ALARMS, within=30)
        except BaseException:
            self._store.close()
            raise
        self._plant = Plant(context.structure)  # not before: a begin that failed leaves nothing
        self._soon = context.loop.call_later(SOON_SECONDS, self._changed)
        self._ends = [self._mirror.heed(self._heed), context.structure.heed(self._restructured)]
        now = context.now_us()
        if self._store.followed() - {
            (one.organisation, one.rule) for one in self._mirror.items().values()
        }:
            self._lacking_us = now
        self._take_rules(now)

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Take live points, and tell at once what follows from them."""
        for point in points:
            if point.tag.startswith("~state/"):
                self._states.setdefault(organisation, {})[point.tag] = point
        house = self._houses.get(organisation)
        if house is not None and house.hears(points):
            now = self._context.now_us()
            house.push(points, now)
            if house.changed:
                self._settle(house, now)

    async def passed(self, now_us: int) -> None:
        """Take note of the time: silences, delays, ends of shelving, steps that are due.

        Raises what failed of some organisations when it is done with all.
        """
        failed: list[Exception] = []
        lacked = self._lacking_us is not None and not self._may_lack(now_us)
        if self._dirty or lacked:
            failed += self._take_rules(now_us)
        for house in list(self._houses.values()):
            # What changed is written down even when the time could not pass for all rules.
            for step in (house.passed, partial(self._settle, house)):
                try:
                    step(now_us)
                except Exception as error:  # noqa: BLE001 - raised when the others had their turn
                    failed.append(_of_house(error, house.organisation))
        if now_us - self._reread_us >= AGAIN_US and not self._rereading():
            self._reread_us = now_us
            self._begin(self._reread(now_us), "alarms' last minutes")
        if now_us - self._tidied_us > TIDY_US:
            self._tidied_us = now_us
            await asyncio.to_thread(self._store.tidy, now_us)
        if failed:
            raise ExceptionGroup("the alarms of some organisations", failed)

    async def end(self) -> None:
        """Keep how far each rule was followed, and stop following."""
        for task in list(self._reading):
            await end(task)
        self._soon.cancel()
        for call in self._ends:
            call()
        await self._mirror.close()
        for house in self._houses.values():
            house.changed.lives.update(n for n, t in house.tracked.items() if t.waiting is None)
            try:
                self._write(house, {}, set())
            except Exception:  # noqa: BLE001 - written to the log; the others go on
                _log.exception("how far the alarms of %s are is not kept", house.organisation)
        self._store.close()

    # ── what others of this part use ──

    @property
    def context(self) -> Context:
        """What all parts share."""
        return self._context

    @property
    def store(self) -> Store:
        """The file."""
        return self._store

    def house(self, organisation: str) -> House:
        """Return the alarms of an organisation; used in the event loop alone."""
        found = self._houses.get(organisation)
        if found is None:
            now = self._context.now_us()
            found = House(organisation, self._plant, self._store, now)
            found.states = self._states.setdefault(organisation, {})
            self._houses[organisation] = found
        return found

    def settle(self, house: House) -> None:
        """Write down what changed and tell it."""
        self._settle(house, self._context.now_us())

    # ── rules ──

    def _heed(self, key: str | None) -> None:
        self._dirty = True
        if key is None and self._read.keys() - self._mirror.items().keys():
            self._lacking_us = self._context.now_us()
        # Soon, and once for all that come within a moment.
        self._soon.cancel()
        self._soon = self._context.loop.call_later(SOON_SECONDS, self._changed)

    def _changed(self) -> None:
        if self._dirty:
            self._take_rules(self._context.now_us())

    def _restructured(self) -> None:
        for house in self._houses.values():
            house.structure_changed()

    def _may_lack(self, now_us: int) -> bool:
        """Say whether rules that are not there may only not be there yet."""
        return self._lacking_us is not None and now_us - self._lacking_us < LACKING_US

    def _take_rules(self, now_us: int) -> list[Exception]:
        """Follow the rules as they are now; return what failed, and is tried again soon."""
        self._dirty = False
        keep = self._may_lack(now_us)
        lacked = self._lacking_us is not None and not keep
        failed: list[Exception] = []
        read = {}
        for key, entry in self._mirror.items().items():
            before = self._read.get(key)
            same = before is not None and before[0] is entry
            read[key] = before if same and before else (entry, self._understood(entry))
        if keep:
            read = self._read | read
        self._read = read
        self.unusable = sum(rule is None for _, rule in read.values())
        rules: dict[str, dict[str, Rule]] = {
            name: {} for name in {*self._rules, *self._store.organisations()}
        }
        for entry, rule in read.values():
            if rule is not None:
                rules.setdefault(entry.organisation, {})[entry.rule] = rule
        for organisation, mine in rules.items():
            same = mine == self._rules.get(organisation)
            if same and not lacked and not self._raw_differs(organisation, mine):
                continue
            try:
                house = self.house(organisation)
                fresh = house.set_rules(mine, now_us, whole=not keep)
            except Exception as error:  # noqa: BLE001 - returned when the others had their turn
                failed.append(_of_house(error, organisation))
                continue
            self._rules[organisation] = mine
            if fresh:
                self._begin(self._catch_up(house, fresh), "alarms' past")
            self._settle_or_later(house)
        self._dirty = bool(failed)
        if lacked and not failed:
            self._lacking_us = None
        return failed

    def _raw_differs(self, organisation: str, mine: Mapping[str, Rule]) -> bool:
        before = self._rules.get(organisation, {})
        return any(rule.raw != before[name].raw for name, rule in mine.items())

    def _understood(self, entry: AlarmRule) -> Rule | None:
        try:
            return rule_of(entry.organisation, entry.rule, entry.document)
        except UnusableOption as error:
            _log.warning("the alarm rule %s raises nothing: %s", entry.rule, error)
            return None

    # ── the past ──

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    def _rereading(self) -> bool:
        return any(task.get_name() == "alarms' last minutes" for task in self._reading)

    async def _reread(self, now_us: int) -> None:
        """Judge the readings of the last minutes that were not heard, or not in their turn."""
        for house in list(self._houses.values()):
            try:
                await self._reread_house(house, now_us)
            except (Unavailable, Refusal, TimeoutError) as error:
                _log.info("alarms of %s do not see what came late: %s", house.organisation, error)
            except Exception:  # noqa: BLE001 - written to the log; the others go on
                _log.exception("alarms of %s do not see what came late", house.organisation)

    async def _reread_house(self, house: House, now_us: int) -> None:
        begins: dict[bool, list[Tracked]] = {}
        for one in house.tracked.values():
            if one.waiting is None and not one.rule.source.startswith("~"):
                far = rereading.since_us(one.follower, now_us) < now_us - rereading.TAIL_US
                begins.setdefault(far, []).append(one)
        for mine in begins.values():
            since = min(rereading.since_us(one.follower, now_us) for one in mine)
            tags = sorted({one.rule.source for one in mine})
            found = await self._context.past.readings(
                house.organisation, tags, since, now_us + rereading.AHEAD_US
            )
            for place, one in enumerate(mine, 1):
                readings = found.get(one.rule.source)
                # Another rule of its name may have taken its place meanwhile.
                if readings is not None and house.tracked.get(one.rule.rule) is one:
                    house.reread(one, readings, self._context.now_us())
                if place % RULES_AT_ONCE == 0:
                    await asyncio.sleep(0)
        if house.changed:
            self._settle_or_later(house)

    async def _catch_up(self, house: House, fresh: Sequence[Tracked]) -> None:
        """Read what came while nobody looked, then let the rules take what comes."""
        now = self._context.now_us()
        for one in fresh:
            await self._learn(house, one, now)
        mine = [one for one in fresh if not one.rule.source.startswith("~")]
        past: dict[tuple[str, bool], Readings] = {}
        try:
            past = await self._missed(house.organisation, mine, now)
        except Exception as error:  # noqa: BLE001 - written to the log; they begin without it
            if isinstance(error, Unavailable | Refusal | TimeoutError):
                _log.info("alarms of %s begin without the past: %s", house.organisation, error)
            else:
                _log.exception("alarms of %s begin without the past", house.organisation)
            for one in fresh:
                one.follower.forgive(now)
        for one in fresh:
            doing = house.states.get(one.rule.source)
            if doing is not None and not one.resumed:
                past[one.rule.source, False] = _one({"time": doing.time_us, "value": doing.value})
        for one in fresh:
            if one.resumed:
                # What was not heard while nobody listened may still lie with its agent.
                one.follower.forgive(now)
        await self._take(house, fresh, past)
        for one in fresh:
            try:
                house.ready(one, self._context.now_us())
            except Exception:  # noqa: BLE001 - written to the log; the others go on
                _log.exception("the alarm rule %s lost what waited", one.rule.rule)
        self._settle_or_later(house)

    async def _take(
        self,
        house: House,
        fresh: Sequence[Tracked],
        past: Mapping[tuple[str, bool], Readings],
    ) -> None:
        """Let rules take what they missed, in the order of time: the first is told by itself."""
        rules: dict[tuple[str, bool], list[tuple[Tracked, int]]] = {}
        for one in fresh:
            since = one.follower.last_us if one.resumed else 0
            rules.setdefault((one.rule.source, one.resumed), []).append((one, since))
        ways = [_points(key, readings) for key, readings in past.items()]
        for place, (point, resumed) in enumerate(merge(*ways, key=lambda told: told[0].time_us), 1):
            mine = rules.get((point.tag, resumed), [])
            for one, since in list(mine):
                if point.time_us <= since:
                    continue
                try:
                    house.read(one, (point,), self._context.now_us())
                except Exception:  # noqa: BLE001 - written to the log; the others go on
                    _log.exception("the alarm rule %s begins without its past", one.rule.rule)
                    one.follower.forgive(self._context.now_us())
                    mine.remove((one, since))
            if place % AT_ONCE == 0:
                self._settle_or_later(house)
                await asyncio.sleep(0)

    async def _missed(
        self, organisation: str, fresh: Sequence[Tracked], now_us: int
    ) -> dict[tuple[str, bool], Readings]:
        """Return by tag what came since each was followed; of others only the last reading."""
        found: dict[tuple[str, bool], Readings] = {}
        begins: dict[int, list[str]] = {}
        for one in fresh:
            if one.resumed:
                back = min(now_us - one.follower.last_us, LONGEST_BACK_US)
                # Those that fell silent long ago must not make all others be read as far back.
                step = next(most for most in _STEPS_US if back <= most)
                begins.setdefault(step, []).append(one.rule.source)
        for back, tags in begins.items():
            read = await self._context.past.readings(organisation, tags, now_us - back, now_us)
            found |= {(tag, True): readings for tag, readings in read.items()}
        # A chart's points are means of what comes; one old reading is no mean.
        new = [one.rule.source for one in fresh if not one.resumed and not one.rule.charting]
        if new:
            for row in await self._context.past.latest(organisation, new):
                if row["quality"] > Quality.BAD:
                    found[row["tag"], False] = _one(row)
        return found

    async def _learn(self, house: House, one: Tracked, now_us: int) -> None:
        chart = one.rule.charting
        if chart is None or one.follower.usual is not None:
            return
        try:
            read = await self._context.past.raw(
                house.organisation, [one.rule.source], chart.start_us, chart.end_us
            )
            times, values = read.get(one.rule.source, (np.empty(0, np.int64), np.empty(0)))
            _, means = charting.means(times, values, chart.every_us)
            house.learnt(one, charting.learned(means), now_us)
        except (Unavailable, Refusal, TimeoutError, UnusableOption) as error:
            _log.warning("the alarm rule %s has no limits yet: %s", one.rule.rule, error)
        except Exception:  # noqa: BLE001 - written to the log; the others go on
            _log.exception("the alarm rule %s has no limits yet", one.rule.rule)

    # ── writing down and telling ──

    def _settle(self, house: House, now_us: int) -> None:
        """Write down what changed, and only then have it told."""
        told: dict[str, Told] = {}
        states: set[str] = set()
        if house.changed:
            self._write(house, told, states)
        outgoing = house.due(now_us)
        for one in outgoing:
            self._context.outbox.add(house.organisation, KIND, one.key, one.document)
        house.sent(outgoing, now_us)
        if house.changed:
            self._write(house, told, states)
        if told or states:
            self._tell(house, told.values(), states)

    def _settle_or_later(self, house: House) -> None:
        """Settle; what cannot be written down now is tried again as time passes."""
        try:
            self._settle(house, self._context.now_us())
        except Exception as error:  # noqa: BLE001 - written to the log, and raised if it goes on
            _log.warning("alarms of %s are not written yet: %r", house.organisation, error)

    def _write(self, house: House, told: dict[str, Told], states: set[str]) -> None:
        with self._store.change() as cursor:
            house.keep(cursor)
        changed = house.kept()
        told |= changed.told
        states |= changed.states

    def _tell(self, house: House, changed: Iterable[Told], states: set[str]) -> None:
        told = [documents.standing(one, house.tracked.get(one.occurrence.alarm)) for one in changed]
        known = {one["rule"] for one in told}
        told += [
            {"rule": rule, "state": house.tracked[rule].life.state.value}
            for rule in states - known
            if rule in house.tracked
        ]
        self._context.tell(house.organisation, {"alarms": told})


_STEPS_US: Final = (60_000_000, 600_000_000, 3_600_000_000, LONGEST_BACK_US)


def _points(key: tuple[str, bool], readings: Readings) -> Iterator[tuple[Point, bool]]:
    """Yield the readings of a tag in order of time, and whether their rules were resumed."""
    tag, resumed = key
    told = zip(readings.times.tolist(), readings.values.tolist(), readings.texts, strict=True)
    for at, value, text in told:
        yield Point(tag, at, text if text is not None else value, Quality.GOOD), resumed


def _of_house(error: Exception, organisation: str) -> Exception:
    error.add_note(f"This is about the alarms of {organisation}.")
    return error


def _one(row: Mapping[str, Any]) -> Readings:
    value = row["value"]
    text = value if isinstance(value, str) else None
    number = np.nan if text is not None or value is None else float(value)
    return Readings(
        np.array([row["time"]], np.int64), np.array([number]), np.array([text], dtype=object)
    )
