"""The part of the monitor that looks after lines and machines.

In the event loop points are only laid aside. Twice a second a thread takes them, and looks at the
machines of which something changed; what is read from the history goes on beside that.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from deungdae.analysis.oee import State
from deungdae.monitor.floor import machine as machines
from deungdae.monitor.floor.absent import Absent
from deungdae.monitor.floor.answers import Answers
from deungdae.monitor.floor.figures import Summary, needs_reason
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.keeping import Keeping
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.lines import line_document, running_since, source_of
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.saying import Saying
from deungdae.monitor.floor.shifts import DAY_US
from deungdae.monitor.floor.states import fault_of
from deungdae.monitor.part import Context, Handler, Point
from deungdae.monitor.structure import Key

BEAT_US = 10_000_000  #: a machine whose figures alone move is told so often
SEEN_EVERY_US = 60_000_000
MOST_CHANGES = 100  #: of a machine's state that others are told of at once

_log = logging.getLogger(__name__)


class Floor:
    """Follows the structure, looks at the machines, and answers what they do."""

    def __init__(self) -> None:
        self.hall = Hall()
        self._targets: dict[str, dict[str, list[Machine]]] = {}
        self._others: dict[str, dict[str, list[Machine]]] = {}
        self._told: dict[Key, tuple[tuple[object, ...], int]] = {}
        self._restructured = threading.Event()
        self._kept_us = 0
        self._tidied_us = 0
        self._failing: set[Key] = set()
        self.keeping = Keeping(self.hall)
        self._saying = Saying(self.hall)
        self._answers = Answers(self.hall, self.keeping)

    def quick(self) -> Mapping[str, Handler]:
        """Return what a page asks."""
        return {**self._answers.quick(), **self._saying.questions()}

    def long(self) -> Mapping[str, Handler]:
        """Return what takes its time."""
        return self._answers.long()

    async def begin(self, context: Context) -> None:
        """Read what is kept, and begin to read the history."""
        self.hall.open(context)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="floor")
        self._unheed = context.structure.heed(self._restructured.set)
        try:
            self._rebuild()
            self.keeping.absent = await Absent.open(self.hall.store, context.connection)
        except BaseException:
            self._let_go()  # it is begun again from the beginning
            raise
        self.keeping.begin()

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        """Lay points aside for the machines that they are of."""
        targets = self._targets.get(organisation)
        if targets is None:
            return
        others = self._others[organisation]
        for point in points:
            found = targets.get(point.tag)
            if found is not None:
                for machine in found:
                    machine.pending.append(point)
                continue
            found = others.get(point.tag)
            if found is not None:
                for machine in found:
                    if point.time_us > machine.heard_us:
                        machine.heard_us = point.time_us

    async def passed(self, now_us: int) -> None:
        """Look at the machines of which something changed."""
        if self._restructured.is_set():
            self._restructured.clear()
            self._rebuild()
        await self._look(self.look, now_us)
        if now_us - self._tidied_us >= DAY_US:
            self._tidied_us = now_us
            await self._look(self.hall.store.tidy, now_us)

    async def end(self) -> None:
        """Stop reading, and keep what was seen last."""
        await self.keeping.end()
        if self.keeping.absent is not None:
            await self.keeping.absent.close()
        await self._look(self._keep_states)
        self._let_go()

    def _let_go(self) -> None:
        self._unheed()
        self._thread.shutdown()
        self.hall.store.close()

    async def _look(self, do: Callable[..., None], *arguments: object) -> None:
        """Do something in the thread of our own: what others learn must not keep us waiting."""
        await self.hall.context.loop.run_in_executor(self._thread, do, *arguments)

    def look(self, now_us: int) -> None:
        """Take what was heard, look at what is due, and tell what changed; in a thread."""
        changed: dict[str, set[str]] = {}
        for key, machine in list(self.hall.machines.items()):
            try:
                with machine.lock:
                    machine.drain(now_us)
                    due = machine.due(now_us)
                    if due:
                        self._look_at(key, machine, now_us)
            except Exception:  # noqa: BLE001 - one machine's trouble is not that of the others
                if key not in self._failing:  # said once, until it could be looked at again
                    self._failing.add(key)
                    _log.exception("the machine %s could not be looked at", machine.id)
                machine.looked_us, machine.dirty = now_us, False
                continue
            if due:
                self._failing.discard(key)
                changed.setdefault(key[0], set()).add(key[1])
        for organisation, assets in changed.items():
            self._look_at_lines(organisation, assets, now_us)
        if now_us - self._kept_us >= SEEN_EVERY_US:
            self._kept_us = now_us
            self._keep_states()

    def _look_at(self, key: Key, machine: Machine, now_us: int) -> None:
        over = bounds = machine.bounds
        if bounds is not None and now_us >= bounds.end_us:
            self.hall.store.keep(*key, machine.look(bounds.end_us), now_us, final=False)
            machine.bounds = bounds = None
        if bounds is None:
            machine.bounds = bounds = self.hall.bounds(key, now_us)
            if over is not None and bounds.start_us > over.end_us:
                # Whole frames were slept over: they are looked for as after a start.
                self.keeping.forget(key)
                machine.loaded = False
            machine.forget(bounds.start_us - machines.LOOKBACK_US)
        frame = machine.look(now_us)
        found = self.hall.summary(key, machine.asset, frame, bounds)
        before = machine.since
        since = self._since(key, machine, found, now_us)
        last = found.told[-1].span if found.told else None
        proposed = None
        if last is not None and needs_reason(machine.asset, last._replace(end_us=now_us)):
            proposed = self.hall.proposed(key, machine.asset, fault_of(last, frame.faults))
        self._tell(key, machines.now_document(machine, found, since, proposed, now_us), now_us)
        if since != before:
            machine.since = since
        told = before is not None and since[0] is before[0] and since[1] < frame.start_us
        if since != before and not told:  # that it ran for longer than was known changes nothing
            self._spread(key, _changes(before, since, found))

    def _since(self, key: Key, machine: Machine, found: Summary, now_us: int) -> tuple[State, int]:
        """Return the state of now, and since when; it may have begun before the frame."""
        if not found.told:
            return machine.since or (State.UNKNOWN, found.frame.start_us)
        state, start = found.told[-1].span.state, found.told[-1].span.start_us
        for each in reversed(found.told):
            if each.span.state is not state:
                break
            start = each.span.start_us
        if start > found.frame.start_us:
            return state, start
        before = machine.since
        if before is None:
            kept = self.hall.store.since(*key)
            before = kept[:2] if kept is not None and kept[2] >= start - SEEN_EVERY_US else None
        if before and before[0] is state:
            start = min(start, before[1])
        if state is State.RUNNING:
            start = running_since(self.hall, key, [key], start, now_us)
        return state, start

    def _spread(self, key: Key, changes: Sequence[tuple[State, int]]) -> None:
        tag = f"~state/{key[1]}"
        points = [Point(tag, start, state.value, 0) for state, start in changes]
        self.hall.context.spread(key[0], points)

    def _look_at_lines(self, organisation: str, assets: set[str], now_us: int) -> None:
        every = self.hall.context.structure.assets(organisation)
        lines = {every[id_].line for id_ in assets if id_ in every and every[id_].line}
        for id_, asset in every.items():
            if (
                asset.kind == "line"
                and id_ in lines
                and (organisation, id_) not in self.hall.machines
            ):
                key = organisation, id_
                try:
                    source = source_of(id_, asset, every)
                    document = line_document(self.hall, organisation, id_, source, now_us)
                    if document is not None:
                        self._tell(key, document, now_us)
                    self._failing.discard(key)
                except Exception:  # noqa: BLE001 - nor is one line's trouble that of the others
                    if key not in self._failing:
                        self._failing.add(key)
                        _log.exception("the line %s could not be looked at", id_)

    def _tell(self, key: Key, document: dict[str, Any], now_us: int) -> None:
        names = ("state", "since", "reason", "counts", "waiting_stops", "shift", "product", "lot")
        essence = tuple(str(document[name]) for name in names)
        state = document["state"], document["since"]
        before = self.hall.now.get(key)
        self.hall.now[key] = document
        told = self._told.get(key)
        if told is None or told[0] != essence or now_us - told[1] >= BEAT_US:
            self._told[key] = essence, now_us
            self.hall.context.tell(key[0], {"floor": [document]})
        is_line = key not in self.hall.machines
        if is_line and (before is None or (before["state"], before["since"]) != state):
            self._spread(key, [(State(state[0]), state[1])])

    def _keep_states(self) -> None:
        seen = [
            (*key, machine.since[0], machine.since[1], machine.frame.end_us)
            for key, machine in self.hall.machines.items()
            if machine.since is not None and machine.frame is not None
        ]
        self.hall.store.states(seen)

    def _rebuild(self) -> None:
        """Bring the machines in line with the structure."""
        structure = self.hall.context.structure.every()
        for key in list(self.hall.machines):
            if key not in structure:
                del self.hall.machines[key]
        for key in set(self.hall.now) - set(structure):
            del self.hall.now[key]
        for key, asset in structure.items():
            if not machines.used(asset):
                self.hall.machines.pop(key, None)
                continue
            known, calendar = self.hall.machines.get(key), self.hall.calendar(key)
            if known is not None and known.asset is asset and known.calendar == calendar:
                continue
            if known is None or machines.reads(known.asset) != machines.reads(asset):
                kept = self.hall.store.model(*key, machines.reads(asset))
                self.hall.machines[key] = Machine(*key, asset, kept or Model())
            else:
                known.asset = asset
                bounds = known.bounds
                if bounds is not None and bounds != self.hall.bounds(key, bounds.start_us):
                    known.bounds, known.loaded = None, False  # another calendar
                known.dirty = True
            self.hall.machines[key].calendar = calendar
        self._targets, self._others = {}, {}
        for (organisation, _), machine in self.hall.machines.items():
            targets = self._targets.setdefault(organisation, {})
            others = self._others.setdefault(organisation, {})
            for tag in machine.tags:
                targets.setdefault(tag, []).append(machine)
            for signal in machine.asset.signals:
                if signal.tag not in machine.tags:
                    others.setdefault(signal.tag, []).append(machine)


def _changes(
    before: tuple[State, int] | None, since: tuple[State, int], found: Summary
) -> list[tuple[State, int]]:
    """Return the states since the one that was known, also those that are over again by now."""
    if before is None:
        return [since]
    changes = [before]
    for each in found.told:
        if each.span.start_us > before[1] and each.span.state is not changes[-1][0]:
            changes.append((each.span.state, each.span.start_us))
    if changes[-1][0] is not since[0] or len(changes) == 1:
        changes.append(since)
    return changes[1:][-MOST_CHANGES:]
