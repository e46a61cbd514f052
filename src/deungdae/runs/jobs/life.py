"""Job "life": how long machines of a stored table still live."""

from typing import Any

from deungdae.analysis import life
from deungdae.runs.job import JobContext
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Predict remaining lives; see `of_table`."""
    return of_table(context, params, life.predict, life.Options)
