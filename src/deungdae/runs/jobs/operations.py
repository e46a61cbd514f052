"""Job "operations": what an event log in a stored table says of flow, waiting and scrap."""

from typing import Any

from deungdae.analysis import operations
from deungdae.runs.job import JobContext
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study an event log; see `of_table`."""
    return of_table(context, params, operations.study, operations.Options)
