"""The plan of an experiment: what to change, how often, with how many parts, in which order."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment import sizing
from deungdae.analysis.experiment.layout import Layout, changes
from deungdae.analysis.experiment.options import (
    BAD_PARTS,
    MEASURED,
    Factor,
    Finding,
    Options,
    Origin,
    Response,
)
from deungdae.analysis.experiment.power import design_effect
from deungdae.records.errors import UnusableOption

METHOD: Final = "experiment"
VERSION: Final = 1
#: What one person still measures in one run.
MOST_MEASURED: Final = 10
#: Up to this many factors every combination is run.
MOST_FULL: Final = 4
_FRACTIONS: Final = {5: 16, 6: 16, 7: 16, 8: 16}

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Findings:
    """A result: `document` is the promised JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def plan(
    factors: Sequence[Factor],
    findings: Sequence[Finding],
    response: Response | None = None,
    options: Options | None = None,
    origin: Origin | None = None,
    warnings: Sequence[str] = (),
    progress: Progress | None = None,
) -> Findings:
    """Return the smallest practical plan that proves or refutes the findings.

    The document holds the runs in their random order, what cannot be told apart, the power, and
    the other sizes that would do. Where nothing affordable is large enough, `feasible` is false,
    there are no runs, and `detectable` says what the largest affordable experiment would see.

    Raises UnusableOption for factors, findings or options that make no experiment.
    """
    response, options, origin = response or Response(), options or Options(), origin or Origin()
    tell = progress or (lambda _step, _share: None)
    if response.kind == MEASURED:
        options = replace(options, most_parts=min(options.most_parts, MOST_MEASURED))
    _check(factors, findings, response, options)
    letters = {f.name: designs.LETTERS[i] for i, f in enumerate(factors)}
    task = sizing.Task(
        _design(len(factors), options),
        [(f, tuple(letters[name] for name in f.factors)) for f in findings],
        response,
        options,
    )
    tell("sizing", 0.1)
    size, sizes = sizing.choose(task)
    tell("laying_out", 0.8)
    said = [*warnings, *(["hard_to_change"] if any(f.hard for f in factors) else [])]
    document: dict[str, Any] = {
        "method": METHOD,
        "version": VERSION,
        "kind": "plan",
        "seed": options.seed,
        "input": {
            "sha256": origin.sha256, "run": origin.run, "data_sha256": origin.data_sha256,
            **origin.extra,
        },
        "response": asdict(response),
        "factors": [_factor_document(f, letters[f.name]) for f in factors],
        "findings": [_finding_document(n, f, letters) for n, f in enumerate(findings, 1)],
        "design": {
            "kind": _kind(task.design), **designs.described(task.design),
            "centre_points": options.centre_points,
        },
        "alpha": options.alpha,
        "intra_run": options.intra_run,
        "feasible": size is not None and size.power >= options.power - 0.02,
        "size": None,
        "choices": [_size_document(s) for s in sizes],
        "detectable": None,
        "runs": [],
        "warnings": said,
    }  # fmt: skip
    figures: dict[str, Any] = {"power": []}
    if size is None:
        document["detectable"] = sizing.detectable(task)
        said.append("no_affordable_plan")
    else:
        layout, model = task.laid_out(size.replicates)
        _lay_down(document, layout, factors, task, size)
        document["design"]["effects"] = list(model.effects)
        document["design"]["not_in_model"] = list(model.dropped)
        figures["power"] = _power_curve(task, size)
        if not document["feasible"]:
            said.append("underpowered")
    document["id"] = identity(document)
    tell("done", 1.0)
    return Findings(document, figures)


def identity(document: Mapping[str, Any]) -> str:
    """Return the number by which a filled sheet is known: ten hexadecimal digits of the plan."""
    told = {
        k: document[k]
        for k in ("version", "seed", "input", "response", "factors", "findings", "runs", "alpha")
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def sha256_of(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a causes document: of its JSON with sorted keys and no spaces."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _design(factors: int, options: Options) -> designs.Design:
    runs = options.runs
    if runs is None:
        runs = _FRACTIONS.get(factors, 1 << factors)
    if runs == 1 << factors:
        return designs.factorial(factors)
    return designs.fraction(factors, runs)


def _kind(design: designs.Design) -> str:
    if design.factors == 1:
        return "comparison"
    return "full" if design.resolution is None else "fraction"


def _check(
    factors: Sequence[Factor], findings: Sequence[Finding], response: Response, options: Options
) -> None:
    names = [f.name for f in factors]
    if not factors or not findings:
        raise UnusableOption("An experiment needs at least one factor.")
    if len(set(names)) < len(names):
        raise UnusableOption("Each factor may be named once only.")
    for factor in factors:
        if factor.bad == factor.good or factor.numeric != (
            isinstance(factor.bad, int | float) or isinstance(factor.good, int | float)
        ):
            raise UnusableOption(
                "The factor “{factor}” needs two different levels.", factor=factor.name
            )
    if options.centre_points and not all(f.numeric for f in factors):
        raise UnusableOption("Centre points need factors whose levels are numbers.")
    if options.centre_points >= options.runs_per_day:
        raise UnusableOption("There must be more runs in a day than centre points.")
    if not (0 < options.power < 1 and 0 < options.alpha < 1 and 0 <= options.intra_run < 1):
        raise UnusableOption(
            "Power and alpha lie between 0 and 1, the correlation within runs from 0 to below 1."
        )
    whole = (options.runs_per_day, options.most_runs, options.most_parts)
    if min(whole) < 1 or options.change_cost < 0 or options.centre_points < 0:
        raise UnusableOption("Numbers of runs, parts and days are whole numbers from 1 upwards.")
    for finding in findings:
        shares = response.kind == BAD_PARTS
        if shares and not (0 < finding.baseline < 1 and 0 <= finding.promised < 1):
            raise UnusableOption("Defect rates lie between 0 and 1, for example 0.04 or 4%.")
        if shares and finding.difference <= 0:
            raise UnusableOption("The defect rate to be reached must be below today's.")
        if finding.difference == 0:
            raise UnusableOption("The difference to be found must not be zero.")
        if finding.smallest is not None and not (0 < finding.smallest <= abs(finding.difference)):
            raise UnusableOption(
                "The smallest difference of interest lies between 0 and the planned one."
            )
    if response.kind == MEASURED and not (response.sd and response.sd > 0):
        raise UnusableOption("A measured response needs its standard deviation.")


def _factor_document(factor: Factor, letter: str) -> dict[str, Any]:
    centre = (float(factor.bad) + float(factor.good)) / 2 if factor.numeric else None
    return {
        "letter": letter, "name": factor.name, "unit": factor.unit, "bad": factor.bad,
        "good": factor.good, "centre": centre, "columns": list(factor.columns), "op": factor.op,
        "hard": factor.hard,
    }  # fmt: skip


def _finding_document(number: int, finding: Finding, letters: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": number,
        "factors": list(finding.factors),
        "letters": [letters[name] for name in finding.factors],
        "baseline": finding.baseline,
        "promised": finding.promised,
        "smallest": finding.smallest or abs(finding.difference),
        "link": dict(finding.link) if finding.link is not None else None,
    }


def _size_document(size: sizing.Size) -> dict[str, Any]:
    return {
        "replicates": size.replicates, "runs": size.runs, "parts_per_run": size.parts,
        "parts": size.runs * size.parts, "days": size.days, "power": size.power,
    }  # fmt: skip


def _lay_down(
    document: dict[str, Any], layout: Layout, factors: Sequence[Factor], task: sizing.Task,
    size: sizing.Size,
) -> None:  # fmt: skip
    document["size"] = {
        **_size_document(size),
        "design_effect": design_effect(size.parts, task.options.intra_run),
        "runs_per_day": task.options.runs_per_day,
    }
    document["design"] |= {
        "replicates": size.replicates,
        "blocks": int(layout.block.max()),
        "confounded": layout.confounded,
        "changes": {f.name: changes(layout.coded, i) for i, f in enumerate(factors)},
    }
    if layout.shared:
        document["warnings"].append("block_over_days")
    document["runs"] = [
        {
            "run": n,
            "block": int(block),
            "point": "corner" if coded.any() else "centre",
            "coded": [int(c) for c in coded],
            "settings": {f.name: _level(f, c) for f, c in zip(factors, coded, strict=True)},
        }
        for n, (coded, block) in enumerate(zip(layout.coded, layout.block, strict=True), 1)
    ]


def _level(factor: Factor, coded: float) -> float | str:
    if coded == 0:
        return (float(factor.bad) + float(factor.good)) / 2
    return factor.bad if coded > 0 else factor.good


def _power_curve(task: sizing.Task, size: sizing.Size) -> list[dict[str, float]]:
    """Return the power for fewer and more parts in a run than the plan has."""
    layout, model = task.laid_out(size.replicates)
    most = min(task.options.most_parts, size.parts * 4)
    steps = sorted({max(1, round(size.parts * s)) for s in (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4)})
    return [
        {
            "parts": n,
            "power": size.power
            if n == size.parts
            else sizing.power_of(task, layout, model, n, sizing.SEARCHED, task.options.seed),
        }
        for n in steps
        if n <= most
    ]
