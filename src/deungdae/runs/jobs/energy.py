"""Job "energy": demand, cost and forecast of metered electricity in a stored table."""

from typing import Any

from deungdae.analysis import energy
from deungdae.runs.job import JobContext
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study the electricity metered in a table; see `of_table`."""
    return of_table(context, params, energy.study, energy.Options)
