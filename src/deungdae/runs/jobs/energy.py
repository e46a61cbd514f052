"""Job "energy": demand, cost and forecast of metered electricity in a stored table."""

from typing import Any

from deungdae.analysis import energy
from deungdae.lake import Store, TableRef
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import options_from, source_of

OPTIONS = ("time", "use", "kind", "parts", "tariff", "prices", "base", "contract")


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study the electricity metered in the table version `table`.

    Parameters: table {"name", "version"}; options as `energy.Options`, each may be left out; seed;
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
    found = energy.study(
        store.read_table(ref),
        energy.Options(seed=params["seed"], time_zone=understanding.time_zone, **options),
        source_of(understanding, params.get("told") or ()),
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}
