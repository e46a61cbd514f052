"""Sparkplug groups at the embedded broker: who may enter, what they may say, who hears it."""

import asyncio
import contextlib
import json
import os
import signal
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import running, within
from hosting import Store
from mqtt_broker import mosquitto, until
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sparkplug_edge import BEGIN_MS, Edge

from deungdae import bus
from deungdae.bus import mqtt
from deungdae.bus.entries import SPARKPLUG, SparkplugGroup
from deungdae.gateway.door.standing import Standing
from deungdae.gateway.sparkplug.hosting import Hosting, now
from deungdae.lake.telemetry import Flag
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption

NINE_HOURS_US = 9 * 3_600_000_000
PASSWORD, HASH = mqtt.new_password()
OTHER_PASSWORD, OTHER_HASH = mqtt.new_password()
PRESS = SparkplugGroup("가온", "사출.1동", "spb-1", password=HASH)
PAINT_TAG = "2공장/도장/절임-2.호기/온도"
PAINT = SparkplugGroup("누리", "도장", "spb-2", prefix="2공장", password=OTHER_HASH)


def settings_in(folder: Path, **told: str) -> Settings:
    """A bus in a folder, which takes MQTT at a free port."""
    return Settings.from_environment(
        {"DEUNGDAE_HOME": str(folder / "집"), "DEUNGDAE_MQTT_BIND": "127.0.0.1:0", **told}
    )


@dataclass
class Site:
    """Bus, broker and hosts at work."""

    settings: Settings
    server: bus.Server
    groups: "bus.Mirror[SparkplugGroup]"
    hosting: Hosting
    store: Store
    standing: Standing

    @property
    def port(self) -> int:
        where = mqtt.listening(self.settings.bus.folder)
        assert where is not None
        return where.port

    async def online(self, *groups: str) -> None:
        hosts = self.hosting
        await until(
            lambda: set(hosts.hosts) == set(groups) and all(h.online for h in hosts.hosts.values())
        )


@contextlib.asynccontextmanager
async def site(folder: Path, settings: Settings, *groups: SparkplugGroup) -> AsyncIterator[Site]:
    """Hosts for these groups, online."""
    taken = settings.mqtt if settings.mqtt.embedded else None
    async with running(settings.bus, taken) as (server, connection):
        mirror = await bus.Mirror.open(connection, SPARKPLUG)
        for group in groups:
            await mirror.put(group, group.group)
        store = Store(folder / "spool")
        slow = bus.Shift("도장", -NINE_HOURS_US, 0)
        paint = bus.TagMap("누리", "spb-2", {PAINT_TAG: "도장/1호기/온도"}, shifts=[slow])
        maps = {("누리", "spb-2"): paint}
        standing = Standing(await bus.Mirror.open(connection, bus.STATUS), lambda: now().utc_us)
        hosting = Hosting(
            *(connection, store, settings.mqtt, settings.bus, server),
            lambda organisation, source: maps.get((organisation, source)),
            standing,
        )
        task = asyncio.create_task(hosting.run())
        found = Site(settings, server, mirror, hosting, store, standing)
        try:
            await found.online(*(group.group for group in groups))
            yield found
        finally:
            hosting.stop()
            await task
            await mirror.close()
            if store.spool is not None:
                await store.spool.close()


@dataclass
class Node:
    """An edge node's connection, as any MQTT client makes it."""

    client: Client
    answers: list[str] = field(default_factory=list)
    granted: list[int] = field(default_factory=list)
    heard: list[tuple[str, bytes]] = field(default_factory=list)
    ends: int = 0

    def say(self, told: tuple[str, bytes], qos: int = 1) -> None:
        self.client.publish(*told, qos).wait_for_publish(10)


@contextlib.contextmanager
def node(
    port: int, user: str, password: str, *filters: str, trusted: Path | None = None
) -> Iterator[Node]:
    """Connect; what the broker answers stands in `answers`."""
    found = Node(Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False))
    found.client.username_pw_set(user, password)
    if trusted is not None:
        found.client.tls_set_context(ssl.create_default_context(cafile=str(trusted)))
    ready = threading.Event()

    def connected(_: Any, __: Any, ___: Any, code: Any, ____: Any) -> None:
        found.answers.append(str(code))
        if filters and not code.is_failure:
            found.client.subscribe([(each, 1) for each in filters])
        else:
            ready.set()

    def subscribed(_: Any, __: Any, ___: Any, codes: list[Any], ____: Any) -> None:
        found.granted += [code.value for code in codes]
        ready.set()

    def ended(*_: Any) -> None:
        found.ends += 1
        ready.set()

    found.client.on_connect, found.client.on_subscribe = connected, subscribed
    found.client.on_disconnect = ended
    found.client.on_message = lambda _, __, told: found.heard.append(
        (told.topic, bytes(told.payload))
    )
    found.client.connect("127.0.0.1", port)
    found.client.loop_start()
    assert ready.wait(10), "the broker did not answer"
    try:
        yield found
    finally:
        found.client.disconnect()
        found.client.loop_stop()


def edge_of(group: SparkplugGroup) -> Edge:
    return Edge(group=group.group, edge="절임 2.호기".replace(" ", "-"))


def test_a_group_is_heard_under_its_name_and_prefix_and_another_says_nothing_for_it(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path), PRESS, PAINT) as found:
            state = f"spBv1.0/STATE/{mqtt.host_id(PRESS.group)}"
            filters = (state, f"spBv1.0/{PRESS.group}/NCMD/#", f"spBv1.0/{PRESS.group}/#")
            foreign = (
                *("#", "+/+/NBIRTH/+", "spBv1.0/STATE/+", "$MQTT/sub/#", "$JS/#"),
                f"spBv1.0/{PRESS.group}/NCMD/#",
            )
            with (
                node(found.port, PRESS.group, PASSWORD, *filters) as press,
                node(found.port, PAINT.group, OTHER_PASSWORD, *foreign) as paint,
            ):
                assert press.granted == [1, 1, 128]
                assert paint.granted == [128] * len(foreign)
                press.say(edge_of(PRESS).nbirth())
                # Not its group: the broker takes it and drops it, as MQTT 3.1.1 has no "no".
                paint.say(replace(edge_of(PRESS), edge="위조").nbirth())
                paint.say((state, b'{"online":false,"timestamp":9999999999999}'))
                paint.say(edge_of(PAINT).nbirth())
                await until(lambda: len(found.store.values()) == 2)
                assert sorted(found.store.values()) == [
                    ("도장/1호기/온도", 21.5),  # as the web named it
                    ("사출.1동/절임-2.호기/온도", 21.5),
                ]
                owners = {(row["organisation"], row["source"]) for row in found.store.rows()}
                assert owners == {("가온", "spb-1"), ("누리", "spb-2")}
                await until(lambda: press.heard)
                ((topic, said),) = press.heard
                assert (topic, json.loads(said)["online"]) == (state, True)
                assert not paint.heard
                await until(lambda: found.standing.of("가온", "spb-1").batch_us)
                assert found.standing.of("누리", "spb-2").seen_us

    within(60, work())


def test_a_wrong_clock_is_put_right_and_what_has_our_own_time_is_left_alone(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path), PAINT) as found:
            began = now().utc_us
            edge = edge_of(PAINT)
            with node(found.port, PAINT.group, OTHER_PASSWORD) as paint:
                paint.say(edge.nbirth())
                await until(lambda: len(found.store.rows()) == 1)
                paint.say(edge.ndeath())
                await until(lambda: len(found.store.rows()) == 2)
            told, dead = found.store.rows()
            assert as_us(told["time"]) == BEGIN_MS * 1000 - NINE_HOURS_US
            assert (told["value"], told["flag"]) == (21.5, Flag.CLOCK_REPAIRED)
            assert dead["value"] is None
            assert began <= as_us(dead["time"]) <= now().utc_us
            assert dead["flag"] == 0

    within(60, work())


def as_us(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)


def test_who_has_no_password_of_the_group_does_not_enter(tmp_path: Path) -> None:
    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path), PRESS) as found:
            secret = bus.secret(found.settings.bus.folder)
            for user, password in (
                ("", ""),
                (PRESS.group, OTHER_PASSWORD),
                (PRESS.group, HASH),
                ("deungdae", secret),  # the bus's own user enters by NATS alone
                ("nobody", PASSWORD),
            ):
                with node(found.port, user, password) as stranger:
                    assert len(stranger.answers) == 1 and "Success" not in stranger.answers

    within(60, work())


def test_a_revoked_group_is_put_out_and_a_new_password_counts_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path), PRESS, PAINT) as found:
            with (
                node(found.port, PRESS.group, PASSWORD) as press,
                node(found.port, PAINT.group, OTHER_PASSWORD) as paint,
            ):
                await found.groups.put(replace(PRESS, revoked=True), PRESS.group)
                await found.online(PAINT.group)
                await until(lambda: press.ends)
                assert not paint.ends
            with node(found.port, PRESS.group, PASSWORD) as press:
                assert press.answers == ["Not authorized"]
            password, hashed = mqtt.new_password()
            await found.groups.put(replace(PRESS, password=hashed), PRESS.group)
            await found.online(PRESS.group, PAINT.group)
            with node(found.port, PRESS.group, password) as press:
                assert press.answers == ["Success"]

    within(60, work())


def test_after_a_kill_of_the_bus_the_broker_is_back_at_its_port_with_its_groups(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path), PRESS) as found:
            before = found.port
            assert found.server.pid is not None
            os.kill(found.server.pid, signal.SIGKILL)
            await until(lambda: found.server.starts == 2)
            await until(lambda: found.hosting.hosts[PRESS.group].online is False)
            await found.online(PRESS.group)
            assert found.port == before
            with node(found.port, PRESS.group, PASSWORD) as press:
                press.say(edge_of(PRESS).nbirth())
                await until(lambda: found.store.values())

    within(60, work())


def test_with_a_certificate_the_broker_speaks_tls_alone(tmp_path: Path) -> None:
    certificate, key = certified(tmp_path)
    told = {"DEUNGDAE_MQTT_CERT_FILE": str(certificate), "DEUNGDAE_MQTT_KEY_FILE": str(key)}

    async def work() -> None:
        async with site(tmp_path, settings_in(tmp_path, **told), PRESS) as found:
            with node(found.port, PRESS.group, PASSWORD, trusted=certificate) as press:
                assert press.answers == ["Success"]
            with node(found.port, PRESS.group, PASSWORD) as plain:
                assert plain.answers == []

    within(60, work())


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own for localhost, and its key."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "plant.example")])
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2120))
        .add_extension(
            x509.SubjectAlternativeName(
                [
                    x509.DNSName("plant.example"),
                    x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
                ]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "broker.pem", folder / "broker-key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def test_with_a_broker_elsewhere_the_hosts_go_there(tmp_path: Path) -> None:
    async def work() -> None:
        with mosquitto(tmp_path) as port:
            told = {"DEUNGDAE_MQTT_URL": f"mqtt://127.0.0.1:{port}"}
            async with site(tmp_path, settings_in(tmp_path, **told), PRESS) as found:
                assert mqtt.listening(found.settings.bus.folder) is None
                with node(port, "", "") as press:
                    press.say(edge_of(PRESS).nbirth())
                    await until(lambda: found.store.values())

    within(60, work())


def test_what_lay_in_the_bus_before_it_took_mqtt_is_still_there(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings.bus) as (_, connection):
            await connection.publish("ingest.0.a", b"one", "batch 1")
        store = settings.bus.folder / "jetstream"
        (store / "deungdae").rename(store / "$G")
        async with running(settings.bus, settings.mqtt) as (_, connection):
            assert await connection.last(bus.INGEST) == 1
            assert not (store / "$G").exists()

    within(60, work())


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a/b", "+", "#", "*", ">", "a>", "\u3000", "STATE", "$JS", "a\n", "가" * 101],
)
def test_names_that_would_mean_something_else_are_no_groups(name: str) -> None:
    assert mqtt.group_problem(name) is not None
    group = SparkplugGroup("가온", name, "x", password=HASH)
    assert len(mqtt.account("secret", [group])["users"]) == 1


@pytest.mark.parametrize("name", ["공장", "Plant.1", "line-2_A", "가" * 100])
def test_other_names_are(name: str) -> None:
    assert mqtt.group_problem(name) is None


def test_passwords_never_travel_in_plain_words() -> None:
    for told in (
        {"DEUNGDAE_MQTT_BIND": "0.0.0.0:1883"},
        {"DEUNGDAE_MQTT_URL": "mqtt://broker.example", "DEUNGDAE_MQTT_SECRET_FILE": "s"},
    ):
        with pytest.raises(UnusableOption, match="in plain words"):
            Settings.from_environment(told)
