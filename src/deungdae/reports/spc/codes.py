"""Words for the codes of the method `spc`: charts, panels, rules, verdicts, warnings."""

from collections.abc import Mapping
from typing import Final

from deungdae.records.messages import Message, message
from deungdae.reports.paper.model import Look

CHARTS: Final[Mapping[str, Message]] = {
    "imr": message("Individuals and moving range (I-MR)"),
    "xbar-r": message("Means and ranges (X̄-R)"),
    "xbar-s": message("Means and standard deviations (X̄-S)"),
    "p": message("Share of bad parts (p)"),
    "np": message("Number of bad parts (np)"),
    "c": message("Number of defects (c)"),
    "u": message("Defects per unit (u)"),
    "laney-p": message("Share of bad parts, Laney (p′)"),
    "laney-u": message("Defects per unit, Laney (u′)"),
    "ewma": message("Moving average with fading memory (EWMA)"),
    "cusum": message("Cumulative sums (CUSUM)"),
    "t2": message("Several columns at once (Hotelling T²)"),
}

PANELS: Final[Mapping[str, Message]] = {
    "value": message("Value"),
    "mean": message("Mean of the sample"),
    "mr": message("Moving range"),
    "range": message("Range of the sample"),
    "sd": message("Standard deviation of the sample"),
    "share": message("Share of bad parts"),
    "count": message("Number counted"),
    "rate": message("Defects per unit"),
    "ewma": message("Smoothed value (EWMA)"),
    "upper": message("Sum above the centre line"),
    "lower": message("Sum below the centre line"),
    "t2": message("T²"),
}

RULES: Final[Mapping[str, Message]] = {
    "we1": message("one point beyond three sigmas"),
    "we2": message("two of three points beyond two sigmas on the same side"),
    "we3": message("four of five points beyond one sigma on the same side"),
    "we4": message("eight points in a row on one side of the centre line"),
    "n1": message("one point beyond three sigmas"),
    "n2": message("nine points in a row on one side of the centre line"),
    "n3": message("six points in a row that rise or fall steadily"),
    "n4": message("fourteen points in a row that go up and down in turn"),
    "n5": message("two of three points beyond two sigmas on the same side"),
    "n6": message("four of five points beyond one sigma on the same side"),
    "n7": message("fifteen points in a row within one sigma of the centre line"),
    "n8": message("eight points in a row on both sides, none within one sigma"),
    "limits": message("one point beyond the limits"),
}

VERDICTS: Final[Mapping[str, tuple[Look, Message]]] = {
    "in_control": ("fine", message("In control")),
    "as_chance": ("fine", message("Nothing special")),
    "out_of_control": ("now", message("Out of control")),
    "mixed": ("soon", message("Several kinds mixed")),
    "no_limits": ("unknown", message("No limits")),
    "no_variation": ("unknown", message("No variation")),
}

#: what to know about one chart, and what to do about it
WARNINGS: Final[Mapping[str, Message]] = {
    "few_points": message(
        "The limits come from fewer than 20 points, so they will still move. "
        "Take them as trial limits until there are more."
    ),
    "autocorrelation": message(
        "Neighbouring points hang together, so limits for independent points give false alarms or "
        "hide signals. Chart every so many points, or find what makes the values follow one "
        "another."
    ),
    "not_normal": message(
        "Single values are far from a normal shape, so the limits give other numbers of false "
        "alarms than stated. Chart means of small samples, or ask for an EWMA, which minds less."
    ),
    "baseline_out": message(
        "The points that the limits come from are not in control themselves, so the limits may be "
        "too wide. Find the reasons, leave those points out, and draw the chart again."
    ),
    "between": message(
        "The means wander more than the spread within samples explains, as between lots or "
        "set-ups. Limits from the spread within are then too tight: chart the means as individuals."
    ),
    "coarse": message(
        "There are fewer than six different values: the gauge or the rounding is too coarse to "
        "show what varies."
    ),
    "overdispersed": message(
        "Counts spread more from sample to sample than chance makes them, so these limits are too "
        "tight. Take Laney's chart (laney-p or laney-u)."
    ),
    "underdispersed": message(
        "Counts spread less than chance makes them. Look at how they are counted: sorting, "
        "averaging or estimates do this."
    ),
    "mixed": message(
        "Kinds of parts that lie on different levels share this chart. Chart each kind alone."
    ),
    "scattered": message(
        "The names of the samples come back again and again; rows of one name were put together."
    ),
}

TABLE_WARNINGS: Final[Mapping[str, Message]] = {
    "no_time": message(
        "There is no time column, so the order of rows was taken as the order of making. "
        "Name the time column if there is one."
    ),
    "many_columns": message(
        "There are more measured columns than one report can hold; the first ones were charted. "
        "Name the ones you want."
    ),
}


def short(rule: str) -> str:
    """Return the sign of a rule that stands beside a mark: 1 to 8 for Nelson, WE1 to WE4."""
    if rule == "limits":
        return "•"
    return rule.removeprefix("n") if rule.startswith("n") else rule.upper()
