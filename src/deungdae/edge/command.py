"""`deungdae edge …`: join a server, run an agent, check it, look at what its machines offer."""

import argparse
import logging
import signal
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from deungdae.edge import clock, config, joining, kept, service
from deungdae.edge.agent import Agent
from deungdae.edge.drivers import DriverFailed, DriverMissing
from deungdae.edge.drivers.opcua import certificates
from deungdae.edge.fields import Problem
from deungdae.records.errors import UnusableOption
from deungdae.records.messages import Message, message
from deungdae.records.readings import Quality, shown

Say = Callable[[Message], str]


def add(commands: Any) -> None:
    """Add the commands to the parser of `deungdae`."""
    edge = commands.add_parser("edge", help="collect from machines and send to a server")
    parts = edge.add_subparsers(dest="edge", required=True, metavar="COMMAND")
    _add_join(parts)
    for name, what in (
        ("run", "run an agent until it is stopped"),
        ("check", "check a configuration without connecting to anything"),
        ("browse", "connect to the machines and list what they offer, with present values"),
        ("certificate", "make a certificate by which OPC UA servers know the agent"),
        ("service", "write a file that lets the agent start with this computer"),
    ):
        parser = parts.add_parser(name, help=what)
        parser.add_argument(
            "config",
            metavar="CONFIG",
            type=Path,
            nargs="?",
            help="the agent's folder, or its agent.toml",
        )
        if name == "service":
            parser.add_argument("--system", action="store_true", help="for the whole computer")
        if name == "browse":
            parser.add_argument("--driver", metavar="NAME", help="only the driver of this name")
            parser.add_argument("--most", metavar="N", type=int, default=200, help="lines a driver")


def _add_join(parts: Any) -> None:
    parser = parts.add_parser("join", help="make this computer an edge agent of a server")
    parser.add_argument("url", metavar="URL", help="address of the server's gateway")
    parser.add_argument("code", metavar="CODE", help="the code from the page of the agent")
    parser.add_argument("--folder", metavar="F", type=Path, help="the agent's own folder")
    parser.add_argument("--ca-file", metavar="FILE", type=Path, help="certificates to believe")
    parser.add_argument("--no-start", action="store_true", help="join only; start it later")
    parser.add_argument("--service", action="store_true", help="do not start it; let systemd do so")


def run(options: argparse.Namespace, say: Say) -> int:
    """Carry out one of the commands; 0 done, 1 a machine failed, 2 unusable configuration."""
    if options.edge == "join":
        return _join(options, say)
    try:
        told = config.load(options.config or _usual_folder())
    except config.BadConfig as error:
        print(say(error.message))
        for problem in error.problems:
            print(f"  - {problem.where}: {say(problem.what)}")
        return 2
    if options.edge == "service":
        _service(told, say, system=options.system)
        return 0
    if options.edge == "certificate":
        return _certificate(told, say)
    if told.remote and options.edge != "run":
        told = _with_what_was_kept(told)
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


def _usual_folder() -> Path:
    return Path.home() / "deungdae-edge"


def _join(options: argparse.Namespace, say: Say) -> int:
    folder = options.folder or _usual_folder()
    joined = joining.join(
        options.url, options.code, folder.absolute(), ca_file=options.ca_file, clock_us=clock.now_us
    )
    for sentence in (
        message(
            "This computer is now the edge agent {edge} of {organisation}, {site}.",
            edge=joined.edge,
            organisation=joined.organisation,
            site=joined.site,
        ),
        message(
            "Its folder is {folder}. The token in it can be read by you alone; passwords of "
            "machines belong into {secrets}.",
            folder=str(joined.config.parent),
            secrets=str(joined.config.parent / joining.SECRETS_FOLDER),
        ),
        message(
            "Which machines it reads is chosen on the server's page; nothing is left to do here."
        ),
    ):
        print(say(sentence))
    told = config.load(joined.config)
    if options.service:
        _service(told, say, system=False)
        return 0
    start = f"deungdae edge run {joined.config.parent}"
    print(say(message("Start it again with: {command}", command=start)))
    later = f"deungdae edge service {joined.config.parent}"
    print(say(message("Let it start with this computer: {command}", command=later)), flush=True)
    return 0 if options.no_start else _run(told, say)


def _service(told: config.Config, say: Say, *, system: bool) -> None:
    made = service.write(told.edge, told.base, system=system)
    print(say(message("Written: {file}. Now type:", file=str(made.file))))
    for command in made.commands:
        print(f"  {command}")


def _certificate(told: config.Config, say: Say) -> int:
    try:
        made = certificates.make(told.edge, config.secrets(told), clock.now_us())
    except FileExistsError as error:
        raise UnusableOption(
            "There is a certificate already: {file}. Machines trust it; delete it first if you "
            "want another.",
            file=str(error.filename),
        ) from error
    print(
        say(
            message(
                "Made: {file}, for {years} years. Let the machine trust it, and use it with:",
                file=str(made.certificate),
                years=certificates.YEARS,
            )
        )
    )
    print(f'  certificate_file = "{made.certificate.name}"')
    print(f'  key_file = "{made.key.name}"')
    print(f'  application_uri = "{made.application_uri}"')
    return 0


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


def _with_what_was_kept(told: config.Config) -> config.Config:
    """Return the configuration with the drivers that the server sent last, if they are in order."""
    problems: list[Problem] = []
    wanted = config.read_wanted(kept.load(told.folder).applied or {}, told, problems)
    return told if problems else replace(told, drivers=wanted.drivers)


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
