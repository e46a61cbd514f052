"""A monitor that looks after alarms on a real bus, for tests."""

import time
from collections.abc import Callable
from typing import Any

from monitor_site import MonitorSite

from deungdae import bus
from deungdae.monitor.alarms import Alarms

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
#: 2026-11-20 12:00 in Seoul, a Friday.
NOON = 1_795_143_600 * SECOND


class Clock:
    """The clock that the monitor goes by."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


class Site(MonitorSite):
    """A monitor that looks after alarms, and the web's hand on their rules."""

    clock: Clock
    org = ""

    def __enter__(self) -> "Site":
        super().__enter__()
        self.rules = self.bus.run(bus.Mirror.open(self.bus.connection, bus.ALARMS))
        return self

    def __exit__(self, *ended: Any) -> None:
        self.bus.run(self.rules.close())
        super().__exit__(*ended)

    def write(self, rule: str, **document: Any) -> None:
        """Write a rule as the web does."""
        whole = {"name": rule, "priority": "medium", "asset": None, **document}
        self.bus.run(self.rules.put(bus.AlarmRule(self.org, rule, whole), self.org, rule))

    def rule(self, rule: str, **document: Any) -> None:
        """Write a rule, and wait until it is followed."""
        self.write(rule, **document)
        part = self.alarms

        def follows() -> bool:
            known = part.house(self.org).tracked.get(rule)
            return known is not None and known.waiting is None

        self.until(follows)

    def retire(self, rule: str) -> None:
        """Take a rule away as the web does."""
        self.bus.run(self.rules.delete(self.org, rule))
        part = self.alarms
        self.until(lambda: rule not in part.house(self.org).tracked)

    @property
    def alarms(self) -> Alarms:
        """The part."""
        (part,) = self._parts
        assert isinstance(part, Alarms)
        return part

    def asked(self, name: str, **parameters: Any) -> Any:
        """Ask the monitor."""
        return self.ask(name, self.org, topic="monitor", **parameters)

    def comes(self, tag: str, value: Any, after: int = SECOND) -> None:
        """Let time pass, and then a value come."""
        self.clock.now += after
        self.tell(self.org, [(tag, self.clock.now, value)])

    def pass_time(self, by: int = 0) -> None:
        """Let time pass, and the monitor take note of it at once."""
        self.clock.now += by
        self.bus.run(self.alarms.passed(self.clock.now))

    def standing(self) -> list[dict[str, Any]]:
        """What stands, in the order of the page."""
        return [m for one in self.asked("alarms")["incidents"] for m in one["members"]]

    def told(self, rule: str) -> list[dict[str, Any]]:
        """What is in the outbox of a rule."""
        events = self.asked("events", after=0, kinds=["telling"], limit=1000)["events"]
        return [e["document"] for e in events if e["document"]["rule"] == rule]


def waits(site: Site, is_so: Callable[[], bool]) -> None:
    """Wait in real time for something that the monitor does by itself twice a second."""
    until = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def hot(site: Site) -> None:
    """A rule about a heater."""
    site.rule("hot", kind="limits", tag="a/hot", unit="°C", condition={"high": 10, "deadband": 1},
              meaning="heater", remedy="call Kim")  # fmt: skip
