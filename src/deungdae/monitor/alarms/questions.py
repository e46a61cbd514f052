"""What pages ask about alarms, and what people do with them there."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from deungdae.analysis.alarms import RECOMMENDED, Event, Figures, Verdict, figures
from deungdae.analysis.alarms.figures import (
    ACCEPTABLE_PER_HOUR,
    MOST_FROM_TOP_TEN,
    MOST_IN_FLOOD,
    MOST_PER_HOUR,
)
from deungdae.bus.desk import Handler
from deungdae.bus.given import Given
from deungdae.monitor.alarms import backtest, documents
from deungdae.monitor.alarms.house import House
from deungdae.monitor.alarms.rules import rule_of
from deungdae.monitor.alarms.store import Store, Told
from deungdae.monitor.context import Context
from deungdae.records.errors import UnusableOption

EVENTS: Final = {
    "acknowledge": Event.ACKNOWLEDGE,
    "reset": Event.RESET,
    "shelve": Event.SHELVE,
    "unshelve": Event.UNSHELVE,
    "out_of_service": Event.REMOVE,
    "in_service": Event.RESTORE,
}
VERDICTS: Final = {"true": Verdict.TRUE, "false": Verdict.FALSE, "none": None}
MOST_HISTORY: Final = 5_000
MOST_FIGURES: Final = 200_000
#: An alarm is hidden for two weeks at most: after that its rule is wrong.
LONGEST_SHELVED_US: Final = 14 * 86_400_000_000
PREVIEW_SECONDS: Final = 120.0


class Office(Protocol):
    """What the questions need of the part that answers them."""

    @property
    def context(self) -> Context:
        """What all parts share."""

    @property
    def store(self) -> Store:
        """The file."""

    def house(self, organisation: str) -> House:
        """Return the alarms of an organisation; in the event loop alone."""

    def settle(self, house: House) -> None:
        """Write down what changed and tell it."""


class Questions:
    """Answers in threads; whatever changes something is done in the event loop."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def quick(self) -> Mapping[str, Handler]:
        """Return what a page waits for."""
        return {
            "alarms": self._board,
            "alarm": self._one,
            "alarm_rules": self._rules,
            "alarm_history": self._history,
            "alarm_do": self._do,
            "alarm_judge": self._judge,
        }

    def long(self) -> Mapping[str, Handler]:
        """Return what reads much of the past."""
        return {"alarm_figures": self._figures, "alarm_preview": self._preview}

    def _board(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarms {}`: what stands now, by incident, and what says nothing at the moment."""
        given.nothing_else()

        async def look() -> dict[str, Any]:
            context = self._office.context
            return documents.board(self._office.house(organisation), context.now_us())

        found = self._office.context.wait(look())
        usual: dict[str, float | None] = {}
        for incident in found["incidents"]:
            for member in incident["members"]:
                if member["rule"] not in usual:
                    told = self._office.store.find(organisation, member["rule"], member["number"])
                    usual[member["rule"]] = (
                        None
                        if told is None
                        else documents.usual_seconds(self._office.store, organisation, told)
                    )
                member["usual_seconds"] = usual[member["rule"]]
        return found

    def _one(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm {occurrence}`: one occurrence with its incident and those before it."""
        told = self._found(organisation, given.needed("occurrence"))
        given.nothing_else()
        one = told.occurrence
        store = self._office.store

        async def now() -> dict[str, Any]:
            house = self._office.house(organisation)
            tracked = house.tracked.get(one.alarm)
            fresh = house.open.get(told.key, told)
            return documents.standing(fresh, tracked)

        start, end = one.raised_us - backtest.HOUR_US, one.raised_us + backtest.HOUR_US
        around = store.between(organisation, start, end)
        return {
            "alarm": self._office.context.wait(now()),
            "usual_seconds": documents.usual_seconds(store, organisation, told),
            "members": [
                documents.occurrence(each)
                for each in reversed(around)
                if each.incident == told.incident and each.key != told.key
            ],
            "before": [
                documents.occurrence(each)
                for each in store.before(organisation, one.alarm, one.number, 10)
            ],
        }

    def _rules(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_rules {}`: by rule its state, its value now, when that came, and what it lacks."""
        given.nothing_else()

        async def look() -> dict[str, Any]:
            house = self._office.house(organisation)
            return {
                name: {
                    "state": one.life.state.value,
                    "active": one.life.active,
                    "until": one.life.shelved_until_us,
                    "value": one.follower.value,
                    "at": one.follower.value_us,
                    "usual": one.follower.usual and list(one.follower.usual),
                    "late": one.follower.late,
                    "ahead": one.follower.ahead,
                    "last": one.life.number,
                    "lacks": documents.lacks(one),
                }
                for name, one in house.tracked.items()
            }

        return {"rules": self._office.context.wait(look())}

    def _history(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_history {start, end, rule?, asset?, limit?}`: occurrences, the newest first."""
        start, end = given.span()
        rule, asset = given.word("rule"), given.word("asset")
        limit = given.whole("limit", 1, MOST_HISTORY, MOST_HISTORY)
        given.nothing_else()
        found = self._office.store.between(organisation, start, end, rule, asset, limit + 1)
        told = [documents.occurrence(one) for one in found[:limit]]
        return {"alarms": told, "more": len(found) > limit}

    def _do(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_do {occurrences, event, until?, by?}`: what a person does with alarms.

        `occurrences` are "RULE:NUMBER" as the person saw them; for what concerns the rule alone
        the number may be 0.
        """
        names = given.some_words("occurrences") or []
        event = EVENTS[given.choice("event", list(EVENTS))]
        by = given.word("by") or ""
        until = None
        if event is Event.SHELVE:
            until = given.time("until")
        given.nothing_else()
        seen = [_split(name) for name in names]

        async def act() -> list[dict[str, Any]]:
            context, house = self._office.context, self._office.house(organisation)
            now = context.now_us()
            end = None if until is None else min(max(until, now + 1), now + LONGEST_SHELVED_US)
            done = []
            for rule, number in seen:
                known = house.act(rule, number, event, now, until_us=end, by=by)
                state = house.tracked[rule].life.state.value if known else None
                done.append({"rule": rule, "number": number, "state": state})
            self._office.settle(house)
            return done

        return {"done": self._office.context.wait(act())}

    def _judge(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_judge {occurrence, verdict}`: keep whether an alarm was right."""
        told = self._found(organisation, given.needed("occurrence"))
        verdict = VERDICTS[given.choice("verdict", list(VERDICTS))]
        given.nothing_else()

        async def judge() -> dict[str, Any]:
            house = self._office.house(organisation)
            judged = house.judge(told, verdict)
            self._office.settle(house)
            return documents.occurrence(judged)

        return {"alarm": self._office.context.wait(judge())}

    def _figures(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_figures {start, end, operators?}`: how good the alarms themselves are."""
        start, end = given.span()
        operators = given.whole("operators", 1, 100, 1)
        given.nothing_else()
        if end <= start:
            raise UnusableOption("The end has to lie after the beginning.")
        told = self._office.store.between(organisation, start, end, limit=MOST_FIGURES)
        found = figures([one.occurrence for one in told], start, end, operators=operators)
        names = {one.occurrence.alarm: one.about["name"] for one in reversed(told)}
        return _figures(found, names)

    def _preview(self, organisation: str, given: Given) -> dict[str, Any]:
        """`alarm_preview {document, start, end}`: how often a rule would have come, and when."""
        document, (start, end) = given.document("document"), given.span()
        given.nothing_else()
        rule = rule_of(organisation, "preview", document)
        trying = backtest.preview(self._office.context, rule, start, end)
        return self._office.context.wait(trying, PREVIEW_SECONDS)

    def _found(self, organisation: str, name: str) -> Told:
        rule, number = _split(name)
        told = self._office.store.find(organisation, rule, number)
        if told is None:
            raise UnusableOption("There is no such alarm any more.")
        return told


def _split(name: str) -> tuple[str, int]:
    rule, _, number = name.rpartition(":")
    if not rule or not number.isdecimal():
        raise UnusableOption("There is no such alarm any more.")
    return rule, int(number)


def _figures(found: Figures, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "alarms": found.alarms,
        "per_hour": found.per_hour,
        "per_ten_minutes": found.per_ten_minutes,
        "peak": found.peak,
        "flood_share": found.flood_share,
        "standing": [[rule, names.get(rule, "")] for rule in found.standing],
        "chattering": [[rule, names.get(rule, "")] for rule in found.chattering],
        "top": [[rule, names.get(rule, ""), count] for rule, count in found.top],
        "top_share": found.top_share,
        "judged": found.judged,
        "false_share": found.false_share,
        "priorities": found.priorities and {p.value: s for p, s in found.priorities.items()},
        "recommended": {
            "per_hour": [ACCEPTABLE_PER_HOUR, MOST_PER_HOUR],
            "flood_share": MOST_IN_FLOOD,
            "top_share": MOST_FROM_TOP_TEN,
            "priorities": {p.value: share for p, share in RECOMMENDED.items()},
        },
    }
