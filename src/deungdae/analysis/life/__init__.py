"""How long a machine still lives, with an interval: from lives before it, or from one signal.

`predict` takes a table and returns `Findings`; `passage` and `score` are its arithmetic.
"""

from deungdae.analysis.life.method import METHOD, VERSION, Findings, predict
from deungdae.analysis.life.options import Options
from deungdae.analysis.life.passage import Passage, passage
from deungdae.analysis.life.scoring import coverage, rmse, score

__all__ = [
    "METHOD",
    "VERSION",
    "Findings",
    "Options",
    "Passage",
    "coverage",
    "passage",
    "predict",
    "rmse",
    "score",
]
