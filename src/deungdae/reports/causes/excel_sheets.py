"""What stands on the sheets of a report's workbook, before it is written."""

from collections.abc import Iterator, Mapping
from typing import Any

from deungdae.reports.causes.conditions import Units, quantity, unit, units_of
from deungdae.reports.causes.excel_measured import measured_bins, measured_findings
from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.sentences import bad_counts
from deungdae.reports.causes.story import Group, Story
from deungdae.reports.paper.workbook import Cell, Column, Row, Sheet
from deungdae.reports.words import Words


def sheets(
    words: Words,
    story: Story,
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    *,
    demo: bool,
) -> Iterator[Sheet]:
    """Yield the five sheets of the report in the order of the workbook."""
    units = units_of(understanding)
    yield _findings(words, story, document)
    yield from _windows(words, story, document)
    yield _bins(words, story, document, figures, units)
    yield from measured_bins(words, story, document, figures, units)
    yield _set_aside(words, story)
    yield _columns(words, story, understanding)
    yield _computed(words, story, demo=demo)


def _findings(words: Words, story: Story, document: Mapping[str, Any]) -> Sheet:
    say = words.say
    columns = [
        Column(say("Group of parts")),
        Column(say("Verdict")),
        Column(say("Parts in the group"), "count"),
        Column(say("Bad in the group"), "count"),
        Column(say("Defect rate of the group"), "share"),
        Column(say("Separate incidents"), "count"),
        Column(say("Rank"), "count"),
        Column(say("Finding")),
        Column(say("Parts in this region"), "count"),
        Column(say("Bad in this region"), "count"),
        Column(say("Defect rate in this region"), "share"),
        Column(say("Parts otherwise"), "count"),
        Column(say("Bad otherwise"), "count"),
        Column(say("Defect rate otherwise"), "share"),
        Column(say("Risk ratio"), "times"),
        Column(say("95% interval from"), "times"),
        Column(say("95% interval to"), "times"),
        Column(say("q-value"), "small"),
        Column(say("Holds in later periods")),
        Column(say("Stability"), "share"),
        Column(say("Changes together with")),
        Column(say("To know")),
        Column(say("What to try next")),
    ]
    rows: list[Row] = []
    for group in story.groups:
        stratum = document["strata"][group.index]
        if group.bad is None:
            continue
        head: list[Cell] = [
            group.name,
            group.verdict_word,
            group.rows,
            group.bad,
            group.bad / group.rows if group.rows else None,
            stratum["episodes"],
        ]
        for finding, cause in zip(group.findings, stratum["causes"], strict=True):
            rows.append(
                [
                    *head,
                    finding.rank,
                    finding.title,
                    *_evidence(words, cause),
                    words.listed(map(str, cause.get("same_as") or ())),
                    "\n".join([*group.warnings, *finding.warnings]),
                    finding.next_step,
                ]
            )
        if not group.findings:
            said = [group.verdict_sentence, *([group.needed] if group.needed else [])]
            blank: list[Cell] = [None] * (len(columns) - len(head) - 2)
            rows.append([*head, *blank, "\n".join([*said, *group.warnings]), None])
    if any(group.bad is None for group in story.groups):
        return measured_findings(words, story, document, (columns, rows))
    return Sheet(say("Findings"), story.answer, columns, rows)


def _windows(words: Words, story: Story, document: Mapping[str, Any]) -> Iterator[Sheet]:
    """Yield the operating windows, for results that know of windows."""
    say = words.say
    columns = [
        Column(say("Group of parts")),
        Column(say("Rank"), "count"),
        Column(say("Finding")),
        Column(say("Recommended window")),
        Column(say("Recommended")),
        Column(say("Today"), "number"),
        Column(say("Within the window"), "number"),
        Column(say("Gain"), "number"),
        Column(say("95% interval from"), "number"),
        Column(say("95% interval to"), "number"),
        Column(say("Outside the window today"), "share"),
    ]
    rows: list[Row] = []
    for group in story.groups:
        causes = document["strata"][group.index]["causes"]
        for finding, cause in zip(group.findings, causes, strict=True):
            if "window" not in cause:
                continue
            head: list[Cell] = [group.name, finding.rank, finding.title, "\n".join(finding.window)]
            stated = cause["window"]
            if stated is None:
                rows.append([*head, say("no"), None, None, None, None, None, None])
                continue
            kind = "mean" if group.bad is None else "rate"
            rows.append(
                [
                    *head,
                    say("yes") if stated["recommended"] else say("no"),
                    stated[f"{kind}_today"],
                    stated[f"{kind}_within"],
                    stated["reduction"],
                    *stated["ci95"],
                    stated["outside_today"],
                ]
            )
    if rows:
        lead = say(
            "Gain: share of the defects that would be avoided, or by how much a measured mean "
            "would get better, on parts that did not set the limits."
        )
        yield Sheet(say("Windows"), lead, columns, rows)


def _evidence(words: Words, cause: Mapping[str, Any]) -> list[Cell]:
    bad_inside, bad_outside = bad_counts(cause)
    low, high = [*(cause.get("ci95") or ()), None, None][:2]
    later = cause.get("holds_later")
    return [
        cause["n_inside"],
        bad_inside,
        cause["rate_inside"],
        cause["n_outside"],
        bad_outside,
        cause["rate_outside"],
        # an infinite ratio has no number in Excel
        "∞" if cause["risk_ratio"] is None else cause["risk_ratio"],
        low,
        "∞" if low is not None and high is None else high,
        cause.get("q_value"),
        "–" if later is None else words.say("yes") if later else words.say("no"),
        cause.get("stability"),
    ]


def _bins(
    words: Words,
    story: Story,
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    units: Units,
) -> Sheet:
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
        Column(say("Bad"), "count"),
        Column(say("Defect rate"), "share"),
        Column(say("95% interval from"), "share"),
        Column(say("95% interval to"), "share"),
    ]
    drawn = (figures or {}).get("strata") or ()
    rows: list[Row] = []
    for group in story.groups:
        if group.index >= len(drawn) or group.bad is None:
            continue
        shown = drawn[group.index].get("causes") or ()
        causes = document["strata"][group.index]["causes"]
        for finding, cause, figure in zip(group.findings, causes, shown, strict=False):
            of_causes = zip(cause["conditions"], figure.get("conditions") or (), strict=False)
            for condition, picture in of_causes:
                head: list[Cell] = [
                    group.name,
                    finding.rank,
                    finding.title,
                    quantity(condition),
                    unit(condition, units),
                ]
                rows += [[*head, *_bin(words, b)] for b in picture.get("bins") or ()]
    lead = say("The numbers behind the charts: parts and bad parts by the values of a column.")
    return Sheet(say("Bins"), lead, columns, rows)


def _bin(words: Words, b: Mapping[str, Any]) -> list[Cell]:
    return [
        b.get("lo"),
        b.get("hi"),
        None if b.get("level") is None else str(b["level"]),
        words.say("yes") if b["inside"] else words.say("no"),
        b["n"],
        b["bad"],
        b["rate"],
        *b["ci95"],
    ]


def _set_aside(words: Words, story: Story) -> Sheet:
    say = words.say
    columns = [Column(say("What")), Column(say("Rows"), "count"), Column(say("Why"))]
    rows: list[Row] = [[say("Rows"), n, why] for why, n in story.input.rows_set_aside]
    rows += [
        [say("Column {name}", name=name), None, why]
        for why, names in story.input.columns_set_aside
        for name in names
    ]
    return Sheet(say("Set aside"), story.input.counts, columns, rows)


def _columns(words: Words, story: Story, understanding: Mapping[str, Any]) -> Sheet:
    say = words.say
    columns = [
        Column(say("Column")),
        Column(say("Header in the file")),
        Column(say("Unit")),
        Column(say("Kind of values")),
        Column(say("Empty cells"), "count"),
        Column(say("Cells not understood"), "count"),
        Column(say("Such as")),
        Column(say("Not used because")),
    ]
    unused = {name: why for why, names in story.input.columns_set_aside for name in names}
    rows: list[Row] = []
    for column in understanding.get("columns") or ():
        cells: Mapping[str, int] = column.get("unread") or {}
        often = sorted(cells, key=lambda text: (-cells[text], text))[:5]
        name = str(column["name"])
        rows.append(
            [
                name,
                column.get("header"),
                column.get("unit"),
                _kind(words, str(column.get("kind") or "")),
                column.get("missing"),
                sum(cells.values()),
                words.listed(often) or None,
                unused.get(name),
            ]
        )
    lead = say("The columns of the table as they were understood.")
    return Sheet(say("Columns"), lead, columns, rows)


def _kind(words: Words, kind: str) -> str:
    return {
        "number": words.say("numbers"),
        "text": words.say("texts"),
        "time": words.say("times"),
    }.get(kind, kind)


def _computed(words: Words, story: Story, *, demo: bool) -> Sheet:
    say = words.say
    rows: list[Row] = []
    if demo:
        note = say("This report shows generated demonstration data, not those of a real factory.")
        rows.append([say("Demonstration data"), note])
    guessed = say("guessed")
    rows += [[name, value] for name, value in story.method]
    rows += [
        [f"{f.label} ({guessed})" if f.guessed else f.label, f.value] for f in story.input.facts
    ]
    rows += [[say("To know"), s] for s in (*story.warnings, *story.input.notes)]
    rows += [[say("To know"), s] for s in story.input.unread]
    rows += [_explained(words, group) for group in story.groups if group.needed]
    rows += [[words.say_message(t), words.say_message(s)] for t, s in GLOSSARY.values()]
    lead = say("These are connections found in records; only a trial proves a cause.")
    return Sheet(
        say("How it was computed"), lead, [Column(say("What")), Column(say("Value"))], rows
    )


def _explained(words: Words, group: Group) -> Row:
    return [group.name, group.needed]
