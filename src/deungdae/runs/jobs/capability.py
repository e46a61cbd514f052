"""Job "capability": do the parts of a stored table keep within their limits."""

from typing import Any

from deungdae.analysis import capability
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import of_table

LIMITS = ("lower", "upper", "target", "boundary")


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Study the capability of columns; see `of_table`.

    The option "specs" is {column: {"lower", "upper", "target", "boundary"}}, where each limit may
    be left out.
    """
    return of_table(context, params, capability.study, capability.Options, _shaped)


def _shaped(options: dict[str, Any]) -> dict[str, Any]:
    specs = {}
    for name, limits in options.pop("specs", {}).items():
        check_params(limits, [], LIMITS)
        specs[name] = capability.Spec(**limits)
    return {**options, "specs": specs}
