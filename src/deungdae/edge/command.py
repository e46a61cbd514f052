"""`deungdae edge …`: run an agent, check its configuration, look at what its machines offer."""

import argparse
import logging
import signal
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from deungdae.edge import config
from deungdae.edge.agent import Agent
from deungdae.edge.drivers import DriverFailed, DriverMissing
from deungdae.records.errors import UnusableOption
from deungdae.records.messages import Message, message
from deungdae.records.readings import Quality, shown

Say = Callable[[Message], str]


def add(commands: Any) -> None:
    """Add the commands to the parser of `deungdae`."""
    edge = commands.add_parser("edge", help="collect from machines and send to a server")
    parts = edge.add_subparsers(dest="edge", required=True, metavar="COMMAND")
    for name, what in (
        ("run", "run an agent until it is stopped"),
        ("check", "check a configuration without connecting to anything"),
        ("browse", "connect to the machines and list what they offer, with present values"),
    ):
        parser = parts.add_parser(name, help=what)
        parser.add_argument("config", metavar="CONFIG", type=Path, help="configuration (TOML)")
        if name == "browse":
            parser.add_argument("--driver", metavar="NAME", help="only the driver of this name")
            parser.add_argument("--most", metavar="N", type=int, default=200, help="lines a driver")


def run(options: argparse.Namespace, say: Say) -> int:
    """Carry out one of the commands; 0 done, 1 a machine failed, 2 unusable configuration."""
    try:
        told = config.load(options.config)
    except config.BadConfig as error:
        print(say(error.message))
        for problem in error.problems:
            print(f"  - {problem.where}: {say(problem.what)}")
        return 2
    if options.edge == "check":
        print(
            say(
                message(
                    "The configuration of {edge} is in order: {count} drivers.",
                    edge=told.edge,
                    count=len(told.drivers),
                )
            )
        )
        return 0
    if options.edge == "browse":
        return _browse(told, options.driver, options.most, say)
    return _run(told, say)


def _run(told: config.Config, say: Say) -> int:
    agent = Agent(told, say)
    for library in ("asyncua", "pymodbus"):
        # What they complain of stands in the status, as a sentence and as a count.
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: agent.stop())
    print(
        say(
            message(
                "The agent {edge} is running; how it is stands in {file}.",
                edge=told.edge,
                file=str(told.folder / "status.json"),
            )
        ),
        flush=True,
    )
    agent.run()
    return 0


def _browse(told: config.Config, only: str | None, most: int, say: Say) -> int:
    chosen = [driver for driver in told.drivers if only in (None, driver.name)]
    if not chosen:
        raise UnusableOption(
            "There is no driver {name}; there are: {names}.",
            name=shown(str(only)),
            names=", ".join(driver.name for driver in told.drivers),
        )
    failed = False
    for driver in chosen:
        print(f"{driver.name} ({driver.kind})")
        try:
            for found in islice(driver.recipe.make().browse(most), most):
                value = "-" if found.value is None else shown(str(found.value))
                mark = "" if found.quality is Quality.GOOD else f"  [{found.quality.name.lower()}]"
                print(f"  {shown(found.address)}  {shown(found.name)}  {value}  {found.kind}{mark}")
        except (DriverFailed, DriverMissing) as error:
            failed = True
            print(f"  {say(error.message)}")
    return 1 if failed else 0
