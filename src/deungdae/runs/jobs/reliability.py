"""Job "reliability": how long machines run between failures, from a stored table."""

from typing import Any

from deungdae.analysis import reliability
from deungdae.lake import Store, TableRef
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import options_from, source_of

OPTIONS = ("life", "failed", "machine", "start", "end", "reason", "failures")


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study the lives or stops of the table version `table`.

    Parameters: table {"name", "version"}; options as `reliability.Options`; seed;
    told (optional), the names of what the person said about the file itself.
    Steps: loading, then those of the method.

    Raises UnusableOption and UnusableFile as the store and the method do.
    """
    check_params(params, ["table", "options", "seed"], ["told"])
    options = options_from(params["options"], OPTIONS)
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    found = reliability.study(
        store.read_table(ref),
        reliability.Options(seed=params["seed"], time_zone=understanding.time_zone, **options),
        source_of(understanding, params.get("told") or ()),
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}
