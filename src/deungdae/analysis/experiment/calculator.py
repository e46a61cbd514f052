"""Sizes of simple comparisons as one document: what `deungdae experiment power` prints."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from deungdae.analysis.experiment import power as powers
from deungdae.records.errors import UnusableOption

_METHODS = ("fisher", "score", "normal")


def calculated(
    rates: Sequence[float] | None = None,
    means: Sequence[float] | None = None,
    one_way: Sequence[float] | None = None,
    parts: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
    intra_run: float = 0.0,
    run_parts: int = 1,
) -> dict[str, Any]:
    """Return the power of so many `parts` in each group, or the parts that give the power.

    One of: `rates` (two shares), `means` (difference, standard deviation), `one_way` (number of
    groups, Cohen's f). Parts of one run of `run_parts` share their fate by `intra_run`: they count
    as 1 / (1 + (run_parts - 1)·intra_run) each.

    Returns {"method", "version", "kind": "power", "design_effect", "answers": [{"method", "parts",
    "power"}]}. Raises UnusableOption where nothing can be computed.
    """
    effect = powers.design_effect(run_parts, intra_run)
    answers: list[dict[str, Any]] = []
    if rates is not None:
        p1, p2 = rates
        if p1 == p2:
            powers.two_rates_normal(p1, p2, 1)  # refuses them in words
        for method in _METHODS:
            answers += _rates(method, p1, p2, parts, power, alpha, effect)
    elif means is not None:
        difference, sd = means
        if difference == 0 or sd <= 0:
            raise UnusableOption("A difference and a standard deviation above zero are needed.")
        answers.append(
            _solved("t", lambda n: powers.two_means(difference, sd, n, alpha),
                    lambda: powers.values_for_means(difference, sd, power, alpha), parts, effect)
        )  # fmt: skip
    elif one_way is not None:
        groups, f = int(one_way[0]), one_way[1]
        if groups < 2 or f <= 0:
            raise UnusableOption("At least two groups and an effect above zero are needed.")
        answers.append(
            _solved("anova", lambda n: powers.one_way(f, groups, n, alpha),
                    lambda: powers.values_for_one_way(f, groups, power, alpha), parts, effect)
        )  # fmt: skip
    return {
        "method": "experiment",
        "version": 1,
        "kind": "power",
        "alpha": alpha,
        "design_effect": effect,
        "answers": answers,
    }


def _solved(
    method: str, power_of: Callable[[float], float], needed: Callable[[], float],
    parts: int | None, effect: float,
) -> dict[str, Any]:  # fmt: skip
    n = parts if parts is not None else math.ceil(needed() * effect - 1e-9)
    # Fewer than two independent values in a group have no spread.
    return {"method": method, "parts": n, "power": power_of(max(n / effect, 2.0))}


def _rates(
    method: str, p1: float, p2: float, parts: int | None, power: float, alpha: float, effect: float
) -> list[dict[str, Any]]:
    def power_of(n: float) -> float:
        if method == "normal":
            return powers.two_rates_normal(p1, p2, n, alpha)
        return powers.two_rates_exact(p1, p2, max(int(n), 1), alpha, method)

    if parts is not None:
        if method != "normal" and parts / effect > powers.MOST_ENUMERATED:
            return []
        return [{"method": method, "parts": parts, "power": power_of(parts / effect)}]
    start = powers.parts_for_rates(p1, p2, power, alpha)
    if method == "normal":
        n = math.ceil(start * effect - 1e-9)
        return [{"method": method, "parts": n, "power": power_of(n / effect)}]
    if start * 1.5 > powers.MOST_ENUMERATED:
        return []
    # Exact power is not monotone in the number of parts: the first that reaches it and keeps it
    # over the next few is taken.
    low, high = max(int(start * 0.5), 1), max(int(start * 1.6) + 8, 8)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= power else (middle, high)
    n = high
    while min(power_of(n + more) for more in range(3)) < power:
        n += 1
    return [{"method": method, "parts": math.ceil(n * effect - 1e-9), "power": power_of(n)}]
