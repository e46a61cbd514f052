"""Job "spc": the control charts of a stored table."""

from typing import Any

from deungdae.analysis import spc
from deungdae.lake import Store, TableRef
from deungdae.records.errors import UnusableOption
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import options_from, source_of

OPTIONS = (
    "columns", "chart", "subgroup", "size", "inspected", "rules", "baseline", "stage", "stage_at",
    "leave_out", "time", "target", "sigma", "weight", "width", "slack", "decision", "spec",
    "ignore",
)  # fmt: skip


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Draw the control charts of the table version `table`.

    Parameters: table {"name", "version"}; options as `spc.Options`, of which "rules" are names of
    sets or codes, "leave_out" maps the number of a point (as text) to a reason, and "spec" is
    {column: {"lower", "upper"}}; seed; told (optional), the names of what the person said about the
    file itself.
    Steps: loading, then those of the method.

    Raises UnusableOption and UnusableFile as the store and the method do.
    """
    check_params(params, ["table", "options", "seed"], ["told"])
    options = options_from(params["options"], OPTIONS)
    if "rules" in options:
        options["rules"] = spc.rules_of(",".join(options["rules"]) or "none")
    if "leave_out" in options:
        options["leave_out"] = {_point(n): str(why) for n, why in options["leave_out"].items()}
    for limits in (options.get("spec") or {}).values():
        check_params(limits, [], ["lower", "upper"])
    if "spec" in options:
        options["spec"] = {
            name: (limits.get("lower"), limits.get("upper"))
            for name, limits in options["spec"].items()
        }
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    found = spc.draw(
        store.read_table(ref),
        spc.Options(seed=params["seed"], time_zone=understanding.time_zone, **options),
        source_of(understanding, params.get("told") or ()),
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}


def _point(number: str) -> int:
    try:
        return int(number)
    except ValueError as error:
        raise UnusableOption(
            "--leave-out: {point} is no number of a point.", point=number
        ) from error
