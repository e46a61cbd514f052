"""A machine watched for a long time: which method, how often it cries wolf, when to learn again.

methods     what there is to choose from, all with one face
seasons     tags that each have their day
planted     anomalies of known size, to be found
choosing    by back-test on the good period
keeping     a learned watch as plain arrays
steadiness  whether the good period was one
drifting    whether the machine has moved away since
proposing   a good period to begin with
"""

from deungdae.analysis.watching.choosing import Choice, Trial, by_chance, choose
from deungdae.analysis.watching.drifting import Drifted, drifted
from deungdae.analysis.watching.keeping import NotKept, from_arrays, to_arrays
from deungdae.analysis.watching.methods import METHODS, Watch, learn
from deungdae.analysis.watching.proposing import Proposal, propose
from deungdae.analysis.watching.steadiness import Moved, moved

__all__ = [
    "METHODS",
    "Choice",
    "Drifted",
    "Moved",
    "NotKept",
    "Proposal",
    "Trial",
    "Watch",
    "by_chance",
    "choose",
    "drifted",
    "from_arrays",
    "learn",
    "moved",
    "propose",
    "to_arrays",
]
