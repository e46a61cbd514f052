"""`deungdae demo-plant`: a simulated plant on real sockets, for demonstrations."""

import argparse
import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deungdae.cli import options as shared
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableOption
from deungdae.reports.words import Words

OPCUA_PORT = 4840
MODBUS_PORT = 5020
GROUP = "demo-plant"  #: of the Sparkplug node
SEED = 7


def folder_of(settings: Settings) -> Path:
    """Return where the simulated plant of an installation keeps its files."""
    return (settings.home / "demo" / "plant").absolute()


def add(commands: Any) -> None:
    """Add the parser of the command."""
    parser = commands.add_parser(
        "demo-plant", help="be a simulated plant that speaks OPC UA, Modbus TCP and Sparkplug B"
    )
    parser.add_argument("--folder", metavar="DIR", type=Path, help="for the inspector's files")
    parser.add_argument("--opcua-port", metavar="N", type=shared.port, default=OPCUA_PORT)
    parser.add_argument("--modbus-port", metavar="N", type=shared.port, default=MODBUS_PORT)
    parser.add_argument("--group", metavar="NAME", default=GROUP, help="Sparkplug group of line 3")
    parser.add_argument("--password-file", metavar="FILE", type=Path, help="of that group")
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=SEED)


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Be a plant until stopped."""
    try:
        from deungdae.demo_plant import plant
    except ImportError as error:
        raise UnusableOption(
            "The simulated plant needs the extra {extra}; install it.", extra="demo-plant"
        ) from error
    folder = options.folder or folder_of(settings)
    offer = plant.Offer(
        folder,
        options.opcua_port,
        options.modbus_port,
        _broker(options, settings, folder),
        options.seed,
    )

    async def work() -> None:
        stop = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        await plant.run(offer, stop, _now_s, lambda: _announce(offer, words))

    try:
        asyncio.run(work())
    except OSError as error:
        raise UnusableOption(
            "The simulated plant cannot listen: {reason}. Choose other ports.",
            reason=error.strerror or str(error),
        ) from error
    return DONE


def _announce(offer: Any, words: Words) -> None:
    print(
        words.say(
            "The simulated plant runs: OPC UA at opc.tcp://127.0.0.1:{opcua}, Modbus TCP at "
            "127.0.0.1:{modbus}, files in {folder}. All its values are made up.",
            opcua=str(offer.opcua_port),
            modbus=str(offer.modbus_port),
            folder=str(offer.folder),
        ),
        flush=True,
    )


def _broker(options: argparse.Namespace, settings: Settings, folder: Path) -> Callable[[], Any]:
    from deungdae.bus import mqtt
    from deungdae.demo_plant.sparkplug import Entrance

    file = options.password_file or folder / "mqtt-password"

    def now() -> Entrance | None:
        where = mqtt.shown(settings.mqtt, settings.bus.folder)
        try:
            password = file.read_text("utf-8").strip()
        except OSError:
            password = None
        if where is None or (password is None and settings.mqtt.embedded):
            return None
        host, port, tls = where
        if tls:
            return None  # for demonstrations on one machine, which need none
        user = None if password is None else options.group
        return Entrance(host, port, options.group, user, password)

    return now


def _now_s() -> float:
    return time.time_ns() / 1e9
