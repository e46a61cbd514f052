"""`deungdae …`: the command line, the only place that knows all parts."""

import argparse
import csv
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from deungdae import runs
from deungdae.edge import command as edge_command
from deungdae.records.environment import Settings
from deungdae.records.errors import PublicError, RunFailed, UnusableFile, UnusableOption
from deungdae.records.messages import Message, message
from deungdae.reports.causes import render_html, render_pdf, render_text
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.words import LANGUAGES, Words

DONE, FAILED, UNUSABLE = 0, 1, 2


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; the reference page is held to it by a test."""
    parser = argparse.ArgumentParser(
        prog="deungdae", description="From a shop-floor table to the causes of its defects."
    )
    parser.add_argument("--version", action="version", version=f"deungdae {version('deungdae')}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_causes(commands.add_parser("causes", help="find the causes of the defects in a table"))
    _add_demo(
        commands.add_parser(
            "demo", help="write a generated demo table, analyse it, show the report"
        )
    )
    _add_web(commands)
    edge_command.add(commands)
    return parser


def _add_web(commands: Any) -> None:
    """Add the commands that serve pages and look after accounts."""
    up = commands.add_parser("up", help="serve pages and carry out runs, with a demo company")
    web = commands.add_parser("web", help="serve the pages")
    for parser in (up, web):
        parser.add_argument("--port", metavar="N", type=_port, help="port; 0 takes a free one")
    commands.add_parser("worker", help="carry out the runs that the pages ask for")
    gateway = commands.add_parser("gateway", help="take in points of machines, and keep them")
    gateway.add_argument("--port", metavar="N", type=_port, help="port; 0 takes a free one")
    token = commands.add_parser("token", help="let a source send points to the gateway")
    token.add_argument("organisation", metavar="ORGANISATION", help="whose points they are")
    token.add_argument("source", metavar="SOURCE", help="what the source is called")
    token.add_argument("--edge", metavar="NAME", help="for the edge agent of this name")
    company = commands.add_parser("company", help="register a company and its owner")
    company.add_argument("name", metavar="NAME", help="name of the company")
    company.add_argument("email", metavar="EMAIL", help="e-mail address of its owner")
    company.add_argument("--owner", metavar="NAME", help="name of its owner")
    password = commands.add_parser("password", help="give a person a new one-time password")
    password.add_argument("email", metavar="EMAIL", help="e-mail address of the person")
    password.add_argument(
        "--drop-second-factor", action="store_true", help="forget the phone as well"
    )
    erase = commands.add_parser("erase", help="erase what is known of a person")
    erase.add_argument("email", metavar="EMAIL", help="e-mail address of the person")
    audit = commands.add_parser("audit", help="look after the record of what was done")
    audit.add_subparsers(dest="audit", required=True, metavar="COMMAND").add_parser(
        "verify", help="check that no entry of the record was changed"
    )


def _add_causes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV, TSV, XLSX, XLS or Parquet")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of a workbook")
    parser.add_argument("--target", metavar="COLUMN", help="column with the inspection's result")
    for name, what in (
        ("bad", "values of it that mean a defect"),
        ("by", "columns that split the table, such as product and machine"),
        ("reason", "kind of defect: one column of words, or several of 0 and 1"),
        ("ignore", "columns that must not be named as causes"),
    ):
        metavar = "VALUE[,VALUE…]" if name == "bad" else "COLUMN[,…]"
        parser.add_argument(f"--{name}", metavar=metavar, type=_several, help=what)
    parser.add_argument("--time", metavar="COLUMN", help="when the part was made")
    _add_output(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON document, no text")
    parser.add_argument("--seed", metavar="N", type=_seed, default=0, help="seed, 0 unless told")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", metavar="N", type=int, default=6000, help="parts in the table")
    parser.add_argument("--seed", metavar="N", type=_seed, default=7, help="seed of the table")
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=tuple(LANGUAGES), help="language of the report")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="write report.html and report.pdf there"
    )


def _several(text: str) -> tuple[str, ...]:
    """Split at commas; a name that holds a comma stands in double quotes, as in a CSV file."""
    return tuple(name.strip() for name in next(csv.reader([text], skipinitialspace=True), []))


def _seed(text: str) -> int:
    seed = int(text)
    if seed < 0:
        raise argparse.ArgumentTypeError("a seed is a whole number from 0 upwards")
    return seed


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("a port is a whole number from 0 to 65535")
    return port


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 failed, 2 unusable file or option."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show Korean gets question marks, not a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    options = build_parser().parse_args(arguments)
    words = Words("en")
    try:
        settings = Settings.from_environment(os.environ)
        words = Words(getattr(options, "lang", None) or settings.language)
        command: Callable[..., int] = {
            "causes": _causes,
            "demo": _demo,
            "up": _up,
            "web": _web,
            "worker": _worker,
            "gateway": _gateway,
            "token": _token,
            "company": _company,
            "password": _password,
            "erase": _erase,
            "audit": _audit,
            "edge": lambda options, _, words: edge_command.run(options, words.say_message),
        }[options.command]
        return command(options, settings, words)
    except PublicError as error:
        _complain(words, error)
        return UNUSABLE if isinstance(error, UnusableFile | UnusableOption) else FAILED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`); nothing more can be said there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        print(words.say("Stopped. Nothing was lost."), file=sys.stderr)
        return FAILED
    except Exception:  # noqa: BLE001 - recorded below; a person never sees a traceback
        log = settings.home / "errors.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
        _complain(
            words,
            RunFailed(
                "Something went wrong that should not have. Your file was not changed; what "
                "happened is written in {log}.",
                log=str(log),
            ),
        )
        return FAILED


def _complain(words: Words, error: PublicError) -> None:
    print(words.say_message(error.message), file=sys.stderr)


def _causes(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    told = {
        name: list(value) if isinstance(value, tuple) else value
        for name in ("target", "bad", "time", "by", "reason", "ignore")
        if (value := getattr(options, name)) is not None
    }
    if not options.file.exists():
        raise UnusableFile("There is no file {file}.", file=str(options.file))
    analysed = _analyse(options.file, options.sheet, told, options.seed, settings, words)
    if options.json:
        print(json.dumps(analysed["document"], ensure_ascii=False, indent=1, allow_nan=False))
    else:
        print(_text(analysed, words), end="")
    if options.out is not None:
        notes = _write_reports(
            options.out, options.file.name, analysed, settings, words, demo=False
        )
        for note in notes:
            print(words.say_message(note), file=sys.stderr if options.json else sys.stdout)
    return DONE


def _demo(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.tables import demo  # only here: the pages are served without tables in memory

    out = options.out or settings.home / "demo"
    table = demo.write(
        out, seed=options.seed, rows=options.rows, lang="ko" if words.lang == "ko" else "en"
    )
    analysed = _analyse(table.path, None, {}, 0, settings, words)
    print(words.say("Demo: all values of this table were generated; no factory is behind them."))
    print()
    print(_text(analysed, words))
    notes = _write_reports(out, table.path.name, analysed, settings, words, demo=True)
    print(words.say("The demo table is in {path}", path=str(table.path)))
    for note in notes:
        print(words.say_message(note))
    return DONE


def _up(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import serve, start

    def demo_table(folder: Path) -> Path:
        from deungdae.tables import demo

        return demo.write(folder, seed=7, rows=6000, lang="ko" if words.lang == "ko" else "en").path

    port = settings.web.port if options.port is None else options.port
    # Told at once when the port is taken, before a minute of preparations.
    with serve.listening(settings.web.bind, port) as opened:
        port = opened.getsockname()[1]
    start.bring_tables_up_to_date()
    account = start.first_company(demo_table, words.lang)
    if account is not None:
        print(words.say("There is a demo company; all its values are generated."))
        _show_account(account.email, account.password, words)
    serve.Watch([[str(port), "web"], ["worker"]]).run()
    return DONE


def _web(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import serve

    def announce(url: str) -> None:
        print(words.say("Open {url} in a browser.", url=url), flush=True)

    serve.web(settings, options.port, announce)
    return DONE


def _gateway(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.gateway import main as gateway
    from deungdae.web.project.serve import address, listening

    port = settings.gateway.port if options.port is None else options.port
    with listening(settings.gateway.bind, port) as opened:
        url = address(opened)
        gateway.run(
            settings,
            opened,
            lambda: print(words.say("Points are taken in at {url}", url=url), flush=True),
        )
    return DONE


def _token(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.gateway import issuing

    token = issuing.issue(settings, options.organisation, options.source, edge=options.edge)
    print(words.say("Token: {token}", token=token))
    print(words.say("It is shown this once, and kept nowhere: the server knows only its SHA-256."))
    return DONE


def _worker(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import serve

    return DONE if serve.worker() else FAILED


def _company(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import start

    owner = options.owner or options.email.partition("@")[0]
    account = start.new_company(options.name, options.email, owner, words.lang)
    print(words.say("The company {name} is registered.", name=options.name))
    if account is not None:
        _show_account(account.email, account.password, words)
    return DONE


def _password(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import start

    account = start.new_password(options.email, drop_second_factor=options.drop_second_factor)
    _show_account(account.email, account.password, words)
    return DONE


def _erase(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import start

    count = start.erase(options.email)
    print(
        words.say(
            "What was known of {email} is erased; {count} entries of the record lost their words.",
            email=options.email,
            count=count,
        )
    )
    return DONE


def _show_account(email: str, password: str, words: Words) -> None:
    print(words.say("Address: {email}", email=email))
    print(words.say("One-time password: {password}", password=password))
    print(words.say("It must be changed at the first sign-in."), flush=True)


def _audit(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.web.project import record

    return DONE if record.verify(words, print) else FAILED


def _analyse(
    file: Path,
    sheet: str | None,
    told: Mapping[str, Any],
    seed: int,
    settings: Settings,
    words: Words,
) -> dict[str, Any]:
    """Store the file as a table, find the causes; return document, figures and understanding."""
    progress = _Progress(words)
    try:
        stored = runs.run(
            settings.home,
            "import",
            1,
            {"path": str(file.absolute()), "sheet": sheet, "time_zone": settings.time_zone},
            memory_bytes=settings.run_memory_bytes,
            on_progress=progress,
        ).result
        found = runs.run(
            settings.home,
            "causes",
            1,
            {
                "table": stored["table"],
                "options": dict(told),
                "seed": seed,
                "told": [] if sheet is None else ["sheet"],
            },
            memory_bytes=settings.run_memory_bytes,
            on_progress=progress,
        ).result
    finally:
        progress.clear()
    return {**found, "understanding": stored["understanding"]}


class _Progress:
    """One line on the terminal that says what is being done; nothing where there is no terminal."""

    def __init__(self, words: Words) -> None:
        self._shown = 0
        self._steps = {
            "reading": words.say("Reading the file"),
            "keeping": words.say("Keeping the original"),
            "storing": words.say("Storing the table"),
            "loading": words.say("Loading the table"),
            "understanding": words.say("Understanding the columns"),
            "searching": words.say("Searching for causes"),
            "judging": words.say("Checking what was found"),
        }

    def __call__(self, step: str, share: float) -> None:
        sentence = self._steps.get(step)
        if sentence is None or not sys.stderr.isatty():
            return
        line = f"{sentence} … {share:.0%}" if share else f"{sentence} …"
        self.clear()
        self._shown = len(line)
        print(line, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = 0


def _text(analysed: Mapping[str, Any], words: Words) -> str:
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    return render_text(
        analysed["document"],
        analysed["figures"],
        analysed["understanding"],
        words.lang,
        width=max(width, 40),
    )


def _write_reports(
    folder: Path,
    title: str,
    analysed: Mapping[str, Any],
    settings: Settings,
    words: Words,
    *,
    demo: bool,
) -> list[Message]:
    """Write the page and the PDF, and return the sentences that say where they are."""
    # charts take a second to import, and are drawn once for both
    from deungdae.reports.causes.pictures import draw

    zone = ZoneInfo(settings.time_zone)
    given = (analysed["document"], analysed["figures"], analysed["understanding"])
    pictures = draw(words, given[0], given[1], units_of(given[2]), zone)
    generated = datetime.now(zone)  # noqa: TID251 - a program's edge asks the clock

    def rendered(render: Callable[..., Any]) -> Any:
        return render(
            *given,
            words.lang,
            title=title,
            demo=demo,
            generated=generated,
            zone=zone,
            pictures=pictures,
        )

    page, printed = folder / "report.html", folder / "report.pdf"
    _write(page, rendered(render_html).encode())
    _write(printed, rendered(render_pdf))
    return [
        message("The report is in {path}", path=str(page)),
        message("The report for print is in {path}", path=str(printed)),
    ]


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UnusableOption(
            "--out: the report cannot be written to {path}: {reason}.",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error


if __name__ == "__main__":
    sys.exit(main())
