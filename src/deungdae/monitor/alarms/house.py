"""All alarms of one organisation at one moment: rules followed, lives led, who is to be told.

Nothing here waits or asks the clock; it is used in one thread. What changed is gathered until
`keep` writes it down, in one transaction; only then it is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Cursor
from typing import Any, Final

from deungdae.analysis.alarms import (
    Event,
    Flip,
    Life,
    Occurrence,
    Outcome,
    Policy,
    Priority,
    State,
    Verdict,
)
from deungdae.analysis.alarms.incidents import WINDOW_US
from deungdae.analysis.alarms.life import RANK
from deungdae.analysis.oee import State as Doing
from deungdae.analysis.shifts import Period
from deungdae.monitor.alarms import rereading, telling, words
from deungdae.monitor.alarms.charting import Usual
from deungdae.monitor.alarms.crowd import INCIDENT_US, Crowd
from deungdae.monitor.alarms.following import Follower
from deungdae.monitor.alarms.kept_lives import life_document, life_of
from deungdae.monitor.alarms.plant import Plant
from deungdae.monitor.alarms.rules import DEFAULT_POLICY, Rule, state_tag
from deungdae.monitor.alarms.store import Store, Told
from deungdae.monitor.alarms.telling import Outgoing
from deungdae.monitor.past import Readings
from deungdae.monitor.point import Point
from deungdae.records.readings import Quality

SNAPSHOT_US: Final = 30_000_000  #: after which the place in time of each rule is kept
MOST_WAITING: Final = 100_000  #: readings that wait until the past of a rule is known


@dataclass
class Tracked:
    """One rule, as it is followed. `waiting` holds readings until its past is known."""

    rule: Rule
    follower: Follower
    life: Life
    waiting: list[Point] | None = None
    resumed: bool = False  #: it goes on from what was kept


@dataclass
class Changed:
    """What is to be written down, and told to whoever looks."""

    lives: set[str] = field(default_factory=set)
    told: dict[str, Told] = field(default_factory=dict)
    crowd: bool = False
    states: set[str] = field(default_factory=set)  #: rules whose state is another one

    def __bool__(self) -> bool:
        return bool(self.lives or self.told or self.crowd)


class House:
    """The alarms of one organisation. Make it with what was kept of it."""

    def __init__(self, organisation: str, plant: Plant, store: Store, now_us: int) -> None:
        self.organisation = organisation
        self._plant = plant
        self.tracked: dict[str, Tracked] = {}
        self._by_source: dict[str, list[Tracked]] = {}
        self._by_state: dict[str, list[Tracked]] = {}
        self._kept = store.lives(organisation)
        self.crowd = Crowd()
        self.open: dict[str, Told] = {}  #: occurrences that stand, or of which somebody is told
        self.changed = Changed()
        self._snapshot_us = now_us
        self.states: dict[str, Point] = {}  #: what each machine does now, by the tag of its state
        self._unseen: dict[str, int] = {}  #: since when nobody is called for what stands of each
        self.dropped = 0  #: readings that found no room while the past was read
        before = store.open(organisation, now_us - INCIDENT_US)
        self.crowd.recall(store.house(organisation), before)
        self.open = {t.key: t for t in before if t.occurrence.ended_us is None or not t.over}

    # ── rules ──

    def set_rules(
        self, rules: Mapping[str, Rule], now_us: int, *, whole: bool = True
    ) -> list[Tracked]:
        """Follow these rules, if `whole` no others; return those whose past is to be read."""
        if whole:
            for gone in self.tracked.keys() - rules.keys():
                self._retire(self.tracked.pop(gone), now_us)
            # Of one that is not known since the start, nothing can come any more.
            for unknown in self._kept.keys() - rules.keys():
                self._end_unknown(unknown, now_us)
        fresh = []
        for name, rule in rules.items():
            before = self.tracked.get(name)
            if before is None:
                self.tracked[name] = self._begun(rule, now_us)
                fresh.append(self.tracked[name])
            elif before.rule == rule and before.rule.raw == rule.raw:
                continue
            elif self._altered(before, rule, now_us):
                fresh.append(before)
            self._stands_already(self.tracked[name], now_us)
        self._sort()
        return fresh

    def _sort(self) -> None:
        self._by_source, self._by_state = {}, {}
        for one in self.tracked.values():
            self._by_source.setdefault(one.rule.source, []).append(one)
            if one.rule.only_running and one.rule.asset is not None:
                self._by_state.setdefault(state_tag(one.rule.asset), []).append(one)
        self.crowd.incidents.causes = self._plant.causes(
            self.organisation, [one.rule for one in self.tracked.values()]
        )

    def structure_changed(self) -> None:
        """Take note that lines and machines are others now."""
        self._sort()

    def _begun(self, rule: Rule, now_us: int) -> Tracked:
        kept = self._kept.pop(rule.rule, None)
        group = self._plant.group(rule)
        if kept is None:
            life = Life(rule.rule, group, rule.priority, rule.latching, rule.asks)
            return Tracked(rule, Follower(rule, now_us), life, [])
        life = life_of(
            kept["life"], rule.rule, group, rule.priority, latching=rule.latching, asks=rule.asks
        )
        usual = kept["follower"]["usual"]
        follower = Follower(rule, now_us, Usual(*usual) if usual else None)
        like = kept["like"] == _like(rule)
        if kept.get("retired"):
            # What stood was ended; what stands now is to come by itself, as with a new rule.
            life = self._restored(life, now_us)
            return Tracked(rule, follower if like else Follower(rule, now_us), life, [])
        if like:
            follower.recall(kept["follower"])
            return Tracked(rule, follower, life, [], resumed=True)
        follower = Follower(rule, now_us)
        one = Tracked(rule, follower, life, [])
        self._none(one, now_us)
        return one

    def _altered(self, one: Tracked, rule: Rule, now_us: int) -> bool:
        """Take another version of a rule; return whether its condition begins anew."""
        anew = not one.rule.follows_like(rule)
        one.rule = one.follower.rule = rule
        one.life = replace(
            one.life, asset=self._plant.group(rule), priority=rule.priority,
            latching=rule.latching, asks=rule.asks,
        )  # fmt: skip
        if anew:
            one.follower = Follower(rule, now_us)
            one.waiting = []
            self._none(one, now_us)
        if not rule.only_running and State.SUPPRESSED in one.life.holds:
            self._event(one, Event.UNSUPPRESS, now_us)
        self.changed.lives.add(rule.rule)
        return anew

    def learnt(self, one: Tracked, usual: Usual, now_us: int) -> None:
        """Give a chart what is usual."""
        memory = one.follower.memory()
        one.follower = Follower(one.rule, now_us, usual)
        if one.resumed:
            one.follower.recall(memory)
        self.changed.lives.add(one.rule.rule)

    def _none(self, one: Tracked, now_us: int) -> None:
        """Let the condition be gone, because there is another one now."""
        if one.life.active:
            self._event(one, Event.GO, now_us)
            self._event(one, Event.ACKNOWLEDGE, now_us)
            self._event(one, Event.RESET, now_us)

    def _retire(self, one: Tracked, now_us: int) -> None:
        self._event(one, Event.REMOVE, now_us)
        self._kept[one.rule.rule] = self._document(one) | {"retired": True}
        self.changed.lives.add(one.rule.rule)

    def _end_unknown(self, rule: str, now_us: int) -> None:
        """End what stood of a rule that was retired while nobody looked."""
        for told in list(self.open.values()):
            if told.occurrence.alarm == rule and told.occurrence.ended_us is None:
                ended = replace(told.occurrence, ended_us=max(now_us, told.occurrence.raised_us))
                told.occurrence, told.over = ended, True
                self._changed(told)
        kept = self._kept[rule]
        if kept["life"]["current"] is not None or not kept.get("retired"):
            kept["life"]["current"], kept["life"]["inner"] = None, State.NORMAL.value
            kept["retired"] = True
            self.changed.lives.add(rule)

    @staticmethod
    def _restored(life: Life, now_us: int) -> Life:
        """Return the life of a rule that is there again: the condition is to come anew."""
        return replace(
            life, active=False, inner=State.NORMAL, current=None,
            holds=life.holds - {State.OUT_OF_SERVICE, State.SUPPRESSED},
            last_us=max(life.last_us or 0, now_us),
        )  # fmt: skip

    # ── what comes ──

    def hears(self, points: Iterable[Point]) -> bool:
        """Return whether any of these points is looked at."""
        return any(p.tag in self._by_source or p.tag in self._by_state for p in points)

    def push(self, points: Sequence[Point], now_us: int) -> None:
        """Take readings."""
        for point in points:
            for one in self._by_source.get(point.tag, ()):
                if one.waiting is None:
                    self._heard(one, point, now_us)
                elif len(one.waiting) < MOST_WAITING:
                    one.waiting.append(point)
                else:
                    self.dropped += 1
            for one in self._by_state.get(point.tag, ()):
                self._state(one, str(point.value), now_us)

    def ready(self, one: Tracked, now_us: int) -> None:
        """Take what waited while the past of a rule was read, and from now on what comes."""
        waiting, one.waiting = one.waiting or [], None
        for point in waiting:
            self._heard(one, point, now_us)
        self.changed.lives.add(one.rule.rule)

    def _heard(self, one: Tracked, point: Point, now_us: int) -> None:
        self._flips(one, one.follower.hear(point.time_us, point.value, point.quality, now_us))

    def read(self, one: Tracked, points: Iterable[Point], now_us: int) -> None:
        """Take readings of the past."""
        for at, value, quality in (point[1:] for point in points):
            self._flips(one, one.follower.push(at, value, quality, now_us))

    def reread(self, one: Tracked, readings: Readings, now_us: int) -> None:
        """Take what the history knows of the last minutes and was not heard, or came late."""
        follower = one.follower
        for what in rereading.missed(follower, readings, now_us):
            now = follower.value
            follower.value = what.value  # with which it came: that is what people are told
            self._flips(one, follower.adopt(what.flips, what.memory))
            follower.value = now
        follower.late_us = None
        newest = follower.value_us or 0
        new = [told for told in rereading.points(readings) if told[0] > newest]
        self.read(one, (Point("", *told, Quality.GOOD) for told in new), now_us)

    def _stands_already(self, one: Tracked, now_us: int) -> None:
        known = self.states.get(state_tag(one.rule.asset or ""))
        if one.rule.only_running and known is not None:
            self._state(one, str(known.value), now_us)

    def _state(self, one: Tracked, state: str, now_us: int) -> None:
        if state == Doing.UNKNOWN.value:
            return  # nobody says that it does something else now
        held = State.SUPPRESSED in one.life.holds
        if (state != Doing.RUNNING.value) is not held:
            self._event(one, Event.UNSUPPRESS if held else Event.SUPPRESS, now_us)

    def passed(self, now_us: int) -> None:
        """Take note of the time."""
        for one in self.tracked.values():
            if one.waiting is None:
                self._flips(one, one.follower.passed(now_us))
            until = one.life.shelved_until_us
            if until is not None and until <= now_us:
                self._took(one, one.life.lapsed(max(now_us, one.life.last_us or 0)))
        if now_us - self._snapshot_us >= SNAPSHOT_US:
            self._snapshot_us = now_us
            self.changed.lives.update(n for n, one in self.tracked.items() if one.waiting is None)
        self._call(now_us)

    def _call(self, now_us: int) -> None:
        """Tell what stands unseen of an incident of which all that was told has been seen.

        Whoever acknowledged one has a while to see the others on its card.
        """
        waiting: dict[str, list[Told]] = {}
        for told in self.open.values():
            one = told.occurrence
            if one.acknowledged_us is None and one.ended_us is None:
                waiting.setdefault(told.incident, []).append(told)
        unseen = {
            incident: stand
            for incident, those in waiting.items()
            if not any(told.tells and self._asks(told) for told in those)
            and (stand := [t for t in those if t.occurrence.gone_us is None and self._asks(t)])
        }
        self._unseen = {incident: self._unseen.get(incident, now_us) for incident in unseen}
        for incident, since in self._unseen.items():
            if now_us - since < WINDOW_US:
                continue
            told = min(
                unseen[incident],
                key=lambda t: (RANK[t.occurrence.priority], t.occurrence.raised_us),
            )
            if self.crowd.flood is None or told.occurrence.priority is Priority.HIGH:
                told.tells, told.over, told.called_us = True, False, now_us
                self.crowd.call(told.occurrence)
                self._changed(told)

    def _asks(self, told: Told) -> bool:
        one = self.tracked.get(told.occurrence.alarm)
        return one is not None and one.life.asks

    def _flips(self, one: Tracked, flips: Iterable[Flip]) -> None:
        for flip in flips:
            self._event(one, Event.COME if flip.active else Event.GO, flip.at_us)

    # ── what people do ──

    def act(
        self, rule: str, number: int | None, event: Event, now_us: int, *,
        until_us: int | None = None, by: str = "",
    ) -> bool:  # fmt: skip
        """Let a person's event happen; return whether there is such an alarm.

        `number` is the occurrence that the person saw; to acknowledge or reset another one would
        silence what nobody saw, and is left undone.
        """
        one = self.tracked.get(rule)
        if one is None:
            return False
        seen = one.life.current is not None and one.life.current.number == number
        if event in (Event.ACKNOWLEDGE, Event.RESET) and not seen:
            return True
        self._event(one, event, now_us, until_us)
        told = self.open.get(f"{rule}:{number}") or self.changed.told.get(f"{rule}:{number}")
        if event is Event.ACKNOWLEDGE and told is not None and not told.acknowledged_by:
            told.acknowledged_by = by
            self._changed(told)
        return True

    def judge(self, told: Told, verdict: Verdict | None) -> Told:
        """Keep a person's verdict on an occurrence, which may have ended long ago."""
        told = self.open.get(told.key, told)
        told.occurrence = told.occurrence.judged(verdict)
        one = self.tracked.get(told.occurrence.alarm)
        current = None if one is None else one.life.current
        if one is not None and current and current.number == told.occurrence.number:
            one.life = replace(one.life, current=current.judged(verdict))
            self.changed.lives.add(one.rule.rule)
        self._changed(told)
        return told

    # ── lives ──

    def _event(self, one: Tracked, event: Event, at_us: int, until_us: int | None = None) -> None:
        at = max(at_us, one.life.last_us or 0)
        if until_us is not None:
            until_us = max(until_us, at + 1)
        self._took(one, one.life.after(event, at, until_us=until_us))

    def _took(self, one: Tracked, outcome: Outcome) -> None:
        one.life = outcome.life
        self.changed.lives.add(one.rule.rule)
        if outcome.changes:
            self.changed.states.add(one.rule.rule)
        for ended in outcome.ended:
            told = self.open.get(f"{ended.alarm}:{ended.number}")
            if told is not None:
                told.occurrence = ended
                self._changed(told)
        current = outcome.life.current
        if current is None:
            return
        key = f"{current.alarm}:{current.number}"
        told = self.open.get(key)
        if told is None:
            told = self.open[key] = self._raised(one, current)
            self._changed(told)
        elif told.occurrence != current:
            told.occurrence = current
            self._changed(told)

    def _raised(self, one: Tracked, current: Occurrence) -> Told:
        self._flood_may_end(current.raised_us)
        incident, tells, held = self.crowd.add(current, f"{current.alarm}:{current.number}")
        self.changed.crowd = True
        rule, follower = one.rule, one.follower
        what = words.what(rule, follower.value, rules=follower.rules)
        normal = words.normal(rule, follower.usual and follower.usual[:2])
        said = {"what": telling.said(what), "normal": normal and telling.said(normal)}
        about = self._plant.about(rule) | said
        return Told(current, incident, tells, held, value=follower.value, about=about)

    def _flood_may_end(self, now_us: int) -> None:
        ended = self.crowd.passed(now_us)
        if ended is None:
            return
        self.changed.crowd = True
        for key in ended.held:
            if told := self.open.get(key):
                told.held, told.held_until_us = False, ended.end_us
                self._changed(told)

    def _changed(self, told: Told) -> None:
        self.changed.told[told.key] = told
        self.crowd.follow(told.occurrence)

    # ── writing down and telling ──

    def keep(self, cursor: Cursor) -> None:
        """Write down what changed."""
        changed = self.changed
        for rule in changed.lives:
            one = self.tracked.get(rule)
            document = self._document(one) if one is not None else self._kept.get(rule)
            if document is not None:
                Store.keep_life(cursor, self.organisation, rule, document)
        for told in changed.told.values():
            Store.keep(cursor, self.organisation, told)
        if changed.crowd:
            Store.keep_house(cursor, self.organisation, self.crowd.document())

    def kept(self) -> Changed:
        """Take note that what changed is on the disk; return it."""
        changed, self.changed = self.changed, Changed()
        for key in [k for k, t in self.open.items() if t.over and t.occurrence.ended_us]:
            del self.open[key]
        return changed

    @staticmethod
    def _document(one: Tracked) -> dict[str, Any]:
        return {
            "life": life_document(one.life),
            "follower": one.follower.memory(),
            "like": _like(one.rule),
        }

    def due(self, now_us: int) -> list[Outgoing]:
        """Return what is to be told now; call `sent` with each that is in the outbox."""
        self._flood_may_end(now_us)
        found: list[Outgoing] = []
        for flood in self.crowd.floods:
            held = [self.open[key] for key in flood.held if key in self.open]
            found += telling.of_flood(flood, [(told, self._policy(told)) for told in held])
        for told in self.open.values():
            if told.over or told.held:
                continue
            policy = self._policy(told)
            if told.tells:
                found += telling.due(told, policy, self._periods(told, now_us), self.others, now_us)
            elif telling.is_over(told, policy, now_us):
                self._over(told)
        return found

    def sent(self, outgoing: Iterable[Outgoing], now_us: int) -> None:
        """Take note of what is in the outbox, and of which occurrence that was the last."""
        for one in outgoing:
            if told := self.open.get(one.of):
                told.steps.append(one.step)
                self._changed(told)
        if self.crowd.floods:
            self.crowd.floods.clear()
            self.changed.crowd = True
        for told in self.open.values():
            waits = not told.over and not told.held
            if waits and telling.is_over(told, self._policy(told), now_us):
                self._over(told)

    def _over(self, told: Told) -> None:
        told.over = True
        self._changed(told)

    def _policy(self, told: Told) -> Policy:
        one = self.tracked.get(told.occurrence.alarm)
        return DEFAULT_POLICY if one is None else one.rule.policy

    def _periods(self, told: Told, now_us: int) -> list[Period] | None:
        start = told.occurrence.raised_us
        return self._plant.periods(self.organisation, told.about["asset"], start, now_us)

    def about(self, rule: Rule) -> dict[str, Any]:
        """Return what a person is told of where an alarm is."""
        return self._plant.about(rule)

    def others(self, told: Told) -> list[Told]:
        """Return the other alarms of an incident that stand, or have just stood."""
        return [t for t in self.open.values() if t.incident == told.incident and t is not told]


def _like(rule: Rule) -> list[Any]:
    """Return what has to be the same for a condition to go on, as plain data."""
    return [rule.kind, rule.source, {k: rule.raw[k] for k in sorted(rule.raw)}]
