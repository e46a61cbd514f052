"""What the method `spc` is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from deungdae.analysis.spc.rules import RULES, SETS
from deungdae.records.errors import UnusableOption

#: The charts by code; the first of each group is the one that `auto` takes first.
CHARTS: Final = (
    "imr", "xbar-r", "xbar-s", "p", "np", "c", "u", "laney-p", "laney-u", "ewma", "cusum", "t2",
)  # fmt: skip
#: Charts of measured values, and of counts out of so many inspected.
MEASURED: Final = frozenset({"imr", "xbar-r", "xbar-s", "ewma", "cusum", "t2"})
OF_INSPECTED: Final = frozenset({"p", "np", "u", "laney-p", "laney-u"})


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None or empty is chosen, and the result says so.

    `baseline` are the points the limits come from: "1-25", "COLUMN=VALUE", or times with either
    side open, "2024-03-01..2024-03-15". `stage_at` is where further stages begin: points or times.
    `leave_out` maps points (by number, from 1) to the reason why they neither count nor are judged.
    `target` and `sigma` are in the unit of the column.
    """

    columns: tuple[str, ...] = ()
    chart: str = "auto"
    subgroup: str | None = None
    size: int | None = None  #: rows in a row that form a subgroup
    inspected: str | None = None  #: column with the number inspected, or the area
    rules: tuple[str, ...] = SETS["western-electric"]
    baseline: str | None = None
    stage: str | None = None
    stage_at: tuple[str, ...] = ()
    leave_out: Mapping[int, str] = field(default_factory=dict)
    time: str | None = None
    target: float | None = None
    sigma: float | None = None
    weight: float = 0.2  #: λ of an EWMA
    width: float = 3.0  #: its limits, in sigmas
    slack: float = 0.5  #: k of a CUSUM, in sigmas
    decision: float = 5.0  #: h of a CUSUM, in sigmas
    spec: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    seed: int = 0
    time_zone: str = "Asia/Seoul"


def check(options: Options) -> None:
    """Raise UnusableOption for what contradicts itself or is out of bounds, whatever the table."""
    if options.chart != "auto" and options.chart not in CHARTS:
        raise UnusableOption(
            "--chart: there is no chart {chart}; there are: {charts}.",
            chart=options.chart,
            charts=", ".join(("auto", *CHARTS)),
        )
    for rule in options.rules:
        if rule not in RULES:
            raise UnusableOption(
                "--rules: there is no rule {rule}; say western-electric, nelson, none, or codes "
                "such as we1 and n5.",
                rule=rule,
            )
    if options.subgroup is not None and options.size is not None:
        raise UnusableOption("--subgroup and --size cannot be told together: say one of them.")
    if options.size is not None and options.size < 1:
        raise UnusableOption("--size must be 1 or more, not {size}.", size=options.size)
    if options.baseline is not None and (options.stage is not None or options.stage_at):
        raise UnusableOption(
            "--baseline and --stage cannot be told together: each stage has limits of its own."
        )
    if options.stage is not None and options.stage_at:
        raise UnusableOption("--stage and --stage-at cannot be told together: say one of them.")
    _check_numbers(options)


def _check_numbers(options: Options) -> None:
    for name, value, low, high in (
        ("--weight", options.weight, 0.0, 1.0),
        ("--width", options.width, 0.0, 10.0),
        ("--slack", options.slack, 0.0, 10.0),
        ("--decision", options.decision, 0.0, 100.0),
        ("--sigma", 1.0 if options.sigma is None else options.sigma, 0.0, float("inf")),
    ):
        if not low < value <= high:
            raise UnusableOption(
                "{option} must be above {low} and at most {high}, not {value}.",
                option=name, low=low, high=high, value=value,
            )  # fmt: skip
    for column, (low_limit, high_limit) in options.spec.items():
        if low_limit is not None and high_limit is not None and low_limit >= high_limit:
            raise UnusableOption(
                "--spec: the lower limit of {column} must lie below the upper one.", column=column
            )


def rules_of(text: str) -> tuple[str, ...]:
    """Return the rules that `text` names.

    "western-electric", "nelson", "none"; codes such as "we1,n5"; or bare numbers, which are
    Nelson's tests. Raises UnusableOption for anything else.
    """
    if text == "none":
        return ()
    found: list[str] = []
    for word in (w.strip().lower() for w in text.split(",") if w.strip()):
        named = SETS.get(word, (f"n{word}" if word.isdigit() else word,))
        found += [rule for rule in named if rule not in found]
    for rule in found:
        if rule not in RULES:
            raise UnusableOption(
                "--rules: there is no rule {rule}; say western-electric, nelson, none, or codes "
                "such as we1 and n5.",
                rule=rule.removeprefix("n") if rule[1:].isdigit() else rule,
            )
    return tuple(found)
