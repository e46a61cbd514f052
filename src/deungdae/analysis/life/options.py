"""What the method `life` is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What the person said; whatever is None is guessed, and the result says so.

    With `limit` one signal of one machine is followed to the value at which it must be changed;
    without it the table holds the lives of several units. `unit` names the machine of a row, `age`
    counts its cycles or is a time, `failed` says whether its life has ended (told in any row of
    the unit; without such a column all have). `signal` is followed to `limit`. `signals` are the
    columns that are learned from, all but `ignore` without them. Remaining lives above `cap` count
    as `cap` while learning: a new machine looks the same whether it lasts long or longer.
    """

    unit: str | None = None
    age: str | None = None
    failed: str | None = None
    signals: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    cap: float | None = None
    signal: str | None = None
    limit: float | None = None
    seed: int = 0
    time_zone: str = "Asia/Seoul"
