"""How many defects it takes to see a cause: what to say when there are not enough."""

import math
from functools import cache

import numpy as np
from scipy import special

#: The cause that should not be missed: triple the risk in a quarter of the production.
RISK_RATIO = 3.0
SHARE = 0.25
POWER = 0.8
#: The same for a measured result: half a standard deviation, in a quarter of the production.
DIFFERENCE = 0.5
#: Chance of one false alarm over all columns.
ALPHA = 0.05


@cache
def episodes_needed(columns: int) -> int:
    """Return how many independent episodes show a cause of `RISK_RATIO` with probability `POWER`.

    A cause that holds in `SHARE` of the production would put that share of the episodes inside it
    by chance, and RR * SHARE / (RR * SHARE + 1 - SHARE) of them if it multiplies the risk by RR.
    The exact one-sided binomial test is made at `ALPHA` divided by the number of columns tried.
    """
    inside = RISK_RATIO * SHARE / (RISK_RATIO * SHARE + 1 - SHARE)
    alpha = ALPHA / max(columns, 1)
    for episodes in range(3, 2000):
        critical = _critical(alpha, episodes)
        if special.bdtrc(critical - 1, episodes, inside) >= POWER:
            return episodes
    return 2000


def _critical(alpha: float, episodes: int) -> int:
    """Return the least number of episodes inside that chance reaches with `alpha` at most."""
    beyond = special.bdtrc(np.arange(episodes), episodes, SHARE)  # more than 0, 1, … inside
    enough = np.flatnonzero(beyond <= alpha)
    return int(enough[0] if enough.size else episodes) + 1


@cache
def independent_needed(columns: int) -> int:
    """Return how many independent measured results show a difference of `DIFFERENCE`.

    Two means, of `SHARE` of the results and of the rest, that lie `DIFFERENCE` standard deviations
    apart are told apart with probability `POWER` by a one-sided test at `ALPHA` divided by the
    number of columns: n = (z_alpha + z_power)^2 / (share * (1 - share) * difference^2).
    """
    deviates = special.ndtri(POWER) - special.ndtri(ALPHA / max(columns, 1))
    return math.ceil(float(deviates) ** 2 / (SHARE * (1 - SHARE) * DIFFERENCE**2))


def missing_results(
    columns: int, units: int, independent: int, days: float | None
) -> dict[str, int | float | None]:
    """Return the same as `missing` for a measured result: more results, and for which effect."""
    needed = max(independent_needed(columns) - independent, 1)
    more_days = None
    if days is not None and independent:
        more_days = math.ceil(needed * max(days, 1.0) / independent)
    return {
        "bad": None,
        "rows": math.ceil(needed * units / max(independent, 1)),
        "episodes": needed,
        "days": more_days,
        "risk_ratio": None,
        "difference": DIFFERENCE,
        "power": POWER,
    }


def missing(
    columns: int, bad: int, episodes: int, days: float | None
) -> dict[str, int | float | None]:
    """Return what is still needed: more bad rows, episodes and days, and for which effect.

    `days` is the time the episodes took; None where the table has no time.
    """
    needed = max(episodes_needed(columns) - episodes, 1)
    per_episode = bad / episodes if episodes else 1.0
    more_days = None
    if days is not None and episodes:
        more_days = math.ceil(needed * max(days, 1.0) / episodes)
    return {
        "bad": math.ceil(needed * per_episode),
        "episodes": needed,
        "days": more_days,
        "risk_ratio": RISK_RATIO,
        "power": POWER,
    }
