"""One run is a method, its version, its parameters and a table version; it gives one result.

Each run is one process of its own: a crash or a lack of memory takes nothing else with it. This
package itself imports no library of analysis, so that a web server may use it.
"""

from deungdae.runs.folder import RunState, Status, result, state, under_way
from deungdae.runs.job import JOBS, Job, JobContext
from deungdae.runs.supervisor import RunResult, run

__all__ = [
    "JOBS",
    "Job",
    "JobContext",
    "RunResult",
    "RunState",
    "Status",
    "result",
    "run",
    "state",
    "under_way",
]
