"""How an agent starts with its computer: a unit of systemd, or a task of Windows, as a file.

The file lies in the agent's folder; a person makes it known with one command. Nothing is written
elsewhere, and nothing runs with more rights than its owner has.
"""

import os
import sys
from pathlib import Path
from typing import NamedTuple

_UNIT = """\
# Made by `deungdae edge service`.
[Unit]
Description=Deungdae edge agent {edge}
{after}
[Service]
ExecStart={program} edge run {folder}
Restart=always
RestartSec=5
TimeoutStopSec=30
UMask=0077
NoNewPrivileges=yes
{more}
[Install]
WantedBy={target}
"""

_TASK = """\
# Made by `deungdae edge service`. Run it in PowerShell as the person whose agent it is.
$action = New-ScheduledTaskAction -Execute {program} -Argument {words}
$trigger = New-ScheduledTaskTrigger -AtStartup
$who = New-ScheduledTaskPrincipal -UserId "$env:USERDOMAIN\\$env:USERNAME" -LogonType S4U
$how = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
    -ExecutionTimeLimit 0 -MultipleInstances IgnoreNew -StartWhenAvailable `
    -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName {name} -Action $action -Trigger $trigger -Principal $who `
    -Settings $how -Force
Start-ScheduledTask -TaskName {name}
"""


class Service(NamedTuple):
    """A file, and the commands that make it known."""

    file: Path
    commands: tuple[str, ...]


def write(edge: str, folder: Path, *, system: bool) -> Service:
    """Write the file for this computer into the agent's folder. Raises `OSError`."""
    folder = folder.resolve()
    name = f"deungdae-edge-{edge}"
    if os.name == "nt":
        file = folder / f"{name}.ps1"
        file.write_text(task(edge, folder, program()), "utf-8-sig")
        return Service(file, (f'powershell -ExecutionPolicy Bypass -File "{file}"',))
    file = folder / f"{name}.service"
    user = file.parent.owner() if system else None
    file.write_text(unit(edge, folder, program(), user=user), "utf-8")
    if system:
        return Service(file, (f"sudo systemctl enable --now {_shell(file)}",))
    return Service(
        file, (f"systemctl --user enable --now {_shell(file)}", "sudo loginctl enable-linger $USER")
    )


def unit(edge: str, folder: Path, program: Path, *, user: str | None) -> str:
    """Return a unit for the manager of one person, or of the system where `user` is named."""
    system = user is not None
    return _UNIT.format(
        edge=edge,
        program=_word(str(program)),
        folder=_word(str(folder)),
        after="After=network-online.target\nWants=network-online.target\n" if system else "",
        more=f"User={user}\nProtectSystem=full\nPrivateTmp=yes\n" if system else "",
        target="multi-user.target" if system else "default.target",
    )


def task(edge: str, folder: Path, program: Path) -> str:
    """Return a script that registers a task which starts with Windows."""
    return _TASK.format(
        program=_quoted(str(program)),
        words=_quoted(f'edge run "{folder}"'),
        name=_quoted(f"deungdae-edge-{edge}"),
    )


def program() -> Path:
    """Return where the command `deungdae` of this installation lies."""
    return Path(sys.executable).with_name("deungdae.exe" if os.name == "nt" else "deungdae")


def _word(text: str) -> str:
    """Return a text as one word for systemd."""
    for sign, escaped in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        text = text.replace(sign, escaped)
    return f'"{text}"'


def _quoted(text: str) -> str:
    """Return a text as PowerShell takes it literally."""
    return "'" + text.replace("'", "''") + "'"


def _shell(file: Path) -> str:
    text = str(file)
    plain = all(sign.isalnum() or sign in "/._-" for sign in text)
    return text if plain else "'" + text.replace("'", "'\\''") + "'"
