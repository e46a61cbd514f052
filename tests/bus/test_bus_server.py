"""The embedded bus: found, started, entered with its secret only, and back after a kill."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from bus_for_tests import running, settings_in, within

from deungdae.bus import Connection, Elsewhere, Embedded, Server, Unavailable, address
from deungdae.bus.server import find_program
from deungdae.records.errors import RunFailed, UnusableOption

OWNER = """
import asyncio, sys
from pathlib import Path
from deungdae.bus import Server
from deungdae.records.environment import Settings
async def main():
    server = Server(Settings.from_environment({"DEUNGDAE_HOME": sys.argv[1]}).bus)
    await server.start()
    print(server.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""


def test_only_who_knows_the_secret_may_enter(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings):
            url = Embedded(settings.folder).entrance().url
            guess = tmp_path / "guess"
            guess.write_text("deungdae:a guess")
            with pytest.raises(Unavailable, match="Authorization"):
                await Connection.open(Elsewhere(url, guess), "stranger", within=0.5)

    within(30, work())


def test_the_secret_is_in_no_log_and_in_files_of_its_owner_alone(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings) as (server, _):
            assert server.pid is not None
            secret = (settings.folder / "secret").read_text()
            assert len(secret) >= 43  # 256 bits
            assert secret not in repr(Embedded(settings.folder).entrance())
            command = await asyncio.to_thread(Path(f"/proc/{server.pid}/cmdline").read_text)
            assert secret not in command
        for file in settings.folder.iterdir():
            if file.is_file() and secret in file.read_text():
                assert file.name in {"secret", "nats.json"}
                assert stat.S_IMODE(file.stat().st_mode) == 0o600

    within(30, work())


def test_a_killed_bus_comes_back_with_all_that_it_acknowledged(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings) as (server, connection):
            before = await connection.publish("ingest.0.a", b"one", "batch 1")
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            after = await connection.publish("ingest.0.a", b"two", "batch 2")
            again = await connection.publish("ingest.0.a", b"one", "batch 1")
            assert (before, after, again) == (1, 2, 1)
            assert server.starts == 2

    within(60, work())


def test_a_stopped_bus_leaves_no_process_behind(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings) as (server, _):
            pid = server.pid
        assert server.pid is None
        assert pid is not None
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)

    within(30, work())


def test_a_bus_whose_owner_was_killed_is_ended_and_replaced(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(settings.folder.parent)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    left = int(owner.stdout.readline())
    owner.kill()
    owner.communicate()

    async def work() -> None:
        async with running(settings) as (server, _):
            assert server.pid != left
            assert server.starts == 1

    within(60, work())


def test_who_is_impatient_does_not_wait_for_a_bus_that_nobody_keeps(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    bus_here = Embedded(settings.folder)

    async def enter() -> None:
        async with await Connection.open(bus_here, "somebody", within=30, patient=False):
            pass

    async def work() -> None:
        with pytest.raises(Unavailable, match="not running"):
            await enter()  # before the first start
        async with running(settings):
            await enter()
            here = bus_here.running()
            assert here is not None
            # As in another container: whoever started it is not seen from here, but it answers.
            bus_here.note(replace(here, owner_started=0.0))
            await enter()
        bus_here.note(replace(here, owner_started=0.0))
        with pytest.raises(Unavailable, match="not running"):
            await enter()  # after its end

    within(10, work())


def test_a_second_server_of_one_folder_uses_the_first(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    async def work() -> None:
        async with running(settings) as (first, _):
            second = Server(settings)
            await second.start()
            assert second.starts == 0
            assert second.pid == first.pid
            await second.stop()
            assert second.pid == first.pid  # not its own: left alone

    within(30, work())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MiB in memory; skips by name where none may be mounted."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(tmp_path)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no disk in memory can be mounted here: it needs the right to mount")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_full_disk_costs_nothing_and_the_bus_goes_on_when_there_is_room(
    small_disk: Path,
) -> None:
    async def work() -> None:
        settings = settings_in(small_disk, DEUNGDAE_BUS_STORE="512MiB")
        async with running(settings) as (server, connection):
            await connection.publish("ingest.0.a", os.urandom(100_000), "before")
            ballast = small_disk / "ballast"
            with ballast.open("wb") as file, suppress(OSError):
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            with pytest.raises(Unavailable):
                await connection.publish("ingest.0.a", os.urandom(100_000), "full", within=2)
            ballast.unlink()
            assert await connection.publish("ingest.0.a", b"room", "after", within=30) == 2
            assert server.starts == 2

    within(90, work())


def test_a_program_that_is_no_bus_is_said_to_be_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deungdae.bus.server.START_SECONDS", 0.5)
    server = Server(settings_in(tmp_path), program=Path("/bin/false"))

    async def work() -> None:
        with pytest.raises(RunFailed, match=r"nats\.log"):
            await server.start()

    within(30, work())


def test_the_program_is_found_beside_python_or_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnusableOption, match="nats-server"):
        find_program()
    on_path = tmp_path / "nats-server"
    on_path.write_text("#!/bin/sh\n")
    on_path.chmod(0o755)
    assert find_program() == on_path


def test_a_bus_elsewhere_is_entered_by_its_url_and_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("plant:pass:word\n")
    settings = settings_in(
        tmp_path,
        DEUNGDAE_BUS_URL="nats://bus.example:4222",
        DEUNGDAE_BUS_SECRET_FILE=str(file),
    )
    entrance = address(settings).entrance()
    assert (entrance.url, entrance.password) == ("nats://bus.example:4222", "word")
    assert entrance.user == "plant:pass"
