"""Jobs "experiment-plan" and "experiment": plan an experiment, and analyse its filled sheet."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from deungdae.analysis import experiment
from deungdae.lake import Store, TableRef
from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.runs.job import JobContext, check_params
from deungdae.tables.forms import Form, read_form

_Given = TypeVar("_Given", experiment.Options, experiment.Response, experiment.Factor)
_TOLD = ("baseline", "promised", "smallest")


def plan(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Plan the experiment that proves or refutes causes, or the effect of factors that are told.

    Parameters: options {of `experiment.Options` but the seed}; seed. Either causes, the result of
    that method (its document, or {"document", "figures", "run"}), with place [stratum, rank or
    ranks] (optional) and table, the one it was found in (optional, the levels come from it); or
    factors [{"name", "bad", "good", "unit", "hard"}], baseline, promised and smallest (optional).
    response {of `experiment.Response`} is optional.
    Steps: sizing, laying_out.

    Raises UnusableOption as the method does.
    """
    check_params(
        params, ["options"], ["seed", "causes", "place", "table", "factors", "response", *_TOLD]
    )
    options = built(experiment.Options, {**params["options"], "seed": params.get("seed") or 0})
    origin = experiment.Origin()
    if params.get("causes") is None:
        asked = _told(params)
    else:
        causes = params["causes"]
        whole = causes if "document" in causes else {"document": causes}
        asked = _from_causes(context, params, whole)
        origin = experiment.Origin(
            sha256=experiment.sha256_of(whole["document"]),
            run=whole.get("run"),
            data_sha256=whole["document"]["input"].get("sha256"),
        )
    found = experiment.plan(
        asked.factors,
        asked.findings,
        asked.response,
        options,
        origin,
        asked.warnings,
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Analyse a filled sheet.

    Parameters: path of the file, or table {"name", "version"}, whose original is read; plan, its
    document (optional where the file is the workbook that the plan made); options and seed are
    taken and must be empty and 0, the plan has its own.
    Steps: keeping, reading_sheet, analysing.

    Raises UnusableFile for a file that is no filled sheet or cannot be true.
    """
    check_params(params, [], ["path", "table", "plan", "options", "seed"])
    check_params(params.get("options") or {}, [])
    store = Store(context.home)
    if params.get("path") is not None:
        path = Path(params["path"])
        form = read_form(path)
        original = store.keep_original(path, lambda share: context.progress("keeping", share))
        if original.sha256 != form.sha256:
            raise UnusableFile(
                "The file {file} changed while it was read. Please try again.", file=path.name
            )
    elif params.get("table") is not None:
        understanding = store.understanding(TableRef.from_document(params["table"]))
        form = read_form(store.original(understanding["sha256"]))
    else:
        raise UnusableOption("The run needs the parameter {parameter}.", parameter="path")
    document = plan_of(form, params.get("plan"))
    found = experiment.analyse(document, form.sheets, form.sha256, context.progress)
    return {
        "document": found.document,
        "figures": found.figures,
        "understanding": {"format": form.format, "sha256": form.sha256, "columns": []},
    }


def plan_of(form: Form, given: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the plan of a filled sheet: its own, which must be the given one if there is one.

    Raises UnusableFile where there is no plan, or two different ones.
    """
    own: dict[str, Any] | None = None
    if form.hidden is not None:
        try:
            own = json.loads(form.hidden)
        except ValueError as error:
            raise UnusableFile(
                "The plan in this workbook is damaged; give the plan too."
            ) from error
    if own is None and given is None:
        raise UnusableFile(
            "This file does not say which experiment it belongs to; give the plan too."
        )
    if own is not None and given is not None and own.get("id") != given.get("id"):
        raise UnusableFile(
            "This sheet belongs to the experiment {own}, not to {given}.",
            own=str(own.get("id")),
            given=str(given.get("id")),
        )
    return given if given is not None else own or {}


def built(kind: type[_Given], given: Mapping[str, Any]) -> _Given:
    """Return an options class from plain JSON; raises UnusableOption for a name it lacks."""
    known = {f.name for f in fields(kind)}
    check_params(given, [], known)
    made: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in given.items() if v is not None
    }
    try:
        return kind(**made)
    except TypeError as error:
        raise UnusableOption("A factor needs a name and two levels.") from error


def _from_causes(
    context: JobContext, params: Mapping[str, Any], whole: Mapping[str, Any]
) -> experiment.Asked:
    stratum, ranks = None, None
    if params.get("place") is not None:
        stratum, rank = params["place"]
        ranks = None if rank is None else rank if isinstance(rank, list) else [rank]
    table, units = None, {}
    if params.get("table") is not None:
        store, ref = Store(context.home), TableRef.from_document(params["table"])
        table = store.read_table(ref)
        columns = store.understanding(ref).get("columns") or ()
        units = {c["name"]: c["unit"] for c in columns if c.get("unit")}
    asked = experiment.from_causes(
        whole["document"], whole.get("figures"), table, stratum=stratum, ranks=ranks, units=units
    )
    # What the person says of the response comes before what the causes say.
    told = {k: v for k, v in (params.get("response") or {}).items() if v is not None}
    if not told:
        return asked
    return replace(asked, response=built(experiment.Response, {**asdict(asked.response), **told}))


def _told(params: Mapping[str, Any]) -> experiment.Asked:
    if not params.get("factors"):
        raise UnusableOption("An experiment needs at least one factor.")
    for name in ("baseline", "promised"):
        if params.get(name) is None:
            raise UnusableOption("The run needs the parameter {parameter}.", parameter=name)
    factors = [built(experiment.Factor, f) for f in params["factors"]]
    findings = [
        experiment.Finding(
            (f.name,), params["baseline"], params["promised"], params.get("smallest")
        )
        for f in factors
    ]
    response = built(experiment.Response, params.get("response") or {})
    return experiment.Asked(factors, findings, response, [])
