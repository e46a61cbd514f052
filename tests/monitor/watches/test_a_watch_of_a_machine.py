"""A pump whose power goes with the square of its speed: learned, watched, blamed, learned again."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from monitor_site import MonitorSite

from deungdae import bus
from deungdae.bus import Refusal
from deungdae.bus.given import Given
from deungdae.monitor.part import Context, Handler, Point
from deungdae.monitor.watches import Watches, learning, rows
from deungdae.monitor.watches.following import Followed
from deungdae.monitor.watches.questions import Questions
from deungdae.monitor.watches.store import Anomaly

S = 1_000_000
HOUR = 3_600 * S
EVERY = 10 * S
T = 1_795_348_800 * S  # a Sunday, 12:00 UTC
OURS = "0d6f9c1e"
ROWS = 1_800  # five hours
TAGS = ("pump/speed", "pump/power", "pump/noise", "pump/parts")
GOOD = (T, T + ROWS * EVERY)


def pump(first: int, rows: int, *, meter: float = 0.0) -> dict[str, list[tuple[int, float]]]:
    """The power meter may read `meter` too high."""
    at = np.arange(first, first + rows)
    chance = np.random.default_rng(first)
    speed = 2 * np.sin(at / 40) + 0.3 * np.sin(at / 7)
    columns = (
        speed,
        speed**2 + meter + chance.normal(0, 0.1, rows),
        chance.normal(0, 1, rows),
        at.astype(float),
    )
    return {
        tag: [(int(T + row * EVERY + S), float(x)) for row, x in zip(at, own, strict=True)]
        for tag, own in zip(TAGS, columns, strict=True)
    }


class Clock:
    def __init__(self) -> None:
        self.now = GOOD[1] + 60 * S

    def __call__(self) -> int:
        return self.now


class Ran:
    """What the floor says of the pump: it ran, but for half an hour in the good period."""

    broken = False
    stop = (T + 2 * HOUR, T + 2 * HOUR + HOUR // 2)

    def quick(self) -> Mapping[str, Handler]:
        return {"asset": self._asset}

    def long(self) -> Mapping[str, Handler]:
        return {}

    def _asset(self, organisation: str, given: Given) -> Any:
        given.needed("asset")
        if self.broken:
            raise ZeroDivisionError
        start, end = given.span()
        stop, again = self.stop
        return {
            "spans": [
                [start, stop, "running", None, None],
                [stop, again, "stopped", None, None],
                [again, end, "running", None, None],
            ]
        }

    async def begin(self, context: Context) -> None:
        self.context = context
        self.heard_of: list[Point] = []

    async def heard(self, organisation: str, points: Sequence[Point]) -> None:
        self.heard_of += points

    async def passed(self, now_us: int) -> None:
        pass

    async def end(self) -> None:
        pass


def document(**changed: Any) -> dict[str, Any]:
    return {
        "name": "펌프",
        "asset": "pump",
        "tags": list(TAGS),
        "start": GOOD[0],
        "end": GOOD[1],
        "exclude": [],
        "per_week": 7.0,
        "method": None,
        "revision": 1,
        **changed,
    }


class Place:
    def __init__(self, site: MonitorSite, clock: Clock, floor: Ran, watches: Watches) -> None:
        self.site, self.clock, self.floor, self.watches = site, clock, floor, watches
        self._mirror = site.bus.run(bus.Mirror.open(site.bus.connection, bus.WATCHES))

    def put(self, watch: str, told: dict[str, Any]) -> None:
        self.site.bus.run(self._mirror.put(bus.Watch(OURS, watch, told), OURS, watch))

    def end(self, watch: str) -> None:
        self.site.bus.run(self._mirror.delete(OURS, watch))
        self.site.until(lambda: (OURS, watch) not in self.watches.wanted)

    def ask(self, name: str, **told: Any) -> Any:
        return self.site.ask(name, OURS, topic="monitor", **told)

    def state(self, watch: str) -> Any:
        return self.ask("watches")["watches"].get(watch, {}).get("state")

    def until(self, watch: str, *states: str) -> None:
        """Wait, in the loop of the monitor, until a watch stands so."""
        now = Questions(self.watches).now
        key = OURS, watch
        self.site.until(
            lambda: key in self.watches.wanted and now(key)["state"] in states, seconds=60
        )

    def see(self, watch: str, start: int = GOOD[0], end: int = GOOD[1] + HOUR) -> Any:
        return self.ask("watch", watch=watch, start=start, end=end)

    def live(self, first: int, rows: int, **how: float) -> None:
        """Let the pump run on, row by row, and the clock with it."""
        found = pump(first, rows, **how)
        for place in range(rows):
            points = [(tag, *own[place]) for tag, own in found.items()]
            self.site.tell(OURS, points)
            self.clock.now = T + (first + place + 1) * EVERY + 2 * S
            self.site.bus.run(self.watches.passed(self.clock.now))

    def close(self) -> None:
        self.site.bus.run(self._mirror.close())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    clock, floor, watches = Clock(), Ran(), Watches()
    folder = tmp_path_factory.mktemp("watches")
    with MonitorSite(folder, [floor, watches], now_us=clock) as site:
        site.put_asset(OURS, "pump", {"name": "펌프 1호기", "kind": "machine"})
        for tag, points in pump(0, ROWS).items():
            site.store(OURS, "plc-1", tag, points)
        made = Place(site, clock, floor, watches)
        made.put("one", document())
        made.until("one", "watching")
        yield made
        made.close()


def test_a_good_period_is_learned_and_says_how_it_is_watched(place: Place) -> None:
    learned = place.see("one")["learned"]
    assert (learned["method"], learned["reason"]) == ("neighbours", "best")
    assert learned["watched"] == list(TAGS[:3])
    assert learned["left_out"] == [["pump/parts", "counter"]]
    assert learned["every_us"] == EVERY
    # Half an hour of five stood still, and a minute after it the pump had only just begun.
    assert learned["running"] == pytest.approx(0.9 - 6 / ROWS, abs=0.002)
    low, usual, high = learned["bands"]["pump/power"]
    assert low < usual < high
    assert high == pytest.approx(2.3**2, abs=0.4)


def test_the_pace_of_a_short_period_does_not_depend_on_where_it_begins(place: Place) -> None:
    context = place.site.monitor.context
    for start in (T, T + 7 * 60 * S, T + 13 * 60 * S + 5 * S):
        pace = place.site.bus.run(rows.pace_us(context, OURS, TAGS, start, start + HOUR // 3))
        assert pace == EVERY


def test_each_method_that_was_tried_is_told_with_what_it_found(place: Place) -> None:
    trials = place.see("one")["learned"]["trials"]
    assert [trial["method"] for trial in trials] == ["relations", "neighbours", "seasons"]
    assert trials[1]["share"] > trials[0]["share"]
    assert trials[2]["problem"] == "at least 28 days are needed"
    # To straight relations nothing is wrong while a tag stands still, but when it jumps back.
    found = [{kind: count for kind, count, *_ in trial["kinds"]} for trial in trials[:2]]
    assert found[0]["stuck"] == 0 < found[1]["stuck"]


def test_the_good_period_has_scores_minute_by_minute_but_none_while_the_pump_stood(
    place: Place,
) -> None:
    scores = {minute: score for minute, score, _ in place.see("one")["scores"]}
    stop, again = Ran.stop
    inside = [scores[at] for at in range(stop, again, 60 * S)]
    assert inside == [None] * 30
    assert sum(score is not None for score in scores.values()) >= 4.4 * 60


def test_that_it_was_learned_is_an_event(place: Place) -> None:
    events = place.ask("events", kinds=["watch_learned"])["events"]
    told = next(event for event in events if event["document"]["watch"] == "one")["document"]
    assert (told["asset_name"], told["page"]) == ("펌프 1호기", "/watches/one/")


def test_an_anomaly_is_found_while_it_happens_and_the_right_tag_is_blamed(place: Place) -> None:
    place.live(ROWS + 6, 60)
    assert place.state("one") == "watching"
    began = T + (ROWS + 66) * EVERY
    # A meter that reads 2 too high: well within the power's range of 0 to 5.
    place.live(ROWS + 66, 30, meter=2.0)
    now = place.see("one", began - HOUR, began + HOUR)
    assert now["now"]["state"] == "anomaly"
    assert now["now"]["blames"][0][0] == "pump/power"
    anomaly = now["anomalies"][-1]
    assert anomaly["open"]
    assert began <= anomaly["began"] <= began + 10 * EVERY
    assert anomaly["peak"] > 1
    scores = [one for one in place.floor.heard_of if one.tag == "~watch/one"]
    assert max(one.value for one in scores if isinstance(one.value, float)) > 1


def test_a_page_sees_the_minute_under_way_and_how_long_an_anomaly_lasts_by_now(
    place: Place,
) -> None:
    followed = place.watches.followed[OURS, "one"]
    place.live(ROWS + 96, 3, meter=2.0)  # half a minute
    now = place.see("one", GOOD[1], place.clock.now)
    under_way = followed.under_way()
    assert under_way is not None and followed.anomaly is not None
    minute, score, _place = now["scores"][-1]
    assert (minute, score) == (under_way.minute, under_way.score)
    assert minute not in {
        each.minute for each in place.watches.store.minutes(OURS, "one", 0, minute + 1)
    }
    assert score >= now["now"]["score"]
    # What is kept of an anomaly is up to a minute old.
    anomaly = now["anomalies"][-1]
    assert anomaly["ended"] == followed.anomaly.ended
    assert now["now"]["anomaly"] == anomaly["began"]


def test_when_all_is_well_again_the_anomaly_is_over_and_kept(place: Place) -> None:
    place.live(ROWS + 99, 37)
    seen = place.see("one", GOOD[1], place.clock.now)
    assert seen["now"]["state"] == "watching"
    assert not seen["anomalies"][-1]["open"]


def test_a_pump_that_stands_has_no_anomaly_whatever_its_tags_say(place: Place) -> None:
    at = T + (ROWS + 136) * EVERY
    place.site.bus.run(place.watches.heard(OURS, [Point("~state/pump", at, "stopped", 0)]))
    place.live(ROWS + 136, 20, meter=50.0)
    assert place.state("one") == "stopped"
    place.site.bus.run(
        place.watches.heard(OURS, [Point("~state/pump", place.clock.now, "running", 0)])
    )
    place.live(ROWS + 156, 20)
    assert place.state("one") == "watching"


def test_tags_that_say_nothing_are_silent_and_not_well(place: Place) -> None:
    place.clock.now += 60 * EVERY
    place.site.bus.run(place.watches.passed(place.clock.now))
    assert place.state("one") == "silent"


def test_a_watch_of_a_period_that_is_not_over_waits_for_its_end(place: Place) -> None:
    later = place.clock.now + 24 * HOUR
    place.put("later", document(end=later))
    place.until("later", "waiting")
    found = place.ask("watches")["watches"]["later"]
    assert (found["state"], found["until"]) == ("waiting", later)


def test_a_period_of_which_nothing_is_known_says_so(place: Place) -> None:
    place.put("empty", document(tags=["no/such/tag"]))
    place.until("empty", "failed")
    problem = place.ask("watches")["watches"]["empty"]["problem"]
    assert problem["template"].startswith("The machine ran with known values for {minutes}")
    assert problem["values"] == {"minutes": 0}


def test_a_watch_that_fails_for_no_known_reason_says_so_and_stops_no_other(place: Place) -> None:
    # A file lies where the folder of the watch should be made.
    blocking = learning.place(place.site.monitor.context.home, OURS, "blocked")
    blocking.write_text("")
    place.put("blocked", document())
    place.until("blocked", "failed")
    failed = place.watches.store.learned(OURS, "blocked")
    assert failed is not None
    assert failed.document["again_us"] == place.clock.now + HOUR
    assert failed.document["problem"]["template"].startswith("Something went wrong that should")
    place.put("after", document(tags=["no/such/tag"]))
    place.until("after", "failed")
    # Within the hour it is left alone; then it is tried once more.
    assert place.watches.store.learned(OURS, "blocked") == failed
    place.clock.now += HOUR
    place.watches.learn_again((OURS, "after"))
    place.site.until(lambda: _tried(place, "blocked") == place.clock.now)
    assert not learning.due_again(failed, failed.at + HOUR - 1)
    assert learning.due_again(failed, failed.at + HOUR)


def test_a_period_is_not_learned_while_the_floor_fails_to_say_when_the_pump_ran(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "STATE_TRIES", 1)
    monkeypatch.setattr(place.floor, "broken", True)
    place.put("unsaid", document())
    place.until("unsaid", "failed")
    failed = place.watches.store.learned(OURS, "unsaid")
    assert failed is not None
    assert failed.document["problem"]["template"].startswith("When the machine ran could not be")
    # It is tried again by itself.
    assert failed.document["again_us"] == place.clock.now + HOUR
    place.end("unsaid")


def _tried(place: Place, watch: str) -> int | None:
    known = place.watches.store.learned(OURS, watch)
    return known and known.at


def test_a_watch_that_raises_or_cannot_be_written_stops_no_other_and_loses_nothing(
    place: Place,
) -> None:
    one = OURS, "one"
    followed = place.watches.followed[one]
    # This one is told of one tag, but learned from four: it can score nothing.
    wanted = replace(followed.wanted, tags=TAGS[:1])
    broken = Followed(
        followed.watch, wanted, followed.grid, 1.0, np.empty((0, 1)), followed.grid.row(T)
    )
    place.site.bus.run(place.watches.passed(place.clock.now))
    begun = place.clock.now // (60 * S) * 60 * S

    async def passed(minutes: int) -> list[Exception]:
        """Let minutes pass with the broken watch before the others."""
        place.clock.now += minutes * 60 * S
        kept = place.watches.followed
        broken._next = followed._next
        at = broken._next * EVERY + 1
        broken.hear(TAGS[0], at, 0.0, at)
        place.watches.followed = {(OURS, "broken"): broken, **kept}
        try:
            await place.watches.passed(place.clock.now)
        except ExceptionGroup as group:
            return list(group.exceptions)
        finally:
            place.watches.followed = kept
        return []

    file = sqlite3.connect(place.site.monitor.context.home / "watches.sqlite")
    file.execute("ALTER TABLE score RENAME TO away")
    failed = place.site.bus.run(passed(2))
    file.execute("ALTER TABLE away RENAME TO score")
    file.close()
    assert [type(each) for each in failed] == [IndexError, sqlite3.OperationalError]
    waiting = [each.minute for each in followed.minutes]
    assert begun in waiting
    assert [type(each) for each in place.site.bus.run(passed(1))] == [IndexError]
    assert followed.minutes == []
    known = place.watches.store.minutes(*one, begun, place.clock.now)
    assert {each.minute for each in known} >= set(waiting)


def test_a_preview_shows_the_hours_says_which_tags_are_of_use_and_proposes(place: Place) -> None:
    seen = place.ask("watch_preview", asset="pump", tags=list(TAGS), start=T, end=GOOD[1])
    assert [(one["tag"], one["use"]) for one in seen["tags"]] == [
        ("pump/speed", "yes"),
        ("pump/power", "yes"),
        ("pump/noise", "yes"),
        ("pump/parts", "counter"),
    ]
    assert seen["proposal"]["end"] - seen["proposal"]["start"] == 5 * HOUR
    assert seen["proposal"]["running"] == pytest.approx(0.9)
    assert seen["proposal"]["stops"] == 1
    assert [span[1] - span[0] for span in seen["running"]] == [2 * HOUR, 2.5 * HOUR]


def test_a_watch_of_somebody_else_is_not_known(place: Place) -> None:
    with pytest.raises(Refusal, match="knows nothing of this watch"):
        place.site.ask("watch", "another", topic="monitor", watch="one", start=T, end=T + HOUR)


def test_a_watch_goes_on_after_a_restart_without_learning_again(place: Place) -> None:
    at = place.see("one")["learned"]["at"]
    place.site.end()
    place.watches = Watches()
    place.floor = Ran()
    place.site.begin([place.floor, place.watches])
    place.until("one", "watching", "silent")
    assert place.see("one")["learned"]["at"] == at
    assert place.see("one")["anomalies"]


def test_a_watch_that_was_ended_still_says_what_it_found(place: Place) -> None:
    before = place.see("one")
    assert before["anomalies"]
    # It was ended while an anomaly went on.
    open_one = Anomaly(T, T + 60 * S, 2.0, T + S, [["pump/power", 1.0, 3.0]], True)
    place.watches.store.put_anomaly(OURS, "one", 1, open_one, 0)
    place.end("one")
    after = place.see("one")
    assert after["now"] == {"watch": "one", "revision": None, "state": "ended"}
    assert (after["learned"], after["scores"]) == (before["learned"], before["scores"])
    assert after["anomalies"][1:] == before["anomalies"]
    assert after["anomalies"][0]["blames"] == [["pump/power", 1.0, 3.0]]
    assert not after["anomalies"][0]["open"]
    assert "one" not in place.ask("watches")["watches"]
    # It is kept for its own organisation, and it is not learned again.
    with pytest.raises(Refusal, match="knows nothing of this watch"):
        place.site.ask("watch", "another", topic="monitor", watch="one", start=T, end=T + HOUR)
    with pytest.raises(Refusal, match="knows nothing of this watch"):
        place.ask("watch_learn", watch="one")
