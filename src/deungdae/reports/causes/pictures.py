"""Which charts a result is shown with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from deungdae.reports.causes.conditions import Units, quantity, unit
from deungdae.reports.causes.results import Result, class_of, is_measured, result_of
from deungdae.reports.charts.drawable import drawable
from deungdae.reports.charts.means import mean_by_bin, mean_over_time
from deungdae.reports.charts.pareto import pareto
from deungdae.reports.charts.picture import Picture
from deungdae.reports.charts.risk import risk_by_bin
from deungdae.reports.charts.scatter import scatter
from deungdae.reports.charts.timeline import timeline
from deungdae.reports.words import Words

#: with more groups than this, those without a finding are told in words only
_TIMELINES_WITHOUT_FINDING = 12


@dataclass(frozen=True)
class Pictures:
    """The charts of a report, by index of stratum and of cause in the document."""

    reasons: Picture | None
    timelines: Mapping[int, Picture]
    causes: Mapping[tuple[int, int], Sequence[Picture]]


def draw(
    words: Words,
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    units: Units,
    zone: tzinfo,
) -> Pictures:
    """Draw what `figures` hold; what they do not hold is left out."""
    document, figures, units = drawable(document), drawable(figures), drawable(units)
    timelines: dict[int, Picture] = {}
    causes: dict[tuple[int, int], list[Picture]] = {}
    strata = zip(document["strata"], (figures or {}).get("strata") or (), strict=False)
    for s, (stratum, figure) in enumerate(strata):
        line = figure.get("timeline")
        if not stratum["causes"] and len(document["strata"]) > _TIMELINES_WITHOUT_FINDING:
            line = None
        result = result_of(document, stratum, units)
        drawn = _over_time(words, line, zone, result, prefix=f"t{s}") if line else None
        if drawn:
            timelines[s] = drawn
        pairs = zip(stratum["causes"], figure.get("causes") or (), strict=False)
        for c, (cause, shown) in enumerate(pairs):
            causes[s, c] = _of_cause(words, cause, shown, units, result, prefix=f"c{s}-{c}")
    return Pictures(_reasons(words, document), timelines, causes)


def _over_time(
    words: Words, line: Mapping[str, Any], zone: tzinfo, result: Result | None, prefix: str
) -> Picture | None:
    if result is None:
        return timeline(words, line, zone=zone, prefix=prefix)
    return mean_over_time(words, line, zone=zone, subject=result.subject(words), prefix=prefix)


def _by_bin(
    words: Words,
    bins: Sequence[Mapping[str, Any]],
    condition: Mapping[str, Any],
    units: Units,
    result: Result | None,
    prefix: str,
) -> Picture | None:
    name, measure = quantity(condition), unit(condition, units)
    if result is None:
        return risk_by_bin(words, bins, quantity=name, unit=measure, prefix=prefix)
    return mean_by_bin(
        words,
        bins,
        quantity=name,
        unit=measure,
        subject=result.subject(words),
        worse="low" if result.worse == "low" else "high",
        prefix=prefix,
    )


def _of_cause(
    words: Words,
    cause: Mapping[str, Any],
    shown: Mapping[str, Any],
    units: Units,
    result: Result | None,
    prefix: str,
) -> list[Picture]:
    found: list[Picture] = []
    conditions = cause["conditions"]
    for i, (condition, figure) in enumerate(
        zip(conditions, shown.get("conditions") or (), strict=False)
    ):
        if figure.get("bins"):
            by_bin = _by_bin(words, figure["bins"], condition, units, result, f"{prefix}-{i}")
            found += [by_bin] if by_bin else []
    cloud = shown.get("scatter")
    drawn = None
    if cloud:
        drawn = scatter(
            words,
            cloud,
            conditions,
            units=units,
            prefix=f"{prefix}-s",
            measured=result is not None,
        )
    return [*found, drawn] if drawn else found


def _reasons(words: Words, document: Mapping[str, Any]) -> Picture | None:
    counts: dict[str, int] = {}
    for stratum in document["strata"]:
        if stratum.get("reason") is not None and not is_measured(stratum):
            quality = class_of(stratum)
            reason = str(stratum["reason"])
            if quality is not None:
                reason = words.say("class {name}", name=quality)
            counts[reason] = counts.get(reason, 0) + stratum["bad"]
    return pareto(words, counts, prefix="p")
