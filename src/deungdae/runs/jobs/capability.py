"""Job "capability": do the parts of a stored table keep within their limits."""

from typing import Any

from deungdae.analysis import capability
from deungdae.lake import Store, TableRef
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import options_from, source_of

OPTIONS = ("specs", "subgroup", "size", "time", "by", "distribution", "within", "wanted")
LIMITS = ("lower", "upper", "target", "boundary")


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study the capability of columns in the table version `table`.

    Parameters: table {"name", "version"}; options as `capability.Options`, "specs" being {column:
    {"lower", "upper", "target", "boundary"}} where each may be left out; seed; told (optional), the
    names of what the person said about the file itself.
    Steps: loading, then those of the method.

    Raises UnusableOption and UnusableFile as the store and the method do.
    """
    check_params(params, ["table", "options", "seed"], ["told"])
    options = options_from(params["options"], OPTIONS)
    for spec in (options.get("specs") or {}).values():
        check_params(spec, [], LIMITS)
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    specs = {name: capability.Spec(**s) for name, s in (options.pop("specs", None) or {}).items()}
    found = capability.study(
        store.read_table(ref),
        capability.Options(
            specs=specs, seed=params["seed"], time_zone=understanding.time_zone, **options
        ),
        source_of(understanding, params.get("told") or ()),
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}
