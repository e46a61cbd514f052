"""What changed from one analysis to the next of the same kind of table: pure comparison."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt
from typing import Any

#: |z| from which two shares differ beyond chance (two-sided, 5 %).
_BEYOND_CHANCE = 1.96
_FOUND = ("clear", "suspected")


class Fate(StrEnum):
    """What became of a finding."""

    HOLDS = "holds"  #: found again, with regions that overlap
    MOVED = "moved"  #: the same columns, but another region of their values
    GONE = "gone"  #: looked for with enough data, and not found
    UNKNOWN = "unknown"  #: too little data, or no such group of parts, to look for it
    NEW = "new"  #: not among the earlier findings


@dataclass(frozen=True)
class Change:
    """One finding's fate. Strata and causes are those of the documents; what is not there is None.

    `before` is the earlier stratum and cause, `after` the later ones.
    """

    fate: Fate
    before: tuple[Mapping[str, Any], Mapping[str, Any]] | None
    after: tuple[Mapping[str, Any], Mapping[str, Any]] | None


@dataclass(frozen=True)
class Rates:
    """Bad and all parts before and after; `differs` tells whether by more than chance."""

    bad_before: int
    rows_before: int
    bad_after: int
    rows_after: int

    @property
    def before(self) -> float | None:
        """The earlier defect rate; None without parts."""
        return self.bad_before / self.rows_before if self.rows_before else None

    @property
    def after(self) -> float | None:
        """The later defect rate; None without parts."""
        return self.bad_after / self.rows_after if self.rows_after else None

    @property
    def differs(self) -> bool:
        """Whether the rates differ by more than chance: z-test of two shares, pooled variance."""
        if not self.rows_before or not self.rows_after:
            return False
        pooled = (self.bad_before + self.bad_after) / (self.rows_before + self.rows_after)
        spread = sqrt(pooled * (1 - pooled) * (1 / self.rows_before + 1 / self.rows_after))
        apart = abs(self.bad_after / self.rows_after - self.bad_before / self.rows_before)
        return spread > 0 and apart / spread > _BEYOND_CHANCE


@dataclass(frozen=True)
class Comparison:
    """What changed between two documents of the method `causes`."""

    rates: Rates
    changes: tuple[Change, ...]

    def of(self, fate: Fate) -> list[Change]:
        """Return the changes of one kind, in the order of the documents."""
        return [change for change in self.changes if change.fate is fate]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare two documents of the method `causes` about tables of the same shape.

    A finding is looked for in the later group of parts that shares values of every grouping
    column and the reason. It holds when a later finding of that group names one of its columns
    (or one that changes together with it) in an overlapping region.
    """
    changes: list[Change] = []
    recognised: set[int] = set()
    for stratum, cause in _findings(before):
        counterpart = _counterpart(stratum, after["strata"])
        change = _fate(stratum, cause, counterpart)
        if change.after is not None:
            recognised.add(id(change.after[1]))
        changes.append(change)
    changes += [
        Change(Fate.NEW, None, (stratum, cause))
        for stratum, cause in _findings(after)
        if id(cause) not in recognised
    ]
    bad_before, rows_before = _totals(before)
    bad_after, rows_after = _totals(after)
    return Comparison(Rates(bad_before, rows_before, bad_after, rows_after), tuple(changes))


def _fate(
    stratum: Mapping[str, Any], cause: Mapping[str, Any], now: Mapping[str, Any] | None
) -> Change:
    before = (stratum, cause)
    if now is None:
        return Change(Fate.UNKNOWN, before, None)
    later = now["causes"] if now["verdict"] in _FOUND else ()
    alike = [c for c in later if _columns(c) == _columns(cause)]
    alike += [c for c in later if c not in alike and _kin(cause, c)]
    for candidate in alike:
        if _overlap(cause, candidate):
            return Change(Fate.HOLDS, before, (now, candidate))
    for candidate in alike:
        if _columns(candidate) == _columns(cause):
            return Change(Fate.MOVED, before, (now, candidate))
    enough = now["verdict"] != "not_enough_data"
    return Change(Fate.GONE if enough else Fate.UNKNOWN, before, None)


def _findings(
    document: Mapping[str, Any],
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for stratum in document["strata"]:
        if stratum["verdict"] in _FOUND:
            for cause in stratum["causes"]:
                yield stratum, cause


def _counterpart(
    stratum: Mapping[str, Any], strata: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the stratum with the same reason that has most values in common with this one."""
    where = {column: set(values) for column, values in stratum["where"].items()}
    best, most = None, -1.0
    for candidate in strata:
        theirs = {column: set(values) for column, values in candidate["where"].items()}
        if candidate.get("reason") != stratum.get("reason") or theirs.keys() != where.keys():
            continue
        shares = [len(where[c] & theirs[c]) / len(where[c] | theirs[c]) for c in where]
        if all(shares) and sum(shares) > most:
            best, most = candidate, sum(shares)
    return best


def _columns(cause: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(str, cause["columns"]))


def _kin(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether two findings of single columns say the same by columns that move together."""
    if len(before["columns"]) != 1 or len(after["columns"]) != 1:
        return False
    return bool(
        _columns(before) & set(map(str, after.get("same_as") or ()))
        or _columns(after) & set(map(str, before.get("same_as") or ()))
    )


def _overlap(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    theirs = {_about(c): c for c in after["conditions"]}
    shared = [(c, theirs[_about(c)]) for c in before["conditions"] if _about(c) in theirs]
    if not shared:
        # Other columns of one kin, whose values cannot be compared with these.
        return _columns(before) != _columns(after)
    return all(_meet(a, b) for a, b in shared)


def _about(condition: Mapping[str, Any]) -> tuple[str, ...]:
    return (str(condition.get("op", "value")), *map(str, condition["columns"]))


def _meet(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    if a.get("levels") or b.get("levels"):
        return bool(set(a.get("levels") or ()) & set(b.get("levels") or ()))
    return any(
        max(low, other_low) < min(high, other_high)
        for low, high in _pieces(a)
        for other_low, other_high in _pieces(b)
    )


def _pieces(condition: Mapping[str, Any]) -> list[tuple[float, float]]:
    low = -inf if condition.get("min") is None else float(condition["min"])
    high = inf if condition.get("max") is None else float(condition["max"])
    if not condition.get("outside"):
        return [(low, high)]
    return [piece for piece in ((-inf, low), (high, inf)) if piece[0] < piece[1]]


def _totals(document: Mapping[str, Any]) -> tuple[int, int]:
    """Return bad and all parts, each counted once: a group stands in several strata by reason."""
    rows: dict[str, int] = {}
    whole: dict[str, int] = {}
    by_reason: dict[str, int] = {}
    for stratum in document["strata"]:
        where = repr(sorted(stratum["where"].items()))
        rows[where] = stratum["rows"]
        if stratum.get("reason") is None:
            whole[where] = stratum["bad"]
        else:
            by_reason[where] = by_reason.get(where, 0) + stratum["bad"]
    return sum((by_reason | whole).values()), sum(rows.values())
