"""Job "spc": the control charts of a stored table."""

from typing import Any

from deungdae.analysis import spc
from deungdae.records.errors import UnusableOption
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.study import of_table


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Draw control charts; see `of_table`.

    Of the options "rules" are names of sets or codes, "leave_out" maps the number of a point (as
    text) to a reason, and "spec" is {column: {"lower", "upper"}}.
    """
    return of_table(context, params, spc.draw, spc.Options, _shaped)


def _shaped(options: dict[str, Any]) -> dict[str, Any]:
    if "rules" in options:
        options["rules"] = spc.rules_of(",".join(options["rules"]) or "none")
    if "leave_out" in options:
        options["leave_out"] = {_point(n): str(why) for n, why in options["leave_out"].items()}
    if "spec" in options:
        for limits in options["spec"].values():
            check_params(limits, [], ["lower", "upper"])
        options["spec"] = {
            name: (limits.get("lower"), limits.get("upper"))
            for name, limits in options["spec"].items()
        }
    return options


def _point(number: str) -> int:
    try:
        return int(number)
    except ValueError as error:
        raise UnusableOption(
            "--leave-out: {point} is no number of a point.", point=number
        ) from error
