"""What a machine's time was worth: states, key figures of ISO 22400-2, losses, bottlenecks.

spans     stretches of one state, without holes; unknown is a state of its own
cycles    parts from a counter, typical and demonstrated cycle
counted   states from a counter            sensed      states from one noisy signal
edges     where its stops begin  rhythm      cycle times from a load that keeps time
figures   availability, effectiveness, quality, OEE, NEE, TEEP, and what unknown time does
losses    the waterfall of lost time, reasons by their weight, time between faults
bottleneck  which machine of a line holds up the others
"""

from deungdae.analysis.oee.bottleneck import Part, bottlenecks
from deungdae.analysis.oee.counted import counted
from deungdae.analysis.oee.cycles import Cycle, Increments, cycle_seconds, increments, learned
from deungdae.analysis.oee.figures import Counts, Figures, Times, figures
from deungdae.analysis.oee.losses import (
    Loss,
    Reliability,
    Share,
    Waterfall,
    pareto,
    reliability,
    waterfall,
)
from deungdae.analysis.oee.sensed import Sensed, sensed
from deungdae.analysis.oee.spans import (
    STANDING,
    Lasting,
    Span,
    State,
    Stretch,
    during,
    joined,
    made_one,
    seconds_by_state,
    stops,
    within,
)

__all__ = [
    "STANDING",
    "Counts",
    "Cycle",
    "Figures",
    "Increments",
    "Lasting",
    "Loss",
    "Part",
    "Reliability",
    "Sensed",
    "Share",
    "Span",
    "State",
    "Stretch",
    "Times",
    "Waterfall",
    "bottlenecks",
    "counted",
    "cycle_seconds",
    "during",
    "figures",
    "increments",
    "joined",
    "learned",
    "made_one",
    "pareto",
    "reliability",
    "seconds_by_state",
    "sensed",
    "stops",
    "waterfall",
    "within",
]
