"""What the method `energy` is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    `time` is the end of each metered period, `use` the metered column and `kind` what it holds:
    "kwh" used in the period, "kw" mean power, "meter" a counter of kWh. `parts` counts what was
    made in the period. `tariff` is a name of `tariff.names()`; `prices` (nine) and `base` take the
    place of its prices; `contract` is the contracted power in kW.
    """

    time: str | None = None
    use: str | None = None
    kind: str | None = None
    parts: str | None = None
    tariff: str | None = None
    prices: tuple[float, ...] | None = None
    base: float | None = None
    contract: float | None = None
    seed: int = 0
    time_zone: str = "Asia/Seoul"
