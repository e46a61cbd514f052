"""Job "reliability": how long machines run between failures, from a stored table."""

from typing import Any

from deungdae.analysis import reliability
from deungdae.runs.job import JobContext
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study lives or stops; see `of_table`."""
    return of_table(context, params, reliability.study, reliability.Options)
