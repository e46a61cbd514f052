"""Job "gauge": can the measuring system be trusted, from a stored study sheet."""

from typing import Any

from deungdae.analysis import gauge
from deungdae.runs.job import JobContext
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Analyse a study of measurements; see `of_table`."""
    return of_table(context, params, gauge.study, gauge.Options)
