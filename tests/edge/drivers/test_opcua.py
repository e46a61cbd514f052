"""OPC UA against a real server in a process of its own."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from foreign_packages import from_npm

from deungdae.edge.clock import now_us
from deungdae.edge.drivers import DriverFailed, read
from deungdae.edge.drivers.opcua import certificates
from deungdae.edge.drivers.opcua.driver import Server
from deungdae.edge.drivers.opcua.nodes import NodeName, NoScalar, moment_us, node_name, plain
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss
from deungdae.records.readings import Quality, tag_path

SERVER = Path(__file__).with_name("opcua_server.py")
URI = "urn:example:press"
NINE = 1_764_028_800_000_000  # 2025-11-25 00:00 UTC


def test_nodes_are_named_by_the_uri_of_their_namespace() -> None:
    assert node_name(f"nsu={URI};s=Melt;1") == NodeName(URI, "s=Melt;1")
    assert str(NodeName(URI, "s=Melt")) == f"nsu={URI};s=Melt"
    assert node_name("i=2258") == NodeName("http://opcfoundation.org/UA/", "i=2258")
    assert node_name("ns=2;s=Melt") is None
    assert node_name("Melt") is None


def test_the_first_time_that_is_one_is_taken() -> None:
    none, known = datetime(1601, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1)  # noqa: DTZ001
    assert moment_us(none, None, known) == 1_000_000
    assert moment_us(None, none) is None


def test_values_are_made_plain() -> None:
    assert plain(b"\x01\xff") == "01ff"
    assert plain(datetime(2025, 11, 25)) == "2025-11-25T00:00:00+00:00"  # noqa: DTZ001
    assert plain(None) is None
    with pytest.raises(NoScalar):
        plain([1, 2])


@pytest.mark.parametrize(
    ("publishing", "sampling", "queue"), [(500, 100, 10), (100, 500, 2), (1000, 300, 8)]
)
def test_the_queue_holds_what_is_sampled_between_two_messages(
    publishing: int, sampling: int, queue: int
) -> None:
    assert Server("", None, None, None, publishing, sampling, 1).queue == queue


@pytest.fixture(scope="module")
def forge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where to ask for a server."""
    path = tmp_path_factory.mktemp("opcua") / "socket"
    process = subprocess.Popen(
        [sys.executable, SERVER, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield path
    process.kill()
    process.communicate()


class Machine:
    """A server's process; it keeps its port over restarts."""

    def __init__(self, forge: Path, folder: str = "") -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self._forge = forge
        self._line: socket.socket | None = None
        self._process = 0

    def start(self, before: str = "") -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._line.connect(str(self._forge))
        self.say(json.dumps({"port": self.port, "folder": self.folder, "before": before}))
        with self._line.makefile() as heard:
            word, number = heard.readline().split()
        assert word == "ready"
        self._process = int(number)

    def say(self, line: str) -> None:
        assert self._line is not None
        self._line.sendall(f"{line}\n".encode())

    def kill(self) -> None:
        if self._line is not None:
            os.kill(self._process, signal.SIGKILL)
            assert self._line.recv(1) == b"", "its end of the line closes when it is gone"
            self._line.close()
            self._line = None


@pytest.fixture
def machine(forge: Path) -> Iterator[Machine]:
    made = Machine(forge)
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def lasting(forge: Path) -> Iterator[Machine]:
    """One server for the tests that leave it running; each writes to variables of its own."""
    made = Machine(forge)
    made.start()
    yield made
    made.kill()


def table(port: int, *names: str, **options: object) -> dict[str, Any]:
    return {
        "url": f"opc.tcp://127.0.0.1:{port}",
        "security": "none",
        "publishing_ms": 50,
        "sampling_ms": 10,
        "timeout_seconds": 5,
        "node": [{"tag": f"t/{name}", "id": f"nsu={URI};s={name}"} for name in names],
        **options,
    }


def made(told: dict[str, Any], base: Path = Path()) -> Any:
    problems: list[Problem] = []
    fields = Fields(told, "o", problems)
    fields.base = base
    recipe = read("opcua", fields)
    assert problems == []
    return recipe.make()


class Running:
    """A driver in its thread."""

    def __init__(self, driver: Any, memory: Any) -> None:
        self.stop = Event()
        self.failed: DriverFailed | None = None
        self._driver, self._memory = driver, memory
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._driver.run(self._memory, self.stop)
        except DriverFailed as error:
            self.failed = error

    def __enter__(self) -> "Running":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_every_change_arrives_with_its_time_and_status(lasting: Machine, memory: Any) -> None:
    with Running(made(table(lasting.port, "Speed", "Count", "Door", "State", "Nan")), memory):
        memory.wait_until(lambda: len(memory.readings) >= 5)
        lasting.say("Speed 59")
        memory.wait_until(lambda: memory.values("t/Speed") == [58.0, 59.0])
    assert memory.values("t/Door") == [True]
    assert memory.values("t/State") == ["가동"]
    (nan,) = [r for r in memory.readings if r.tag == "t/Nan"]
    assert (nan.value, nan.quality) == (None, Quality.BAD)
    speed = [r for r in memory.readings if r.tag == "t/Speed"]
    assert all(r.quality is Quality.GOOD and r.time_us <= (r.received_us or 0) for r in speed)
    assert memory.problem is None
    assert memory.losses == []


def test_a_burst_between_two_messages_arrives_whole(lasting: Machine, memory: Any) -> None:
    told = table(lasting.port, "Count", publishing_ms=1000)
    with Running(made(told), memory):
        memory.wait_until(lambda: memory.values("t/Count") == [0])
        lasting.say("burst 100")
        memory.wait_until(lambda: memory.values("t/Count") == list(range(101)))
    assert memory.losses == []


def test_a_queue_that_overflowed_is_counted(lasting: Machine, memory: Any) -> None:
    with Running(made(table(lasting.port, "Late")), memory):
        memory.wait_until(lambda: bool(memory.readings))
        lasting.say("overflow")
        memory.wait_until(lambda: (Loss.QUEUE, 1) in memory.losses)
    ahead = memory.readings[-1]
    assert ahead.value == 99.0
    assert ahead.time_us - (ahead.received_us or 0) > 8 * 3600 * 1_000_000, "the time is left alone"


def test_a_node_that_is_not_there_is_named_and_the_others_go_on(
    lasting: Machine, memory: Any
) -> None:
    told = table(lasting.port, "Melt", "Absent", "List")
    told["node"].append({"tag": "t/else", "id": "nsu=urn:nowhere;s=Melt"})
    with Running(made(told), memory):
        memory.wait_until(
            lambda: len(memory.readings) >= 3 and (Loss.UNREADABLE, 1) in memory.losses
        )
    assert memory.values("t/Melt") == [231.5]
    bad = {r.tag for r in memory.readings if r.quality is Quality.BAD and r.value is None}
    assert bad == {"t/Absent", "t/else"}
    assert "2 of 4" in str(memory.problem)


def test_a_restarted_server_is_a_gap_and_nothing_comes_twice(machine: Machine, memory: Any) -> None:
    with Running(made(table(machine.port, "Melt", "Count")), memory) as running:
        memory.wait_until(lambda: len(memory.readings) >= 2)
        machine.kill()
        memory.wait_until(lambda: memory.values("t/Melt")[-1] is None)
        assert "broke off" in str(memory.problem)
        machine.start()
        memory.wait_until(lambda: memory.values("t/Melt")[-1] == 231.5 or bool(running.failed))
        assert running.failed is None
        machine.say("Melt 1.5")
        memory.wait_until(lambda: memory.values("t/Melt")[-1] == 1.5)
    assert memory.values("t/Melt") == [231.5, None, 231.5, 1.5]
    assert [reason for reason, _ in memory.losses] == [Loss.GAP]
    assert memory.problem is None


def test_moved_namespaces_are_looked_up_anew(machine: Machine, memory: Any) -> None:
    with Running(made(table(machine.port, "Melt")), memory) as running:
        memory.wait_until(lambda: bool(memory.readings))
        machine.kill()
        machine.start(before="another")
        memory.wait_until(lambda: memory.values("t/Melt") == [231.5, None, 231.5])
    assert running.failed is None


def test_a_value_that_is_repeated_is_taken_once_and_again_only_after_a_gap() -> None:
    from types import SimpleNamespace

    from deungdae.edge.drivers.opcua.driver import Keeper

    keeper = Keeper(SimpleNamespace(note=lambda _: None, take=lambda _: 0), [])
    keeper.tags["node"] = tag_path("t/Melt")
    at = datetime(2025, 11, 25, tzinfo=UTC)
    told = SimpleNamespace(
        StatusCode=None,
        SourceTimestamp=at,
        ServerTimestamp=None,
        Value=SimpleNamespace(Value=231.5),
    )
    keeper._take("node", told)
    keeper._take("node", told)
    assert [r.time_us for r in keeper.waiting] == [NINE]
    keeper._stale = {tag_path("t/Melt")}
    keeper._take("node", told)
    keeper._take("node", told)
    assert [r.value for r in keeper.waiting] == [231.5, 231.5]
    assert keeper.waiting[1].time_us > NINE, "it holds from now on"


def test_browse_prints_ids_that_a_configuration_takes(lasting: Machine) -> None:
    found = {f.name: f for f in made(table(lasting.port, "Melt")).browse(50)}
    assert found["Melt"].address == f"nsu={URI};s=Melt"
    assert (found["Melt"].value, found["Melt"].kind) == (231.5, "Double")
    assert (found["Melt"].path, found["Melt"].unit) == ("Press/Melt", "°C")
    assert "EngineeringUnits" not in found, "what describes a variable is told with it"
    assert found["List"].value is None


def test_nobody_there_is_a_sentence(tmp_path: Path, memory: Any) -> None:
    with pytest.raises(DriverFailed, match="cannot be reached"):
        made(table(Machine(tmp_path).port, "Melt")).run(memory, Event())


def test_messages_are_signed_and_encrypted_when_asked(
    forge: Path, tmp_path: Path, memory: Any
) -> None:
    for name in ("server", "client"):
        certificate(tmp_path, name)
    machine = Machine(forge, str(tmp_path))
    machine.start()
    told = table(
        machine.port,
        "Melt",
        security="Basic256Sha256",
        application_uri="urn:test:client",
        certificate_file="client.der",
        key_file="client.pem",
        server_certificate_file="server.der",
    )
    try:
        with Running(made(told, tmp_path), memory):
            memory.wait_until(lambda: memory.values("t/Melt") == [231.5])
        with pytest.raises(DriverFailed):
            made(table(machine.port, "Melt")).run(memory, Event())
    finally:
        machine.kill()


@pytest.fixture(scope="module")
def foreign(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["subprocess.Popen[str]"]:
    """A server that others wrote; the fourth of its words is its port."""
    node, folder = from_npm(pytestconfig, "node-opcua", "2.186.4")
    own = tmp_path_factory.mktemp("node-opcua")
    port = Machine(own).port
    process = subprocess.Popen(
        [node, SERVER.with_suffix(".js"), folder, str(port), own],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert "ready\n" in process.stdout, "it says much else before"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("security", ["none", "Basic256Sha256"])
def test_node_opcua_of_npm_is_browsed_and_read(
    foreign: "subprocess.Popen[str]", security: str, tmp_path: Path, memory: Any
) -> None:
    options: dict[str, object] = {"security": security}
    if security != "none":
        ours = certificates.make("press-shop", tmp_path, now_us())
        assert stat.S_IMODE(ours.key.stat().st_mode) == 0o600
        options |= {
            "application_uri": ours.application_uri,
            "certificate_file": ours.certificate.name,
            "key_file": ours.key.name,
        }
    assert isinstance(foreign.args, list)
    told = table(int(foreign.args[3]), "Melt", "Count", **options)
    found = {f.path: f for f in made(told, tmp_path).browse(500)}
    assert found["사출기/Melt"].address == f"nsu={URI};s=Melt"
    assert (found["사출기/Melt"].value, found["사출기/Melt"].unit) == (231.5, "°C")
    with Running(made(told, tmp_path), memory):
        memory.wait_until(lambda: len(memory.readings) == 2)
        assert foreign.stdin is not None
        for melt, number in ((232.5, 7), (231.5, 0)):
            before = len(memory.readings)
            foreign.stdin.write(f"Melt {melt}\nCount {number}\n")
            foreign.stdin.flush()
            memory.wait_until(lambda before=before: len(memory.readings) == before + 2)
    assert memory.values("t/Melt") == [231.5, 232.5, 231.5]
    assert memory.values("t/Count") == [0, 7, 0]
    assert memory.problem is None
    assert {r.quality for r in memory.readings} == {Quality.GOOD}
    assert memory.losses == []


def test_a_certificate_that_a_server_refuses_is_a_sentence(
    foreign: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    certificate(tmp_path, "client")  # it does not say what it is for
    assert isinstance(foreign.args, list)
    told = table(
        int(foreign.args[3]),
        "Melt",
        security="Basic256Sha256",
        application_uri="urn:test:client",
        certificate_file="client.der",
        key_file="client.pem",
    )
    with pytest.raises(DriverFailed, match="does not accept this agent's certificate"):
        list(made(told, tmp_path).browse(1))


def certificate(folder: Path, name: str) -> None:
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251
    names = x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(f"urn:test:{name}"), x509.DNSName(socket.gethostname())]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    plainly = serialization.NoEncryption()
    pem = key.private_bytes(form, serialization.PrivateFormat.PKCS8, plainly)
    (folder / f"{name}.pem").write_bytes(pem)
    (folder / f"{name}.der").write_bytes(made.public_bytes(serialization.Encoding.DER))


def test_problems_are_named_before_anything_connects(tmp_path: Path) -> None:
    problems: list[Problem] = []
    told = {
        "url": "http://192.168.0.20",
        "security": "Basic256Sha256",
        "certificate_file": "absent.der",
        "publishing_ms": 0,
        "node": [{"tag": "t/a", "id": "ns=2;s=Melt"}, {"tag": "t/a", "id": "i=2258", "queue": 1}],
    }
    fields = Fields(told, "o", problems)
    fields.base = tmp_path
    read("opcua", fields)
    said = " ".join(f"{p.where} {p.what}" for p in problems)
    expected = ["opc.tcp://", "absent.der", "key_file is missing", "publishing_ms is 0"]
    expected += ["nsu=", "named twice", "queue is not known", "application_uri is missing"]
    for words in expected:
        assert words in said, words
