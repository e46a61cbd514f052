"""Experiments: the plan that proves or refutes a cause, and the analysis of the filled sheet.

from deungdae.analysis import experiment

factor = experiment.Factor("speed", bad=45.0, good=60.0, unit="mm/s")
finding = experiment.Finding(("speed",), baseline=0.04, promised=0.01)
planned = experiment.plan([factor], [finding])
planned.document["size"]
"""

from deungdae.analysis.experiment.analyse import CONFIRMED, REFUTED, UNDECIDED, analyse, judge
from deungdae.analysis.experiment.options import (
    BAD_PARTS,
    MEASURED,
    Factor,
    Finding,
    Options,
    Origin,
    Response,
)
from deungdae.analysis.experiment.origins import Asked, from_causes
from deungdae.analysis.experiment.plan import (
    METHOD,
    VERSION,
    Findings,
    identity,
    plan,
    sha256_of,
)

__all__ = [
    "BAD_PARTS",
    "CONFIRMED",
    "MEASURED",
    "METHOD",
    "REFUTED",
    "UNDECIDED",
    "VERSION",
    "Asked",
    "Factor",
    "Finding",
    "Findings",
    "Options",
    "Origin",
    "Response",
    "analyse",
    "from_causes",
    "identity",
    "judge",
    "plan",
    "sha256_of",
]
