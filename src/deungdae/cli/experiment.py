"""`deungdae experiment`: plan the experiment that proves a cause, and analyse its filled sheet."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from deungdae import runs
from deungdae.cli import options as shared
from deungdae.cli import papers, writing
from deungdae.cli.progress import Progress
from deungdae.cli.status import DONE
from deungdae.records.environment import Settings
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.reports.words import Words

PLAN_FILES: Final = "plan.json, sheet.xlsx, report.html, report.pdf and report.xlsx"
#: option of the command line → name in the options of the method
_OPTIONS: Final = (
    "power", "alpha", "intra_run", "runs_per_day", "most_runs", "most_parts", "change_cost",
    "centre_points", "runs", "replicates", "parts",
)  # fmt: skip


def add(commands: Any) -> None:
    """Add the parsers of the command and its three parts."""
    parser = commands.add_parser(
        "experiment", help="plan the experiment that proves a cause, and analyse it"
    )
    parts = parser.add_subparsers(dest="part", required=True, metavar="COMMAND")
    _add_plan(parts.add_parser("plan", help="make the plan, and the sheet to print and fill"))
    _add_analyse(parts.add_parser("analyse", help="say what a filled sheet confirms or refutes"))
    _add_power(parts.add_parser("power", help="work out how many parts a comparison needs"))


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="JSON document of the command causes"
    )
    parser.add_argument("--group", metavar="N", type=_count, help="group of parts, from 1")
    parser.add_argument("--rank", metavar="N[,…]", type=_counts, help="causes of it, from 1")
    parser.add_argument("--table", metavar="FILE", type=Path, help="table the cause was found in")
    parser.add_argument("--sheet", metavar="NAME", help="sheet of that table")
    parser.add_argument(
        "--factor", metavar="COLUMN=FROM..TO", action="append", default=[],
        help="a setting: its level of today and the one that should be better",
    )  # fmt: skip
    parser.add_argument(
        "--hard", metavar="COLUMN", action="append", default=[], help="it takes long to change"
    )
    for name, what in (
        ("baseline-rate", "defect rate at today's level, such as 0.04 or 4%%"),
        ("reduce-to", "defect rate that is promised"),
        ("smallest", "smallest fall that would matter"),
    ):
        parser.add_argument(f"--{name}", metavar="RATE", type=_share, help=what)
    parser.add_argument("--reason", metavar="NAME", help="kind of defect that is counted")
    parser.add_argument("--measured", metavar="NAME", help="measure this instead of counting")
    for name, what in (
        ("mean-now", "mean of it at today's level"),
        ("mean-wanted", "mean that is promised"),
        ("sd", "standard deviation of single values at one setting"),
    ):
        parser.add_argument(f"--{name}", metavar="X", type=float, help=what)
    for name, what in (
        ("power", "chance to see the promised effect, 0.8 unless told"),
        ("alpha", "chance to see one that is not there, 0.05 unless told"),
        ("intra-run", "correlation between parts of one run, 0.01 unless told"),
    ):
        parser.add_argument(f"--{name}", metavar="SHARE", type=_share, help=what)
    for name, what in (
        ("runs-per-day", "changes of settings that fit in a day, 4 unless told"),
        ("most-runs", "runs that can be afforded, 32 unless told"),
        ("most-parts", "parts that can be made in one run, 1000 unless told"),
        ("change-cost", "what one change of settings costs, in parts, 100 unless told"),
        ("centre-points", "runs in the middle of all levels, in each block"),
        ("runs", "runs of one replicate, to choose a fraction"),
        ("replicates", "how often the runs are repeated"),
        ("parts", "parts in each run"),
    ):
        parser.add_argument(f"--{name}", metavar="N", type=_count_or_none, help=what)
    shared.add_output(parser, PLAN_FILES)
    shared.add_json(parser)
    parser.add_argument("--seed", metavar="N", type=shared.seed, default=0, help="0 unless told")


def _add_analyse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the filled sheet: XLSX or CSV")
    parser.add_argument(
        "--plan", metavar="FILE", type=Path, help="plan.json; a CSV file does not carry its plan"
    )
    shared.add_output(parser, papers.FILES)
    shared.add_json(parser)


def _add_power(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--rates", metavar=("P1", "P2"), nargs=2, type=_share, help="two defect rates"
    )
    what.add_argument(
        "--means", metavar=("DIFFERENCE", "SD"), nargs=2, type=float, help="two means"
    )
    what.add_argument(
        "--one-way", metavar=("GROUPS", "F"), nargs=2, type=float,
        help="several means, by Cohen's f",
    )  # fmt: skip
    parser.add_argument("--parts", metavar="N", type=_count, help="parts in each group")
    parser.add_argument(
        "--power", metavar="SHARE", type=_share, default=0.8, help="0.8 unless told"
    )
    parser.add_argument(
        "--alpha", metavar="SHARE", type=_share, default=0.05, help="0.05 unless told"
    )
    parser.add_argument(
        "--intra-run", metavar="SHARE", type=_share, default=0.0,
        help="correlation between parts of one run, 0 unless told",
    )  # fmt: skip
    parser.add_argument(
        "--run-parts", metavar="N", type=_count, default=1, help="parts in one run, 1 unless told"
    )
    shared.add_language(parser)
    shared.add_json(parser)


def run(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    """Carry out the part of the command that was typed."""
    parts: dict[str, Callable[[argparse.Namespace, Settings, Words], int]] = {
        "plan": _plan, "analyse": _analyse, "power": _power,
    }  # fmt: skip
    return parts[options.part](options, settings, words)


def _plan(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    found = _run("experiment-plan", _asked(options, settings, words), settings, words)
    if options.file is None:
        options.file = Path(words.say("Experiment"))
    done = papers.show("experiment", {**found, "understanding": {}}, options, settings, words)
    if options.out is None:
        return done
    document = found["document"]
    where = sys.stderr if options.json else sys.stdout
    kept = options.out / "plan.json"
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    writing.write(kept, text.encode())
    print(words.say("The plan is in {path}", path=str(kept)), file=where)
    if document["runs"]:
        from deungdae.reports.experiment.sheet import workbook_of

        sheet = options.out / "sheet.xlsx"
        writing.write(sheet, workbook_of(document, words))
        print(words.say("The sheet to fill is in {path}", path=str(sheet)), file=where)
    return done


def _asked(options: argparse.Namespace, settings: Settings, words: Words) -> dict[str, Any]:
    """Return the parameters of the job from what was typed."""
    told = {name: value for name in _OPTIONS if (value := getattr(options, name)) is not None}
    params: dict[str, Any] = {"options": told, "seed": options.seed}
    response = {"reason": options.reason}
    if options.measured is not None:
        response = {"kind": "measured", "name": options.measured, "sd": options.sd}
    params["response"] = {k: v for k, v in response.items() if v is not None}
    if options.file is not None:
        if options.factor:
            raise UnusableOption("Give either a document of causes or factors, not both.")
        params["causes"] = _document(options.file)
        if options.group is not None or options.rank is not None:
            # Whoever names a rank only means the first group that has a cause.
            group = None if options.group is None else options.group - 1
            params["place"] = [group, options.rank]
        if options.table is not None:
            params["table"] = _stored(options.table, options.sheet, settings, words)
        return params
    params["factors"] = [_factor(text, options.hard) for text in options.factor]
    first, second = ("baseline_rate", "reduce_to")
    if options.measured is not None:
        first, second = ("mean_now", "mean_wanted")
    for name in (first, second):
        if getattr(options, name) is None:
            raise UnusableOption("--{option} is needed too.", option=name.replace("_", "-"))
    params |= {"baseline": getattr(options, first), "promised": getattr(options, second)}
    if options.smallest is not None:
        params["smallest"] = options.smallest
    return params


def _factor(text: str, hard: list[str]) -> dict[str, Any]:
    name, sign, levels = text.rpartition("=")
    low, dots, high = levels.partition("..")
    if not (sign and dots and name.strip() and low.strip() and high.strip()):
        raise UnusableOption("--factor: {text} is not of the form COLUMN=FROM..TO.", text=text)
    told: list[float | str] = [low.strip(), high.strip()]
    with suppress(ValueError):  # levels may be words, such as two kinds of material
        told = [float(low), float(high)]
    return {
        "name": name.strip(), "bad": told[0], "good": told[1], "hard": name.strip() in hard,
    }  # fmt: skip


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UnusableFile("There is no file {file}.", file=str(path)) from error
    except ValueError as error:
        raise UnusableFile("“{file}” is no JSON document.", file=path.name) from error
    if not isinstance(document, dict):
        raise UnusableFile("“{file}” is no JSON document.", file=path.name)
    return document


def _stored(path: Path, sheet: str | None, settings: Settings, words: Words) -> Mapping[str, Any]:
    if not path.exists():
        raise UnusableFile("There is no file {file}.", file=str(path))
    params = {"path": str(path.absolute()), "sheet": sheet, "time_zone": settings.time_zone}
    table: Mapping[str, Any] = _run("import", params, settings, words)["table"]
    return table


def _analyse(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    if not options.file.exists():
        raise UnusableFile("There is no file {file}.", file=str(options.file))
    params: dict[str, Any] = {"path": str(options.file.absolute())}
    if options.plan is not None:
        params["plan"] = _document(options.plan)
    found = _run("experiment", params, settings, words)
    return papers.show("experiment", found, options, settings, words)


def _run(job: str, params: dict[str, Any], settings: Settings, words: Words) -> dict[str, Any]:
    progress = Progress(
        words,
        {
            "sizing": words.say("Working out how many parts are needed"),
            "analysing": words.say("Analysing the runs"),
        },
    )
    try:
        found: dict[str, Any] = runs.run(
            settings.home,
            job,
            1,
            params,
            memory_bytes=settings.run_memory_bytes,
            on_progress=progress,
        ).result
    finally:
        progress.clear()
    return found


def _power(options: argparse.Namespace, settings: Settings, words: Words) -> int:
    from deungdae.analysis.experiment import calculator  # SciPy: only who computes waits for it

    document = calculator.calculated(
        rates=options.rates,
        means=options.means,
        one_way=options.one_way,
        parts=options.parts,
        power=options.power,
        alpha=options.alpha,
        intra_run=options.intra_run,
        run_parts=options.run_parts,
    )
    if options.json:
        writing.print_document(document)
        return DONE
    for line in document["answers"]:
        values = {"n": line["parts"], "power": words.percent(line["power"])}
        if line["method"] == "fisher":
            print(words.say("Fisher's exact test: {n} in each group, power {power}", **values))
        elif line["method"] == "score":
            print(words.say("Score test, exact: {n} in each group, power {power}", **values))
        elif line["method"] == "normal":
            print(words.say("Normal approximation: {n} in each group, power {power}", **values))
        elif line["method"] == "t":
            print(words.say("Two-sample t test: {n} in each group, power {power}", **values))
        else:
            print(words.say("Analysis of variance: {n} in each group, power {power}", **values))
    return DONE


def _share(text: str) -> float:
    share = float(text.rstrip("%")) / 100 if text.endswith("%") else float(text)
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("a share lies between 0 and 1, or 0% and 100%")
    return share


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a number from 1 upwards is needed")
    return number


def _count_or_none(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("a whole number from 0 upwards is needed")
    return number


def _counts(text: str) -> list[int]:
    return [_count(part) for part in text.split(",")]
