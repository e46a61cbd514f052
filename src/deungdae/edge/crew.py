"""Runs the drivers of a configuration, each in its thread, and exchanges those that change."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Event, Lock, Thread

from deungdae.edge import clock
from deungdae.edge.buffer import Buffer, BufferClosed
from deungdae.edge.config import DriverConfig
from deungdae.edge.drivers import DriverFailed, DriverMissing
from deungdae.edge.sink import DriverSink
from deungdae.records.messages import message

FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0  #: seconds before a driver is started again
CALM_SECONDS = 60.0  #: after which a driver counts as well again
PATIENCE_SECONDS = 10.0  #: with a driver that is told to end


@dataclass(frozen=True)
class Member:
    """A driver that runs, or is about to."""

    driver: DriverConfig
    sink: DriverSink
    stop: Event
    thread: Thread


class Crew:
    """The drivers that run now. `log` writes a fault down, with its trace."""

    def __init__(self, buffer: Buffer, log: Callable[[str], str]) -> None:
        self._buffer = buffer
        self._log = log
        self._lock = Lock()
        self._members: dict[str, Member] = {}
        self._leaving: dict[str, Member] = {}  #: by name, who was told to end last
        self._ended = False

    @property
    def sinks(self) -> list[DriverSink]:
        """How each driver is, in the order of the configuration."""
        return [member.sink for member in list(self._members.values())]

    def change(self, drivers: Sequence[DriverConfig]) -> None:
        """Make these run and no others; whoever is the same as before does not notice.

        A driver that changed begins when its predecessor has ended, so that the two never keep
        one place; nobody waits here.
        """
        with self._lock:
            if self._ended:
                return
            before, after = self._members, {}
            for driver in drivers:
                old = before.get(driver.name)
                if old is not None and old.driver.mark == driver.mark:
                    after[driver.name] = replace(old, driver=driver)
                else:
                    after[driver.name] = self._begin(driver, old or self._leaving.get(driver.name))
            for name, member in before.items():
                if name not in after or after[name].thread is not member.thread:
                    member.stop.set()
                    self._leaving[name] = member
            self._members = after
            for member in after.values():
                if member.thread.ident is None:
                    member.thread.start()
            self._leaving = {n: m for n, m in self._leaving.items() if m.thread.is_alive()}

    def stop(self) -> None:
        """Ask all to end."""
        with self._lock:
            self._ended = True
            for member in self._members.values():
                member.stop.set()

    def join(self, seconds: float) -> None:
        """Wait for all, each for so long at most: one that hangs must not keep the agent."""
        for member in self._members.values():
            member.thread.join(timeout=seconds)

    def _begin(self, driver: DriverConfig, old: Member | None) -> Member:
        sink = DriverSink(driver.name, driver.kind, self._buffer)
        stop = Event()
        thread = Thread(
            target=self._drive, args=(driver, sink, stop, old), name=driver.name, daemon=True
        )
        return Member(driver, sink, stop, thread)

    def _drive(
        self, driver: DriverConfig, sink: DriverSink, stop: Event, old: Member | None
    ) -> None:
        if old is not None:
            old.thread.join(timeout=PATIENCE_SECONDS)
            if old.thread.is_alive():
                sink.note(message("It begins when the driver before it has ended."))
                old.thread.join()
                sink.note(None)
            if old.driver.kind == driver.kind:
                sink.follow(old.sink)
        try:
            self._keep_running(driver, sink, stop)
        finally:
            sink.end()

    def _keep_running(self, driver: DriverConfig, sink: DriverSink, stop: Event) -> None:
        failures = 0
        while not stop.is_set():
            started = clock.now_us()
            try:
                driver.recipe.make().run(sink, stop)
            except BufferClosed:
                return
            except DriverMissing as error:
                sink.note(error.message)
                return
            except DriverFailed as error:
                sink.note(error.message)
            except Exception:  # noqa: BLE001 - written to the log; the other drivers go on
                log = self._log(driver.name)
                sink.note(
                    message("The driver stopped by a fault of its own, written in {log}.", log=log)
                )
            if clock.now_us() - started > CALM_SECONDS * 1e6:
                failures = 0
            delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(failures, 10))
            failures += 1
            stop.wait(delay * (0.5 + random.random() / 2))  # noqa: S311 - spreads tries
