"""Nobody can say when a machine ran, or it could not be said: only the first is "all the time"."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from monitor_site import MonitorSite

from deungdae.bus import Refusal
from deungdae.bus.given import Given
from deungdae.monitor.floor import Floor
from deungdae.monitor.part import Context, Handler
from deungdae.monitor.watches import learning, rows
from deungdae.monitor.watches.wanted import Wanted
from deungdae.records.errors import PublicError, UnusableOption

OURS = "0d6f9c1e"
S = 1_000_000
HOUR = 3_600 * S
T = 1_795_348_800 * S


class Says:
    """A floor that answers as a test wants: `fails` times with an error, then with a run."""

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.asked = 0

    def quick(self) -> Mapping[str, Handler]:
        return {"asset": self._asset}

    def long(self) -> Mapping[str, Handler]:
        return {}

    def _asset(self, organisation: str, given: Given) -> Any:
        self.asked += 1
        if self.fails:
            raise self.fails.pop(0)
        return {"spans": [[T, T + HOUR, "running", None, None]]}

    async def begin(self, context: Context) -> None:
        pass

    async def heard(self, organisation: str, points: Any) -> None:
        pass

    async def passed(self, now_us: int) -> None:
        pass

    async def end(self) -> None:
        pass


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[MonitorSite, Says]]:
    floor = Says()
    with MonitorSite(tmp_path_factory.mktemp("ran"), [floor], now_us=lambda: T + HOUR) as site:
        site.put_asset(OURS, "pump", {"name": "펌프 1호기", "kind": "machine"})
        yield site, floor


@pytest.fixture
def running(kept: tuple[MonitorSite, Says], monkeypatch: pytest.MonkeyPatch) -> Any:
    site, floor = kept
    floor.asked = 0
    monkeypatch.setattr(rows, "AGAIN_SECONDS", 0.01)
    context = site.monitor.context

    def ask(*fails: Exception, tries: int = 1) -> Any:
        floor.fails = list(fails)
        found = rows.running(context, OURS, "pump", T, T + HOUR, tries=tries)
        return site.bus.run(found), floor.asked

    return ask


def test_a_machine_of_which_nobody_can_say_it_ran_all_the_time(running: Any) -> None:
    nobody = UnusableOption("There is no such line or machine.")
    assert running(nobody, tries=3) == (None, 1)


def test_a_mistake_of_the_floor_is_asked_again(running: Any) -> None:
    assert running(ZeroDivisionError(), PublicError("busy"), tries=3) == ([(T, T + HOUR)], 3)


def test_a_mistake_that_stays_is_told_and_does_not_pass_for_running(
    running: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        caplog.at_level(logging.WARNING, logger=rows.__name__),
        pytest.raises(Refusal, match="because of a mistake in the program"),
    ):
        running(ZeroDivisionError(), ZeroDivisionError(), tries=2)
    assert "when pump ran could not be said" in caplog.text


def test_a_period_is_not_learned_while_nobody_knows_whether_the_machine_stood(
    kept: tuple[MonitorSite, Says], running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, floor = kept
    monkeypatch.setattr(learning, "STATE_TRIES", 2)
    floor.fails = [ZeroDivisionError()] * 2
    wanted = Wanted("", "pump", ("a",), T, T + HOUR, (), 1.0, None, "UTC", 1)
    with pytest.raises(rows.NotSaid, match="It is tried again in an hour"):
        site.bus.run(learning.learn(site.monitor.context, OURS, "one", wanted))


def test_the_words_by_which_nobody_can_say_are_those_of_the_floor_and_the_desk(
    tmp_path_factory: pytest.TempPathFactory, kept: tuple[MonitorSite, Says]
) -> None:
    with MonitorSite(tmp_path_factory.mktemp("floor"), [Floor()]) as site:
        told = {"start": T, "end": T + HOUR}
        with pytest.raises(Refusal) as refused:
            site.ask("asset", OURS, topic="monitor", asset="nobody", **told)
        assert refused.value.message.template in rows.NOBODY_SAYS
        with pytest.raises(Refusal) as unknown:
            site.ask("no_such", OURS, topic="monitor")
        assert unknown.value.message.template in rows.NOBODY_SAYS
