"""How a defect rate moved, and whether by more than chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

_Z: Final = 1.959964  #: of the normal distribution, two-sided 95 %


@dataclass(frozen=True)
class Share:
    """Bad parts among parts inspected.

    `clumping` is how many bad parts come in one incident, at least 1: parts that went bad together
    are not as many observations as they are parts.
    """

    bad: int
    rows: int
    clumping: float = 1.0

    @property
    def rate(self) -> float:
        """The defect rate; `rows` must not be 0."""
        return self.bad / self.rows

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval (Wilson 1927), for rows divided by the clumping.

        Dividing by the design effect of clusters is Kish (1965).
        """
        n = self.rows / self.clumping
        p, z2 = self.rate, _Z * _Z
        middle = p + z2 / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        low, high = (middle - spread) / (1 + z2 / n), (middle + spread) / (1 + z2 / n)
        return max(0.0, low), min(1.0, high)


@dataclass(frozen=True)
class Movement:
    """A defect rate before and after."""

    before: Share
    after: Share

    @property
    def difference(self) -> tuple[float, float]:
        """The 95 % interval of after minus before (Newcombe 1998, hybrid score, method 10)."""
        p1, p2 = self.before.rate, self.after.rate
        (l1, u1), (l2, u2) = self.before.interval, self.after.interval
        return (
            p2 - p1 - sqrt((p2 - l2) ** 2 + (u1 - p1) ** 2),
            p2 - p1 + sqrt((u2 - p2) ** 2 + (p1 - l1) ** 2),
        )

    @property
    def direction(self) -> str:
        """Return "rose" or "fell", or "unclear" where the difference may be chance."""
        low, high = self.difference
        return "rose" if low > 0 else "fell" if high < 0 else "unclear"


def moved(before: Share, after: Share) -> Movement | None:
    """Return the movement, or None where one of the two has no parts."""
    return Movement(before, after) if before.rows and after.rows else None


def of_group(stratum: Mapping[str, Any]) -> Share:
    """Return the share of bad parts of a group; of a measured result, of no parts at all."""
    if stratum["bad"] is None:
        return Share(0, 0)
    return Share(stratum["bad"], stratum["rows"], clumping(stratum["bad"], stratum["episodes"]))


def of_region(stratum: Mapping[str, Any], cause: Mapping[str, Any]) -> Share:
    """Return the share of bad parts inside of a finding's region; as `of_group` if measured."""
    if stratum["bad"] is None:
        return Share(0, 0)
    bad = round(cause["rate_inside"] * cause["n_inside"])
    return Share(bad, cause["n_inside"], clumping(stratum["bad"], stratum["episodes"]))


def of_table(document: Mapping[str, Any]) -> Share:
    """Return the share of bad parts of a table, each part counted once.

    A group stands in several strata, one for each reason; the one without a reason stands for all.
    """
    rows: dict[str, int] = {}
    whole: dict[str, tuple[int, int]] = {}
    by_reason: dict[str, tuple[int, int]] = {}
    for stratum in document["strata"]:
        if stratum["bad"] is None:
            continue
        where = repr(sorted(stratum["where"].items()))
        # a stratum of one reason leaves out the parts that are bad for another
        rows[where] = max(rows.get(where, 0), stratum["rows"])
        counted = (stratum["bad"], stratum["episodes"])
        if stratum.get("reason") is None:
            whole[where] = counted
        else:
            so_far = by_reason.get(where, (0, 0))
            by_reason[where] = (so_far[0] + counted[0], so_far[1] + counted[1])
    counts = (by_reason | whole).values()
    bad = sum(n for n, _ in counts)
    return Share(bad, sum(rows.values()), clumping(bad, sum(n for _, n in counts)))


def clumping(bad: int, episodes: int | None) -> float:
    """Return how many bad parts come in one incident, at least 1."""
    return max(1.0, bad / episodes) if episodes else 1.0
