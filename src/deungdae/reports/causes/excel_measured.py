"""The sheets of a workbook on measured results: means and medians in place of defect rates."""

from collections.abc import Iterator, Mapping
from typing import Any

from deungdae.reports.causes.conditions import Units, quantity, unit
from deungdae.reports.causes.story import Story
from deungdae.reports.paper.workbook import Cell, Column, Row, Sheet
from deungdae.reports.words import Words


def measured_findings(
    words: Words,
    story: Story,
    document: Mapping[str, Any],
    others: tuple[list[Column], list[Row]],
) -> Sheet:
    """Return the findings, those on defects (`others`) first if there are any."""
    say = words.say
    columns = [
        Column(say("Group of parts")),
        Column(say("Verdict")),
        Column(say("Parts in the group"), "count"),
        Column(say("Mean"), "number"),
        Column(say("Median"), "number"),
        Column(say("Rank"), "count"),
        Column(say("Finding")),
        Column(say("Parts in this region"), "count"),
        Column(say("Mean in this region"), "number"),
        Column(say("Median in this region"), "number"),
        Column(say("Parts otherwise"), "count"),
        Column(say("Mean otherwise"), "number"),
        Column(say("Median otherwise"), "number"),
        Column(say("Difference of the means"), "number"),
        Column(say("95% interval from"), "number"),
        Column(say("95% interval to"), "number"),
        Column(say("q-value"), "small"),
        Column(say("Holds in later periods")),
        Column(say("Stability"), "share"),
        Column(say("Changes together with")),
        Column(say("To know")),
        Column(say("What to try next")),
    ]
    rows: list[Row] = []
    for group in story.groups:
        if group.bad is not None:
            continue
        stratum = document["strata"][group.index]
        head: list[Cell] = [
            group.name, group.verdict_word, group.rows, stratum["mean"], stratum["median"],
        ]  # fmt: skip
        for finding, cause in zip(group.findings, stratum["causes"], strict=True):
            later = cause.get("holds_later")
            sides = [cause[f"{what}_{side}"] for side in ("inside", "outside")
                     for what in ("n", "mean", "median")]  # fmt: skip
            rows.append(
                [
                    *head,
                    finding.rank,
                    finding.title,
                    *sides,
                    cause["difference"],
                    *cause["ci95"],
                    cause.get("q_value"),
                    "–" if later is None else say("yes") if later else say("no"),
                    cause.get("stability"),
                    words.listed(map(str, cause.get("same_as") or ())),
                    "\n".join([*group.warnings, *finding.warnings]),
                    finding.next_step,
                ]
            )
        if not group.findings:
            said = [group.verdict_sentence, *([group.needed] if group.needed else [])]
            blank: list[Cell] = [None] * (len(columns) - len(head) - 2)
            rows.append([*head, *blank, "\n".join([*said, *group.warnings]), None])
    if not others[1]:
        return Sheet(say("Findings"), story.answer, columns, rows)
    return _joined(words, story, others, (columns, rows))


def _joined(
    words: Words,
    story: Story,
    defects: tuple[list[Column], list[Row]],
    measured: tuple[list[Column], list[Row]],
) -> Sheet:
    """Put both kinds of findings on one sheet, a column of the same name once."""
    columns = {c.name: c for c in (*defects[0], *measured[0])}
    rows = []
    for heads, part in (defects, measured):
        for row in part:
            cells = dict(zip((c.name for c in heads), row, strict=True))
            rows.append([cells.get(name) for name in columns])
    return Sheet(words.say("Findings"), story.answer, list(columns.values()), rows)


def measured_bins(
    words: Words,
    story: Story,
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    units: Units,
) -> Iterator[Sheet]:
    """Yield the means behind the charts, if there are some."""
    say = words.say
    columns = [
        Column(say("Group of parts")),
        Column(say("Rank"), "count"),
        Column(say("Finding")),
        Column(say("Quantity")),
        Column(say("Unit")),
        Column(say("Above"), "number"),
        Column(say("Up to"), "number"),
        Column(say("Level")),
        Column(say("In this region")),
        Column(say("Parts"), "count"),
        Column(say("Mean"), "number"),
        Column(say("Median"), "number"),
        Column(say("95% interval from"), "number"),
        Column(say("95% interval to"), "number"),
    ]
    drawn = (figures or {}).get("strata") or ()
    rows: list[Row] = []
    for group in story.groups:
        if group.index >= len(drawn) or group.bad is not None:
            continue
        shown = drawn[group.index].get("causes") or ()
        causes = document["strata"][group.index]["causes"]
        for finding, cause, figure in zip(group.findings, causes, shown, strict=False):
            for condition, picture in zip(
                cause["conditions"], figure.get("conditions") or (), strict=False
            ):
                head: list[Cell] = [
                    group.name, finding.rank, finding.title, quantity(condition),
                    unit(condition, units),
                ]  # fmt: skip
                for b in picture.get("bins") or ():
                    level = None if b.get("level") is None else str(b["level"])
                    inside = say("yes") if b["inside"] else say("no")
                    where: list[Cell] = [b.get("lo"), b.get("hi"), level, inside]
                    rows.append([*head, *where, b["n"], b["mean"], b["median"], *b["ci95"]])
    if rows:
        lead = say("The numbers behind the charts: the measured result by the values of a column.")
        yield Sheet(say("Means"), lead, columns, rows)
