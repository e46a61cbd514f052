#!/usr/bin/env python3
"""Install the agent alone on a computer near the machines: nothing of the server comes with it.

    python tools/edge.py                 the agent with the drivers of all machines
    python tools/edge.py opcua modbus    with these alone (opcua, modbus, mqtt, sql)

Makes `.venv` in this folder and installs into it what pyproject.toml names for the edge, in the
versions of constraints.txt. Needs Python 3.11 or newer and nothing else, on Linux and on Windows.
`--list` prints what would be installed and installs nothing.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - nothing has been installed that would have looked
    sys.exit("The agent needs Python 3.11 or newer; this one is " + sys.version.split()[0] + ".")

import tomllib

ROOT = Path(__file__).resolve().parents[1]
EXTRA = "edge-"


def needed(drivers: list[str]) -> list[str]:
    """Return what the agent needs with these drivers, as pyproject.toml names it."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = told["project"]["optional-dependencies"]
    chosen = [one for name in drivers for one in extras[EXTRA + name]]
    return [*told["dependency-groups"]["edge"], *chosen]


def known_drivers() -> list[str]:
    """Return the drivers that bring libraries of their own."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = told["project"]["optional-dependencies"]
    return sorted(name.removeprefix(EXTRA) for name in extras if name.startswith(EXTRA))


def install(what: list[str]) -> Path:
    """Install into .venv of this folder; return the command that it then has."""
    programs = ROOT / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    ending = ".exe" if sys.platform == "win32" else ""
    python = programs / f"python{ending}"
    if not python.exists():
        print("Making the environment in .venv ...", flush=True)
        venv.create(ROOT / ".venv", with_pip=True)
    print("Installing the agent (this takes a minute) ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    for words in (["-c", "constraints.txt", *what], ["--no-deps", "-e", "."]):
        subprocess.run([*pip, *words], cwd=ROOT, check=True)  # noqa: S603 - words of ours
    return programs / f"deungdae{ending}"


def main() -> int:
    """Do as the command line says."""
    parser = argparse.ArgumentParser(description="Install the agent alone, without the server.")
    known = known_drivers()
    parser.add_argument("drivers", nargs="*", metavar="driver", help=" ".join(known))
    parser.add_argument("--list", action="store_true", help="print what would be installed")
    options = parser.parse_args()
    if unknown := set(options.drivers) - set(known):
        parser.error(f"no such driver: {' '.join(sorted(unknown))}; there are {' '.join(known)}")
    what = needed(options.drivers or known)
    if options.list:
        print("\n".join(what))
        return 0
    try:
        command = install(what)
    except subprocess.CalledProcessError:
        print("The installation failed, see above. Run it again to go on.", file=sys.stderr)
        return 1
    print(f"The agent is installed. Its command is {command}")
    print(f"Begin with the line of the page, such as\n  {command} edge join https://… CODE")
    return 0


if __name__ == "__main__":
    sys.exit(main())
