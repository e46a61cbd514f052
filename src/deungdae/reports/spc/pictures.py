"""The pictures of control charts: few in full, many small."""

from collections.abc import Mapping, Sequence
from typing import Any

from deungdae.reports.charts.multiples import multiples
from deungdae.reports.charts.picture import Picture
from deungdae.reports.codes import spoken
from deungdae.reports.spc import sentences
from deungdae.reports.spc.codes import PANELS, RULES, short
from deungdae.reports.spc.sections import ON_A_PAGE, digits_of, verdict_of
from deungdae.reports.words import Words

Chart = Mapping[str, Any]


def full(
    words: Words, chart: Chart, figure: Mapping[str, Any], unit: str, prefix: str
) -> list[Picture]:
    """Draw the panels of one chart."""
    from deungdae.reports.charts.control import control_chart  # takes a second to load

    name = sentences.name_of(words, chart)
    drawn = []
    for number, panel in enumerate(figure["panels"]):
        if not any(value is not None for value in panel["value"]):
            continue
        what = spoken(words, PANELS, panel["name"])
        drawn.append(
            control_chart(
                words,
                panel,
                figure,
                caption=words.say("{name}: {what}", name=name, what=what),
                summary=_summary(words, chart, panel, name, what),
                quantity=name if panel["name"] == "value" else what,
                unit=unit
                if panel["name"] in ("value", "mean", "mr", "range", "sd", "ewma")
                else "",
                spec=_spec(chart) if panel["name"] == "value" else None,
                rule_names={rule: short(rule) for rule in RULES},
                prefix=f"{prefix}-{number}",
            )
        )
    return drawn


def small(words: Words, document: Mapping[str, Any], figures: Mapping[str, Any]) -> list[Picture]:
    """Draw all charts small, out of control first, as many to a picture as fit a page."""
    order: Sequence[int] = document["order"]
    pictures = []
    for start in range(0, len(order), ON_A_PAGE):
        chosen = order[start : start + ON_A_PAGE]
        charts = [document["charts"][i] for i in chosen]
        shown = [figures["charts"][i] for i in chosen]
        out = sum(chart["verdict"] == "out_of_control" for chart in charts)
        pictures.append(
            multiples(
                [
                    {
                        "name": sentences.name_of(words, chart),
                        "word": verdict_of(words, chart).word,
                        "alarm": chart["verdict"] == "out_of_control",
                        "panel": figure["panels"][0],
                        "points": figure["points"],
                    }
                    for chart, figure in zip(charts, shown, strict=True)
                    if any(v is not None for v in figure["panels"][0]["value"])
                ],
                caption=words.say(
                    "Charts {first} to {last} of {n}",
                    first=start + 1,
                    last=start + len(chosen),
                    n=len(order),
                ),
                summary=words.say(
                    "{n} small control charts; {out} of them are out of control.",
                    n=len(chosen),
                    out=out,
                ),
                header=(words.say("Column"), words.say("Verdict"), words.say("Signals")),
                rows=[
                    (
                        sentences.name_of(words, chart),
                        verdict_of(words, chart).word,
                        words.number(chart["signals_total"]),
                    )
                    for chart in charts
                ],
            )
        )
    return pictures


def _summary(words: Words, chart: Chart, panel: Mapping[str, Any], name: str, what: str) -> str:
    digits = digits_of(chart)
    lower, upper = (panel[side]["value"][-1] for side in ("lower", "upper"))
    given: dict[str, Any] = {
        "what": what,
        "name": name,
        "points": chart["points"],
        "marked": len(panel["marks"]["x"]),
    }
    if upper is None:
        return words.say(
            "{what} of {name} over {points} points.", what=what, name=name, points=chart["points"]
        )
    return words.say(
        "{what} of {name} over {points} points, limits {lower} to {upper}; {marked} points are "
        "marked.",
        lower=words.number(lower if lower is not None else 0.0, digits=digits),
        upper=words.number(upper, digits=digits),
        **given,
    )


def _spec(chart: Chart) -> dict[str, float | None] | None:
    spec = chart.get("spec")
    return None if spec is None else {"lower": spec["lower"], "upper": spec["upper"]}
