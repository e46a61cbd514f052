"""`nats-server` as a child process: on loopback, with its store below the home folder.

    HOME/bus/nats.json    its configuration (holds the password: for its owner's eyes only)
    HOME/bus/lock         locked as long as a server lives; the server itself holds the lock
    HOME/bus/jetstream    what it keeps
    HOME/bus/nats.log     its own words

With `MqttSettings` it is an MQTT broker as well (see `mqtt`).

`sync_interval: always` is what makes an acknowledgement a promise: by default the server flushes
every two minutes.
"""

import asyncio
import fcntl
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from deungdae.bus import mqtt
from deungdae.bus.address import USER, Embedded, Running, secret
from deungdae.bus.ending import end
from deungdae.bus.entries import SparkplugGroup
from deungdae.records.environment import BusSettings, MqttSettings
from deungdae.records.errors import RunFailed, UnusableOption

MAX_PAYLOAD = 8 << 20  #: bytes of one message, its headers included
ANY_PORT = -1
ACCOUNT = "deungdae"  #: of all that is ours; those who enter by MQTT are in another
MQTT_ACCOUNT = "mqtt"
START_SECONDS = 60.0  #: a large store takes a while to be read
STOP_SECONDS = 15.0
LOOK_SECONDS = 0.05
REST_SECONDS = 0.2  #: between the end of a server and the start of the next

LISTEN_SECONDS = 1.0
ROOM_BYTES = 16 << 20  #: on the disk, before a server that could not write is started again
_STUCK = b"critical write error"

_log = logging.getLogger(__name__)


def find_program() -> Path:
    """Return the `nats-server` beside this Python, or else the one on PATH.

    Raises UnusableOption when there is none.
    """
    beside = Path(sys.executable).with_name("nats-server")
    found = str(beside) if beside.is_file() else shutil.which("nats-server")
    if found is None:
        raise UnusableOption(
            "There is no program nats-server on this machine. Install it, or name a running one "
            "in {setting}.",
            setting="DEUNGDAE_BUS_URL",
        )
    return Path(found)


class Server:
    """Keeps one server alive: starts it, starts it again when it dies, and ends it in order.

    Several processes may each have a `Server` of one folder: the first runs it, the others wait
    until they are needed. A server whose starter was killed is ended and replaced.
    """

    def __init__(
        self,
        settings: BusSettings,
        program: Path | None = None,
        *,
        mqtt_settings: MqttSettings | None = None,
    ) -> None:
        self._folder = settings.folder.absolute()
        self._mqtt = mqtt_settings
        self._groups: tuple[SparkplugGroup, ...] = ()
        self._listening_at: mqtt.Listening | None = None
        self._store_bytes = settings.store_bytes
        self._program = program or find_program()
        self._address = Embedded(self._folder)
        self._task: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self.starts = 0  #: how often this process has started one

    @property
    def pid(self) -> int | None:
        """The process number of the server that runs now, whoever started it."""
        running = self._address.running()
        return running.pid if running is not None and _locked(self._folder) else None

    async def start(self) -> None:
        """Return as soon as a server answers; raises RunFailed when none can be started."""
        self._folder.mkdir(parents=True, exist_ok=True)
        secret(self._folder)
        self._task = asyncio.create_task(self._keep_alive(), name="bus server")
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait(
                {self._task, ready}, timeout=START_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not ready.done():
                task, self._task = self._task, None
                await end(task)
                await self._end()
                raise RunFailed(
                    "The bus could not be started. What it said is in {log}.",
                    log=str(self._folder / "nats.log"),
                )
        finally:
            ready.cancel()

    def admit(self, groups: Sequence[SparkplugGroup]) -> None:
        """Let these Sparkplug groups enter by MQTT, and nobody else; who may no more is put out."""
        self._groups = tuple(groups)
        file = self._folder / "nats.json"
        document = json.loads(file.read_text("utf-8"))
        if self._mqtt is None or "mqtt" not in document:
            return
        document["accounts"][MQTT_ACCOUNT] = mqtt.account(secret(self._folder), self._groups)
        self._write(document)
        pid = self.pid
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGHUP)  # it reads its configuration again

    async def stop(self) -> None:
        """End the server, if it is ours, after it has written everything down."""
        if self._task is not None:
            await end(self._task)
            self._task = None
        await self._end()

    async def _keep_alive(self) -> None:
        port = self._address.running()
        wanted = port.port if port is not None else ANY_PORT
        while True:
            lock = _lock(self._folder)
            if lock is None:
                self._look_after_another()
                await asyncio.sleep(REST_SECONDS)
                continue
            try:
                process = await self._spawn(wanted, lock)
            finally:
                os.close(lock)
            found = await self._listening(process)
            if found is None:
                _log.warning("the bus did not start at port %s", wanted)
                wanted = ANY_PORT  # somebody else may sit on our port by now
            else:
                wanted = found
                self._note(found, process.pid)
                self._ready.set()
                status = await self._watch(process)
                _log.warning("the bus ended with status %s and is started again", status)
            await asyncio.sleep(REST_SECONDS)

    async def _spawn(self, port: int, lock: int) -> asyncio.subprocess.Process:
        for left in self._folder.glob("*.ports"):
            left.unlink()
        # Before there were users of MQTT, all lay in the account that has no name.
        unnamed, ours = (self._folder / "jetstream" / name for name in ("$G", ACCOUNT))
        if unnamed.is_dir() and not ours.exists():
            unnamed.rename(ours)
        configuration = self._configure(port)
        with (self._folder / "nats.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                self._program,
                *("-c", configuration),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),  # so that the lock lives exactly as long as the server
                start_new_session=True,  # Ctrl-C reaches us alone, and we end it in order
            )
        self._process = process
        self.starts += 1
        return process

    async def _watch(self, process: asyncio.subprocess.Process) -> int:
        """Wait for the end of the server, and end it when only a new start can help.

        After a full disk a queue refuses everything until the server is started anew, although
        there is room again; it says so in its log.
        """
        log = self._folder / "nats.log"
        heard, sick = log.stat().st_size, False
        ending = asyncio.create_task(process.wait())
        try:
            while not ending.done():
                await asyncio.wait({ending}, timeout=LISTEN_SECONDS)
                said, heard = _said_since(log, heard)
                sick = sick or _STUCK in said
                if sick and shutil.disk_usage(self._folder).free >= ROOM_BYTES:
                    _log.warning("the bus could not write and is started again")
                    await self._end()
            return ending.result()
        finally:
            ending.cancel()

    def _configure(self, port: int) -> Path:
        document: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": port,
            "server_name": "deungdae",
            "max_payload": MAX_PAYLOAD,
            "ports_file_dir": str(self._folder),
            "log_file": str(self._folder / "nats.log"),
            "log_size_limit": 10 << 20,
            "log_max_num": 3,
            "accounts": {
                ACCOUNT: {
                    "jetstream": "enabled",
                    "users": [
                        {
                            "user": USER,
                            "password": secret(self._folder),
                            "allowed_connection_types": ["STANDARD"],  # not by MQTT
                        }
                    ],
                }
            },
            "jetstream": {
                "store_dir": str(self._folder),  # it adds the folder jetstream itself
                "sync_interval": "always",
                "max_memory_store": 64 << 20,
                # The streams are limited to store_bytes; indexes and buckets need a little more.
                "max_file_store": self._store_bytes + (1 << 30),
            },
        }
        if self._mqtt is not None:
            self._listening_at = mqtt.choose(self._folder, self._mqtt)
            document["mqtt"] = mqtt.listener(self._mqtt, self._listening_at)
            document["accounts"][MQTT_ACCOUNT] = mqtt.account(secret(self._folder), self._groups)
        return self._write(document)

    def _write(self, document: dict[str, Any]) -> Path:
        file, part = self._folder / "nats.json", self._folder / "nats.part"
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            json.dump(document, new, ensure_ascii=False, indent=1)
        return part.replace(file)

    async def _listening(self, process: asyncio.subprocess.Process) -> int | None:
        """Return the port as soon as the server accepts clients; None when it ended before."""
        file = self._folder / f"{self._program.name}_{process.pid}.ports"
        while process.returncode is None:
            with suppress(FileNotFoundError, ValueError, KeyError, IndexError):
                address: str = json.loads(file.read_text("utf-8"))["nats"][0]
                return int(address.rpartition(":")[2])
            await asyncio.sleep(LOOK_SECONDS)
        return None

    def _note(self, port: int, pid: int) -> None:
        me = psutil.Process()
        if self._listening_at is not None:
            mqtt.note(self._folder, self._listening_at)
        self._address.note(Running(port, pid, me.pid, me.create_time()))

    def _look_after_another(self) -> None:
        running = self._address.running()
        if running is None:
            return
        if running.owner_lives:
            self._ready.set()
        elif _locked(self._folder):
            _log.warning("the bus was left alone by its starter and is ended")
            with suppress(ProcessLookupError):
                os.kill(running.pid, signal.SIGTERM)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


def _said_since(log: Path, place: int) -> tuple[bytes, int]:
    """Return what a log says behind a place, and where it ends now."""
    if log.stat().st_size < place:
        place = 0  # a new file was begun
    with log.open("rb") as file:
        file.seek(place)
        said = file.read()
    return said, place + len(said)


def _lock(folder: Path) -> int | None:
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _locked(folder: Path) -> bool:
    if not (folder / "lock").exists():
        return False
    lock = _lock(folder)
    if lock is None:
        return True
    os.close(lock)
    return False
