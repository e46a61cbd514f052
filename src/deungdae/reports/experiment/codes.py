"""Sentences for what a plan or an analysis says in codes."""

from typing import Final

from deungdae.records.messages import Message, message

#: of a plan
PLAN_WARNINGS: Final[dict[str, Message]] = {
    "hard_to_change": message(
        "A factor takes long to change. Change it anew for each run all the same: runs that share "
        "one setting of it would count as one."
    ),
    "block_over_days": message(
        "A block takes more than one day. Keep material, shift and mould the same within a block."
    ),
    "derived": message(
        "A factor is made of two settings. Change one of them and hold the other, so that the "
        "value in the sheet comes out."
    ),
    "no_affordable_plan": message(
        "Within the limits that were given, no experiment is large enough."
    ),
    "underpowered": message("The chance to see the promised effect is below what was asked for."),
    "cause_leakage": message(
        "The finding may be known only after the inspection. Make sure that it is a setting first."
    ),
    "cause_cavity": message(
        "The finding is a difference between cavities: no setting of the machine explains it."
    ),
    "cause_period": message(
        "The finding may be only the day in disguise. The blocks of the plan guard against that."
    ),
    "cause_lot": message("The finding may be only the lot in disguise. Use one lot in each block."),
    "cause_shift": message(
        "The finding may be only the shift in disguise. Keep to one shift in each block."
    ),
    "cause_product": message(
        "The finding may be only the product in disguise. Make one product throughout."
    ),
}

#: of an analysis
ANALYSIS_WARNINGS: Final[dict[str, Message]] = {
    "missing_runs": message(
        "Some runs were not done or not filled in; the experiment is smaller than planned."
    ),
    "bad_not_filled": message(
        "In some runs the parts are written but not the bad ones. Write 0 if there were none; "
        "until then these runs do not count."
    ),
    "order_changed": message(
        "The runs were not done in the random order of the plan, so a drift over time may look "
        "like an effect."
    ),
    "deviated": message("Some runs were not set as planned; they count as they were really set."),
    "too_few_runs": message("Too few runs are filled in to judge anything."),
    "runs_differ_more": message(
        "Runs at the same setting differed more than was planned for: something else changes from "
        "run to run."
    ),
}

VERDICTS: Final[dict[str, Message]] = {
    "confirmed": message("confirmed"),
    "refuted": message("refuted"),
    "undecided": message("undecided"),
}

#: how each kind of design is called
DESIGNS: Final[dict[str, Message]] = {
    "comparison": message("comparison of two settings"),
    "full": message("full factorial"),
    "fraction": message("fractional factorial"),
}

GLOSSARY: Final[tuple[tuple[Message, Message], ...]] = (
    (
        message("Power"),
        message("The chance that the experiment sees the promised effect if it is really there."),
    ),
    (
        message("Block"),
        message("Runs made under the same circumstances, such as one day; differences between "
                "blocks do not disturb the comparison."),
    ),
    (
        message("Correlation within runs"),
        message("How far parts of one run share their fate: 0 not at all, 1 completely. The larger "
                "it is, the more runs are needed, and the less more parts in a run help."),
    ),
    (
        message("Points"),
        message("Difference of two percentages: from 4% to 1% is a fall of 3 points."),
    ),
    (
        message("Refuted"),
        message("The interval includes no effect, and excludes the one that was to be shown."),
    ),
)  # fmt: skip
