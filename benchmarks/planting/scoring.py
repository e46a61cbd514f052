"""Scores of a judgement against the planted columns, the same for every method."""

from dataclasses import dataclass
from math import sqrt

from planting.columns import Sameness
from planting.peers import Judgement

SAME = 0.9  #: |Spearman| above which two columns count as the same
KIN = 0.5  #: |Spearman| above which a claimed column at least belongs to the planted one's family


@dataclass(frozen=True)
class Score:
    """How a method did on one table.

    `found_at` gives, for each planted column, the place in the ranking (from 1) at which it or a
    column that says the same stands, or None. `claims` are counted after columns that say the same
    as an earlier claim are dropped; `false` are those that say the same as no planted column, and
    `strange` those that do not even resemble one.
    """

    found_at: dict[str, int | None]
    claims: tuple[str, ...]
    false: tuple[str, ...]
    strange: tuple[str, ...]

    def recall(self, k: int, names: tuple[str, ...] | None = None) -> float | None:
        """Return the share of the planted columns among the first `k`; None if none is planted.

        With more than `k` planted columns, `k` of them are all that can be asked for. `names` asks
        for some of the planted columns only.
        """
        wanted = list(names) if names is not None else list(self.found_at)
        if not wanted:
            return None
        places = [self.found_at[name] for name in wanted]
        found = sum(place is not None and place <= k for place in places)
        return found / min(k, len(wanted))

    @property
    def false_share(self) -> float:
        """The share of false claims; 0 without claims."""
        return len(self.false) / len(self.claims) if self.claims else 0.0

    @property
    def strange_share(self) -> float:
        """The share of claims that do not resemble any planted column; 0 without claims."""
        return len(self.strange) / len(self.claims) if self.claims else 0.0


def score(judgement: Judgement, truth: list[str], sameness: Sameness) -> Score:
    """Score a judgement: columns that say the same as an earlier one take no place of their own."""
    ranking = sameness.distinct(judgement.ranking, SAME)
    claims = sameness.distinct(judgement.claims, SAME)
    found_at: dict[str, int | None] = {}
    for name in truth:
        places = [i for i, other in enumerate(ranking, 1) if sameness.rho(name, other) > SAME]
        found_at[name] = places[0] if places else None
    return Score(
        found_at,
        tuple(claims),
        tuple(c for c in claims if not _resembles(c, truth, sameness, SAME)),
        tuple(c for c in claims if not _resembles(c, truth, sameness, KIN)),
    )


def wilson(hits: int, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a proportion (Wilson 1927)."""
    if trials == 0:
        return 0.0, 1.0
    p = hits / trials
    centre = p + z * z / (2 * trials)
    spread = z * sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def _resembles(claim: str, truth: list[str], sameness: Sameness, limit: float) -> bool:
    return any(sameness.rho(claim, name) > limit for name in truth)
