"""From a result of the method `causes` to what an experiment is asked to prove."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from deungdae.analysis.experiment import levels
from deungdae.analysis.experiment.options import MEASURED, Factor, Finding, Response
from deungdae.records.errors import UnusableOption

#: The verdicts of causes that are worth an experiment.
_WORTH: Final = ("clear", "suspected")
#: Warnings of a cause that say: no setting of the machine may be behind it.
_DOUBTS: Final = ("leakage", "cavity", "period", "lot", "shift", "product")
#: A fall to half at least is planned for, where the data are unsure that there is more.
LEAST_RATIO: Final = 2.0


@dataclass(frozen=True)
class Asked:
    """What to change, what to prove, what to observe, and warnings of the causes it came from."""

    factors: list[Factor]
    findings: list[Finding]
    response: Response
    warnings: list[str]


def from_causes(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None = None,
    table: pa.Table | None = None,
    *,
    stratum: int | None = None,
    ranks: Sequence[int] | None = None,
    units: Mapping[str, str] | None = None,
) -> Asked:
    """Return what an experiment on causes has to prove.

    `document` and `figures` are those of the method `causes`. Without `stratum` (its index) the
    first group with a clear cause is taken, else the first with a suspected one; without `ranks`
    its first cause.

    Raises UnusableOption where there is no such group or cause, or its levels are not known.
    """
    if document.get("method") != "causes" or not isinstance(document.get("strata"), list):
        raise UnusableOption("This is not a result of the method causes.")
    place = _group(document["strata"], stratum)
    group = document["strata"][place]
    known = {c["rank"]: (n, c) for n, c in enumerate(group["causes"])}
    factors: dict[str, Factor] = {}
    findings: list[Finding] = []
    warnings: list[str] = []
    for rank in ranks or [min(known)]:
        if rank not in known:
            raise UnusableOption(
                "There is no cause number {rank} in this group; there is: {known}.",
                rank=rank,
                known=", ".join(map(str, sorted(known))),
            )
        number, cause = known[rank]
        of_cause = []
        for at, condition in enumerate(cause["conditions"]):
            bins = None
            if figures is not None:
                bins = figures["strata"][place]["causes"][number]["conditions"][at]["bins"]
            new = levels.factor(condition, bins, table, units or {})
            # Two causes on one setting are one factor: the levels of the stronger one hold.
            of_cause.append(factors.setdefault(new.name, new))
        link = {
            "stratum": place, "where": group["where"], "reason": group["reason"], "rank": rank,
        }  # fmt: skip
        findings.append(finding(cause, of_cause, link))
        warnings += [f"cause_{code}" for code in cause.get("warnings") or () if code in _DOUBTS]
        warnings += ["derived"] if any(f.op != "value" for f in of_cause) else []
    return Asked(
        list(factors.values()),
        findings,
        _response(document, group, units or {}),
        list(dict.fromkeys(warnings)),
    )


def finding(
    cause: Mapping[str, Any], factors: Sequence[Factor], link: Mapping[str, Any]
) -> Finding:
    """Return what an experiment on a cause is planned to see.

    A cause found in data looks larger than it is, because it was the largest of many. The change
    is therefore planned for the end of its interval that is nearer to none, but for a halving of
    the rate (of the difference, if measured) at least, or for what was found if that is less.
    """
    names = tuple(f.name for f in factors)
    near = (cause.get("ci95") or [None])[0]
    if cause.get("rate_inside") is None:
        inside, difference = float(cause["mean_inside"]), float(cause["difference"])
        ends = [end / difference for end in cause["ci95"] if end is not None]
        share = min(max(0.5, min(ends, default=0.0)), 1.0)
        return Finding(names, inside, inside - share * difference, None, link)
    inside, outside = float(cause["rate_inside"]), float(cause["rate_outside"])
    ratio = inside / outside if outside > 0 else np.inf
    planned = min(max(LEAST_RATIO, near or 0.0), ratio)
    return Finding(names, inside, inside / planned, None, link)


def _response(
    document: Mapping[str, Any], group: Mapping[str, Any], units: Mapping[str, str]
) -> Response:
    if group.get("kind") in ("number", "count"):
        column = str(document["target"]["column"])
        return Response(MEASURED, column, units.get(column), None, group["deviation"])
    return Response(reason=group["reason"])


def _group(strata: Sequence[Mapping[str, Any]], told: int | None) -> int:
    if told is not None:
        if not 0 <= told < len(strata) or not strata[told]["causes"]:
            raise UnusableOption("There is no group number {group} with a cause.", group=told + 1)
        return told
    for verdict in _WORTH:
        for place, group in enumerate(strata):
            if group["verdict"] == verdict and group["causes"]:
                return place
    raise UnusableOption("No cause was found here, so there is nothing to prove yet.")
