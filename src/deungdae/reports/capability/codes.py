"""A sentence for each code that a document of the method `capability` may carry."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.paper.model import Look

#: names of the shapes
SHAPES: Final[Mapping[str, Message]] = {
    "normal": message("normal"),
    "lognormal": message("lognormal"),
    "weibull": message("Weibull"),
    "gamma": message("gamma"),
    "largest_extreme": message("largest extreme value"),
    "smallest_extreme": message("smallest extreme value"),
    "percentile": message("quantiles of the values themselves"),
}

#: why this shape was taken
REASONS: Final[Mapping[str, Message]] = {
    "told": message("The shape was told."),
    "normal_fits": message("Nothing speaks against a normal distribution, so it was taken."),
    "most_likely": message(
        "This shape is the most likely of those compared, and the values do not contradict it."
    ),
    "no_fit": message(
        "No shape fits well, and there are too few values to do without one: read the indices as "
        "a rough guide."
    ),
    "percentile": message(
        "No shape fits, so the 0.135%, 50% and 99.865% quantiles of the values themselves were "
        "taken."
    ),
}

#: how the spread within subgroups was estimated
SPREADS: Final[Mapping[str, Message]] = {
    "pooled": message("pooled standard deviation of the subgroups"),
    "rbar": message("mean range of the subgroups over d2"),
    "sbar": message("mean standard deviation of the subgroups over c4"),
    "mr": message("mean moving range over d2"),
}

#: what speaks against one steady process
UNSTEADY: Final[Mapping[str, Message]] = {
    "wandering": message("The level wanders: neighbours are more alike than chance allows."),
    "between": message("Subgroups differ more than the spread within them allows."),
    "beyond": message("More parts lie far out than the fitted shape allows."),
}

WARNINGS: Final[Mapping[str, Message]] = {
    "mixed": message(
        "Kinds of parts that lie on different levels were put together; the indices mean nothing. "
        "Study each kind alone."
    ),
    "few_rows": message("Fewer than 50 parts: the intervals are wide. Measure 100 or more."),
    "modest_rows": message("Fewer than 100 parts; ISO 22514 asks for about 100 or more."),
    "verdict_unsure": message(
        "The interval of Ppk holds the wanted value, so more parts may turn the verdict."
    ),
    "poor_fit": message(
        "The fitted shape does not describe these values well; the expected parts per million are "
        "unsure."
    ),
    "percentile_rows": message(
        "There are too few values for an interval of their own far quantiles (about 2,800 are "
        "needed)."
    ),
    "coarse": message(
        "The values are rounded coarsely against their spread. Read the gauge more finely."
    ),
    "off_centre": message("The spread is small enough; the level is not in the middle. Centre it."),
    "between": message(
        "Within subgroups the spread is much smaller than overall: something changes between them."
    ),
    "boundary": message("Some values lie beyond the natural boundary that was told."),
    "constant": message("All values are the same; there is no spread to judge."),
    "no_time": message(
        "Nothing says when parts were made, so the order of the rows was taken for it."
    ),
}

VERDICTS: Final[Mapping[str, tuple[Look, Message]]] = {
    "capable": ("fine", message("capable")),
    "not_capable": ("now", message("not capable")),
    "unstable": ("now", message("not stable")),
    "not_enough_data": ("unknown", message("not enough data")),
}
