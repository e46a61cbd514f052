"""Questions by which the web says what people said: reasons of stops, bad parts."""

from collections.abc import Mapping
from typing import Any

from deungdae.analysis.oee import State
from deungdae.bus.given import Given
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.part import Handler
from deungdae.records.errors import UnusableOption

LARGEST = (1 << 62) - 1
MOST_PARTS = 1e9
DONE = {"ok": True}


class Saying:
    """Each is on the disk when it is answered, and counts once however often it is said."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def questions(self) -> Mapping[str, Handler]:
        """Return them by name."""
        return {
            "say_stop": self.say_stop,
            "say_scrap": self.say_scrap,
            "unsay": self.unsay,
            "said_unknown": self.said_unknown,
        }

    def say_stop(self, organisation: str, given: Given) -> Any:
        """`say_stop {id, revision, asset, start, end, state, reason, by?}`: why a machine stood."""
        id_, revision, asset = self._about(given)
        start, end = given.time("start"), given.some_time("end")
        states = [state.value for state in State if state not in (State.RUNNING, State.UNKNOWN)]
        state, reason = given.choice("state", states), given.word("reason") or ""
        given.word("by")
        given.nothing_else()
        if end is not None and end <= start:
            raise UnusableOption("A stop ends after it began.")
        before = self._hall.store.say(
            *(organisation, id_, "stop", revision, asset, start, end, state, reason)
        )
        self._changed(organisation, asset, start, before)
        return DONE

    def say_scrap(self, organisation: str, given: Given) -> Any:
        """`say_scrap {id, revision, asset, at, count, kind, reason, by?}`: bad parts."""
        id_, revision, asset = self._about(given)
        at, count = given.time("at"), given.number("count", 0, MOST_PARTS)
        kind = given.choice("kind", ("scrapped", "reworked"))
        reason = given.word("reason") or ""
        given.word("by")
        given.nothing_else()
        before = self._hall.store.say(
            *(organisation, id_, kind, revision, asset, at, None, "", reason, count)
        )
        self._changed(organisation, asset, at, before)
        return DONE

    def unsay(self, organisation: str, given: Given) -> Any:
        """`unsay {id, revision?}`: it was not so."""
        id_ = given.needed("id")
        revision = given.some_whole("revision", 0, LARGEST)
        given.nothing_else()
        before = self._hall.store.unsay(organisation, id_, revision)
        if before is not None:
            self._changed(organisation, *before, None)
        return DONE

    def said_unknown(self, organisation: str, given: Given) -> Any:
        """`said_unknown {stops?, scrap?}`: of [id, revision] those ids that must be said again."""
        found = {}
        for name in ("stops", "scrap"):
            told = given.pairs(name)
            found[name] = self._hall.store.lacks(organisation, told)
        given.nothing_else()
        return found

    def _about(self, given: Given) -> tuple[str, int, str]:
        return given.needed("id"), given.whole("revision", 0, LARGEST), given.needed("asset")

    def _changed(
        self, organisation: str, asset: str, at_us: int, before: tuple[str, int] | None
    ) -> None:
        for one in {asset, before[0] if before else asset}:
            machine = self._hall.machines.get((organisation, one))
            if machine is not None:
                machine.dirty = True
