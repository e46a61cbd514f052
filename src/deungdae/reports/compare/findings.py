"""What became of the findings of an earlier analysis: a pure comparison of two documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from deungdae.reports.compare.direction import agree, shared_columns
from deungdae.reports.compare.rates import Movement, moved, of_group, of_region, of_table

Stratum = Mapping[str, Any]
Cause = Mapping[str, Any]

_FOUND: Final = ("clear", "suspected")


class Fate(StrEnum):
    """What became of a finding."""

    HOLDS = "holds"  #: found again, in the same direction
    MOVED = "moved"  #: the same column, but in another direction or with other levels
    GONE = "gone"  #: looked for with enough data, and not found
    UNKNOWN = "unknown"  #: could not be looked for
    NEW = "new"  #: not among the earlier findings


@dataclass(frozen=True)
class Change:
    """One finding's fate.

    `before` and `after` are the stratum and the cause of either document, None where there is
    none. `group` is the same group of parts in the other document, where there is one. `why` is a
    code: of GONE "not_seen", "hint" (seen, but it did not pass the checks), "no_defects"; of
    UNKNOWN "not_enough_data", "hint", "no_group", "column"; of HOLDS "same" or "together" (by a
    column that changes together with it); of NEW "not_seen", "not_enough_data", "no_group".
    `rates` are those inside of the region.
    """

    fate: Fate
    before: tuple[Stratum, Cause] | None
    after: tuple[Stratum, Cause] | None
    why: str = ""
    group: Stratum | None = None
    columns: tuple[str, ...] = ()  #: set aside this time, so that nothing could be looked for
    rates: Movement | None = None


@dataclass(frozen=True)
class Comparison:
    """What changed between two documents of the method `causes`.

    `groups` are those in both documents: earlier stratum, later stratum, how the rate moved.
    """

    same_file: bool
    rates: Movement | None
    changes: tuple[Change, ...]
    groups: tuple[tuple[Stratum, Stratum, Movement], ...]

    def of(self, fate: Fate) -> list[Change]:
        """Return the changes of one kind, in the order of the documents."""
        return [change for change in self.changes if change.fate is fate]


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Comparison:
    """Compare two documents of the method `causes` about tables of the same shape.

    A finding is looked for in the later group with the same reason that shares values of every
    grouping column. It holds when a finding there names one of its columns, and each column that
    both name is bad on the same side; or names a column that changes together with one of its own.
    """
    aside = {str(c["column"]) for c in after["input"].get("columns_set_aside") or ()}
    changes: list[Change] = []
    recognised: set[int] = set()
    for stratum, cause in _findings(before):
        change = _fate(stratum, cause, counterpart(stratum, after["strata"]), aside)
        if change.after is not None:
            recognised.add(id(change.after[1]))
        changes.append(change)
    for stratum, cause in _findings(after):
        if id(cause) not in recognised:
            changes.append(_new(stratum, cause, counterpart(stratum, before["strata"])))
    digests = (before["input"].get("sha256"), after["input"].get("sha256"))
    return Comparison(
        same_file=digests[0] is not None and digests[0] == digests[1],
        rates=moved(of_table(before), of_table(after)),
        changes=tuple(changes),
        groups=tuple(_groups(before, after)),
    )


def counterpart(stratum: Stratum, strata: Sequence[Stratum]) -> Stratum | None:
    """Return the stratum with the same reason that has most values in common with this one.

    Every grouping column must share at least one value; None where no stratum does.
    """
    where = {column: set(map(str, values)) for column, values in stratum["where"].items()}
    best, most = None, -1.0
    for candidate in strata:
        theirs = {column: set(map(str, v)) for column, v in candidate["where"].items()}
        if candidate.get("reason") != stratum.get("reason") or theirs.keys() != where.keys():
            continue
        if (candidate["bad"] is None) != (stratum["bad"] is None):
            continue  # a measured result is not compared with its defects
        shares = [len(where[c] & theirs[c]) / len(where[c] | theirs[c]) for c in where]
        if all(shares) and sum(shares) > most:
            best, most = candidate, sum(shares)
    return best


def _findings(document: Mapping[str, Any]) -> Iterator[tuple[Stratum, Cause]]:
    for stratum in document["strata"]:
        if stratum["verdict"] in _FOUND:
            for cause in stratum["causes"]:
                yield stratum, cause


def _groups(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[tuple[Stratum, Stratum, Movement]]:
    for stratum in after["strata"]:
        earlier = counterpart(stratum, before["strata"])
        rates = moved(of_group(earlier), of_group(stratum)) if earlier else None
        if earlier is not None and rates is not None:
            yield earlier, stratum, rates


def _fate(stratum: Stratum, cause: Cause, now: Stratum | None, aside: set[str]) -> Change:
    before = (stratum, cause)
    if now is None:
        return Change(Fate.UNKNOWN, before, None, "no_group")
    found = now["verdict"] in _FOUND
    again, why = _again(cause, now["causes"])
    if again is not None and why != "moved":
        rates = moved(of_region(*before), of_region(now, again))
        if found:
            return Change(Fate.HOLDS, before, (now, again), why, now, rates=rates)
        enough = now["verdict"] != "not_enough_data"
        fate = Fate.GONE if enough else Fate.UNKNOWN
        return Change(fate, before, (now, again), "hint", now, rates=rates)
    if again is not None and found:
        return Change(Fate.MOVED, before, (now, again), why, now)
    lost = tuple(str(c) for c in cause["columns"] if str(c) in aside)
    if lost:
        return Change(Fate.UNKNOWN, before, None, "column", now, columns=lost)
    rates = moved(of_group(stratum), of_group(now))
    if now["bad"] == 0 and rates is not None and rates.direction == "fell":
        return Change(Fate.GONE, before, None, "no_defects", now)
    if now["verdict"] == "not_enough_data" or now["bad"] == 0:
        return Change(Fate.UNKNOWN, before, None, "not_enough_data", now)
    return Change(Fate.GONE, before, None, "not_seen", now)


def _new(stratum: Stratum, cause: Cause, then: Stratum | None) -> Change:
    why = (
        "no_group"
        if then is None
        else "not_enough_data"
        if then["verdict"] == "not_enough_data"
        else "not_seen"
    )
    return Change(Fate.NEW, None, (stratum, cause), why, then)


def _again(cause: Cause, later: Sequence[Cause]) -> tuple[Cause | None, str]:
    """Return the later finding that is most like this one, and how: same, together or moved."""
    best: tuple[int, float, int] = (0, 0.0, 0)
    found: Cause | None = None
    for place, candidate in enumerate(later):
        shared, every = shared_columns(cause, candidate)
        if shared:
            kind = 3 if agree(cause, candidate, shared) else 1
        else:
            kind = 2 if _together(cause, candidate) else 0
        likeness = (kind, len(shared) / len(every), -place)
        if kind and likeness > best:
            best, found = likeness, candidate
    return found, ("", "moved", "together", "same")[best[0]]


def _together(one: Cause, other: Cause) -> bool:
    """Tell whether a column of one finding changes together with a column of the other."""
    columns, others = set(map(str, one["columns"])), set(map(str, other["columns"]))
    return bool(
        columns & set(map(str, other.get("same_as") or ()))
        or others & set(map(str, one.get("same_as") or ()))
    )
