"""The machine: room on the disk, programs, who can read the secrets, the clock, copies."""

import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from deungdae.cli.doctor.finding import Finding, bad, good, warning
from deungdae.records.environment import HOME, Settings
from deungdae.records.errors import PublicError
from deungdae.records.messages import message
from deungdae.runs.clock import now as clock_now

LITTLE_ROOM, NO_ROOM = 5 << 30, 500 << 20  #: bytes
OLDEST_COPY_DAYS = 7
OLDEST_NATS = (2, 10)  #: before that, names of Sparkplug topics do not get through


def disk(settings: Settings) -> Iterator[Finding]:
    """Look at the home folder and the room for it."""
    home = settings.home.absolute()
    if not home.is_dir():
        yield bad(
            "disk",
            message("There is no folder {home} yet.", home=str(home)),
            message("Start with: {command}", command="deungdae up"),
        )
        return
    if not os.access(home, os.W_OK | os.X_OK):
        yield bad(
            "disk",
            message("The folder {home} cannot be written to.", home=str(home)),
            message(
                "Run this as the user of the service, or choose another folder with {setting}.",
                setting=HOME.name,
            ),
        )
        return
    usage = shutil.disk_usage(home)
    gigabytes = round(usage.free / 1e9, 1)
    if usage.free < NO_ROOM:
        yield bad(
            "disk",
            message("Only {free} GB are free at {home}.", free=gigabytes, home=str(home)),
            message("Make room now: what comes in is refused when the disk is full."),
        )
    elif usage.free < LITTLE_ROOM:
        yield warning(
            "disk",
            message("Only {free} GB are free at {home}.", free=gigabytes, home=str(home)),
            message("Make room, remove old files, or move the folder to a larger disk."),
        )
    else:
        yield good("disk", message("{free} GB are free at {home}.", free=gigabytes, home=str(home)))


def programs(settings: Settings) -> Iterator[Finding]:
    """Look at the programs of others that are called."""
    if settings.bus.url is not None:
        return
    from deungdae.bus.server import find_program

    try:
        program = find_program()
    except PublicError as error:
        yield bad("programs", error.message, message("Run {command} again.", command="make up"))
        return
    told = subprocess.run(  # noqa: S603 - its own version
        [program, "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"v(\d+)\.(\d+)\.(\d+)", told)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_NATS:
        yield bad(
            "programs",
            message("{program} is too old: {version}.", program=str(program), version=told.strip()),
            message("Install NATS 2.10 or newer."),
        )
    else:
        yield good("programs", message("nats-server {version} is here.", version=found[0]))


def secrets(settings: Settings) -> Iterator[Finding]:
    """Look who can read the keys."""
    files = [
        settings.web.secret_key_file,
        settings.bus.secret_file,
        settings.bus.folder / "secret",
        settings.home / "web" / "deungdae.sqlite3",
    ]
    open_to_others = sorted({str(file) for file in files if _open(file)})
    if open_to_others:
        yield bad(
            "secrets",
            message("Others on this machine can read: {files}", files=", ".join(open_to_others)),
            message("Take that right away: {command}", command=f"chmod go= {open_to_others[0]}"),
        )
    else:
        yield good("secrets", message("Nobody else on this machine can read keys or the database."))


def _open(file: Path) -> bool:
    try:
        # A folder that others cannot enter keeps what is in it.
        return bool(
            stat.S_IMODE(file.stat().st_mode) & 0o044
            and all(stat.S_IMODE(up.stat().st_mode) & 0o011 for up in file.absolute().parents[:2])
        )
    except FileNotFoundError:
        return False


def clock(settings: Settings) -> Iterator[Finding]:
    """Look whether somebody keeps this machine's clock right."""
    program = shutil.which("timedatectl")
    if program is None:
        return  # a container: its host keeps the clock
    told = subprocess.run(  # noqa: S603 - a program of the system
        [program, "show", "--property=NTPSynchronized", "--value"],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode == 0 and told.stdout.strip() == "no":
        yield warning(
            "clock",
            message("This machine's clock is not kept right by a time server."),
            message("Turn that on: {command}", command="timedatectl set-ntp true"),
        )
    elif told.returncode == 0:
        yield good("clock", message("A time server keeps this machine's clock right."))


def copies(settings: Settings) -> Iterator[Finding]:
    """Look when the last copy of the installation was made."""
    from deungdae.backup.taking import LAST_COPY

    try:
        told = json.loads((settings.home / LAST_COPY).read_text("utf-8"))
        made = datetime.fromisoformat(told["made"])
    except (OSError, ValueError, KeyError, TypeError):
        yield warning(
            "copies",
            message("No copy of this installation has been made yet."),
            message("Make one every night: {command}", command="deungdae backup FOLDER --keep 14"),
        )
        return
    days = (clock_now() - made).total_seconds() / 86400
    day = made.astimezone(UTC).strftime("%Y-%m-%d")
    if days > OLDEST_COPY_DAYS:
        yield warning(
            "copies",
            message("The last copy of this installation is of {day}.", day=day),
            message("Make one every night: {command}", command="deungdae backup FOLDER --keep 14"),
        )
    else:
        yield good("copies", message("The last copy of this installation is of {day}.", day=day))


LOOKS = (disk, programs, secrets, clock, copies)
