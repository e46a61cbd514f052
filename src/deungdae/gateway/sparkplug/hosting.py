"""A host application for each Sparkplug group that is registered, as long as it is registered.

The groups stand in a bucket of the bus, which is followed: a new group has its host, and its edge
nodes their entrance to the embedded broker, within a moment; one that is revoked loses both.
"""

import asyncio
import hashlib
import logging
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from deungdae import bus
from deungdae.bus import mqtt
from deungdae.bus.entries import SPARKPLUG, SparkplugGroup
from deungdae.gateway.naming import Names
from deungdae.gateway.sinks import Sink
from deungdae.gateway.sparkplug.connection import Broker
from deungdae.gateway.sparkplug.host import Host, Settings
from deungdae.gateway.sparkplug.outcomes import Moment, Rules
from deungdae.records.environment import BusSettings, MqttSettings
from deungdae.records.errors import UnusableOption
from deungdae.records.messages import Message, message

LOOK_SECONDS = 1.0  #: between two looks at the broker's place and at hosts that ended
REST_SECONDS = 5.0  #: before a host that failed is started again

_log = logging.getLogger(__name__)


class Standing(Protocol):
    """Where it is noted how a source is."""

    def seen(self, organisation: str, edge: str, clock_us: int | None) -> None:
        """Note that something came."""

    def took(self, organisation: str, edge: str) -> None:
        """Note that it was stored."""

    def refused(self, organisation: str, edge: str, why: str, said: Message | None = None) -> None:
        """Note that it was set aside."""


@dataclass(frozen=True)
class _Wanted:
    """One host as it should be: another one is a new host."""

    organisation: str
    source: str
    prefix: str
    broker: Broker


@dataclass
class _Hosted:
    wanted: _Wanted
    host: Host
    task: "asyncio.Task[None]"
    told: Counter[str] = field(default_factory=Counter)  #: counts that were noted already


class Hosting:
    """The hosts of one gateway. `run` it once; `hosts` may be looked at meanwhile."""

    def __init__(
        self,
        connection: bus.Connection,
        sink: Sink,
        settings: MqttSettings,
        bus_settings: BusSettings,
        server: bus.Server | None,
        names: Names = lambda *_: None,
        standing: Standing | None = None,
    ) -> None:
        """`server` is the embedded bus, which lets the groups' edge nodes in."""
        self._standing = standing
        self._connection, self._sink, self._names = connection, sink, names
        self._settings, self._folder, self._server = settings, bus_settings.folder, server
        self._stop, self._changed = asyncio.Event(), asyncio.Event()
        self._hosted: dict[str, _Hosted] = {}
        self._admitted: list[SparkplugGroup] | None = None

    @property
    def hosts(self) -> dict[str, Host]:
        """The hosts that run now, by group."""
        return {group: each.host for group, each in self._hosted.items()}

    def stop(self) -> None:
        """Let `run` end, after each host said that it goes and stored what it has."""
        self._stop.set()
        self._changed.set()

    async def run(self) -> None:
        """Follow the groups until stopped; raises `bus.Unavailable` when they cannot be read."""
        mirror = await bus.Mirror.open(self._connection, SPARKPLUG)
        undo = mirror.heed(lambda _: self._changed.set())
        try:
            while not self._stop.is_set():
                await self._bring(mirror.all())
                self._note()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), LOOK_SECONDS)
                if not self._stop.is_set():
                    self._changed.clear()
        finally:
            undo()
            await self._end(list(self._hosted))
            await mirror.close()

    async def _bring(self, groups: Sequence[SparkplugGroup]) -> None:
        """Make the hosts, and who may enter, what the groups say."""
        live = [g for g in groups if not g.revoked and mqtt.group_problem(g.group) is None]
        if self._server is not None and self._settings.embedded and live != self._admitted:
            await asyncio.to_thread(self._server.admit, live)
            self._admitted = live
        broker = self._broker() if live else None
        wanted: dict[str, _Wanted] = {}
        for group in live if broker is not None else ():
            assert broker is not None
            wanted[group.group] = _Wanted(group.organisation, group.source, group.prefix, broker)
        await self._end(
            [
                name
                for name, hosted in self._hosted.items()
                if wanted.get(name) != hosted.wanted or hosted.task.done()
            ]
        )
        for name, each in wanted.items():
            if name not in self._hosted:
                self._hosted[name] = self._begin(name, each)

    def _note(self) -> None:
        """Note of each source what came since the last look."""
        for hosted in self._hosted.values() if self._standing is not None else ():
            assert self._standing is not None
            before, hosted.told = hosted.told, Counter(hosted.host.counts)
            new = hosted.told - before
            whose = (hosted.wanted.organisation, hosted.wanted.source)
            if new["messages"]:
                self._standing.seen(*whose, None)
            if new["readings"]:
                self._standing.took(*whose)
            if new["refused"]:
                said = message("{count} Sparkplug metrics were set aside.", count=new["refused"])
                self._standing.refused(*whose, str(said), said)

    def _broker(self) -> Broker | None:
        """Return where the broker is now; None while there is none."""
        try:
            if self._settings.url is not None:
                return _elsewhere(self._settings)
            where = mqtt.listening(self._folder)
            if where is None or self._server is None:
                return None
            return Broker(
                mqtt.near(where),
                where.port,
                tls=where.tls,
                pinned=self._settings.certificate if where.tls else None,
                user=mqtt.HOST_USER,
                password=bus.secret(self._folder),
            )
        except (UnusableOption, ValueError) as error:
            _log.warning("Sparkplug: no broker: %s", error)
            return None

    def _begin(self, group: str, wanted: _Wanted) -> _Hosted:
        settings = Settings(
            host_id=mqtt.host_id(group),
            organisation=wanted.organisation,
            source=wanted.source,
            groups=(group,),
            rules=Rules(prefix=wanted.prefix),
        )
        # Every broker must take 23 letters and digits; the embedded one takes no full stop.
        name = f"deungdae{hashlib.sha256(group.encode()).hexdigest()[:15]}"
        host = Host(
            replace(wanted.broker, client_id=name), settings, self._sink, now, names=self._names
        )
        return _Hosted(wanted, host, asyncio.create_task(self._keep(group, host)))

    async def _keep(self, group: str, host: Host) -> None:
        try:
            await host.run()
        except Exception:  # noqa: BLE001 - written to the log with the group it concerns
            # One group must not take the others with it; the next look begins anew.
            _log.exception("Sparkplug: the host of the group %s failed", group)
            await asyncio.sleep(REST_SECONDS)

    async def _end(self, names: Sequence[str]) -> None:
        ending = [self._hosted.pop(name) for name in names]
        for hosted in ending:
            hosted.host.stop()
        if ending:
            await asyncio.wait({hosted.task for hosted in ending})


def _elsewhere(settings: MqttSettings) -> Broker:
    url = settings.url
    assert url is not None
    tls = url.scheme == "mqtts"
    user = password = None
    if settings.secret_file is not None:
        try:
            user, _, password = settings.secret_file.read_text("utf-8").strip().partition(":")
        except OSError as error:
            raise UnusableOption(
                "The file {file} with the name and password for the broker cannot be read.",
                file=str(settings.secret_file),
            ) from error
    return Broker(
        url.hostname or "",
        url.port or (8883 if tls else 1883),
        tls=tls,
        ca_file=settings.ca_file,
        user=user,
        password=password,
    )


def now() -> Moment:
    """The clocks of this computer."""
    return Moment(time.time_ns() // 1000, time.monotonic_ns() // 1000)
