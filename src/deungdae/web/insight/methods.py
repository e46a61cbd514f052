"""What can be asked of a file: the methods, by the code that analyses carry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _lazy


@dataclass(frozen=True)
class Method:
    """One method: its name, what a button that starts it says, and the question it answers.

    `job` names the run that computes it, `told_by` who tells its result as a paper.
    """

    code: str
    name: Any
    task: Any
    question: Any
    job: str
    told_by: str = ""


CAUSES: Final = "causes"
SPC: Final = "spc"
CAPABILITY: Final = "capability"
GAUGE: Final = "gauge"
PLAN: Final = "plan"
EXPERIMENT: Final = "experiment"
LIFE: Final = "life"
RELIABILITY: Final = "reliability"
OPERATIONS: Final = "operations"
ENERGY: Final = "energy"

#: Another way to ask for causes: the analysis is one of `CAUSES`.
MACHINES: Final = Method(
    CAUSES,
    _lazy("Causes in the machines' data"),
    _lazy("Find the causes"),
    _lazy("Which condition of the machine made the bad parts of this list?"),
    "causes",
)

METHODS: Final[Mapping[str, Method]] = {
    method.code: method
    for method in (
        Method(
            CAUSES,
            _lazy("Causes of defects"),
            _lazy("Find the causes"),
            _lazy("Which settings of the process make the bad parts?"),
            "causes",
        ),
        Method(
            SPC,
            _lazy("Control chart"),
            _lazy("Draw the control chart"),
            _lazy("Is the process in control, and what changed where it was not?"),
            "spc",
            "spc",
        ),
        Method(
            CAPABILITY,
            _lazy("Process capability"),
            _lazy("Work out the capability"),
            _lazy("Does the process hold the specification: Cp, Cpk, Pp, Ppk?"),
            "capability",
            "capability",
        ),
        Method(
            GAUGE,
            _lazy("Gauge study"),
            _lazy("Judge the gauge"),
            _lazy("Can the measurements be trusted: repeatability, people, bias, agreement?"),
            "gauge",
            "gauge",
        ),
        Method(
            PLAN,
            _lazy("Plan of an experiment"),
            _lazy("Plan the experiment"),
            _lazy("Which trial proves or refutes a cause, with how many parts?"),
            "experiment-plan",
            "experiment",
        ),
        Method(
            EXPERIMENT,
            _lazy("Experiment"),
            _lazy("Judge the experiment"),
            _lazy("Did the trial confirm the cause?"),
            "experiment",
            "experiment",
        ),
        Method(
            LIFE,
            _lazy("Remaining life"),
            _lazy("Foretell the end"),
            _lazy("How long does a machine, a tool or a part still last?"),
            "life",
            "life",
        ),
        Method(
            RELIABILITY,
            _lazy("Reliability"),
            _lazy("Judge the failures"),
            _lazy("How long do machines run between failures, and is it wear or chance?"),
            "reliability",
            "reliability",
        ),
        Method(
            OPERATIONS,
            _lazy("Work on the floor"),
            _lazy("Follow the work"),
            _lazy("Where do orders wait, which operation holds them up, and where is scrap made?"),
            "operations",
            "operations",
        ),
        Method(
            ENERGY,
            _lazy("Electricity"),
            _lazy("Work out the electricity"),
            _lazy(
                "What does electricity cost by the hour, what sets the peak, what does a part need?"
            ),
            "energy",
            "energy",
        ),
    )
}
