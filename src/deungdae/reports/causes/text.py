"""The report for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from deungdae.reports.causes.story import Finding, Group, Story, tell
from deungdae.reports.paper.text import few
from deungdae.reports.terminal import wrapped
from deungdae.reports.words import Words

_MARKS = {"yes": "✓", "partly": "~", "no": "✗", "unknown": "–"}


def render_text(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    lang: str,
    *,
    width: int = 100,
) -> str:
    """Return the report as plain text, at most `width` terminal columns wide.

    `document` and `figures` are what the method `causes` gave, `understanding` the document of
    the table; all plain JSON data. `figures` are for pages and not drawn here.
    """
    words = Words(lang)
    story = tell(document, understanding, words)
    return "\n".join(_report(words, story, width)) + "\n"


def _report(words: Words, story: Story, width: int) -> Iterator[str]:
    yield from wrapped(story.answer, width)
    if story.caution:
        yield from wrapped(f"! {story.caution}", width, hang=2)
    if story.guess:
        yield from wrapped(f"? {story.guess}", width, hang=2)
    yield ""
    yield from _heading(words.say("Findings"))
    for group in story.groups:
        yield from _group(words, group, width)
    yield from _heading(words.say("What was understood"))
    for fact in story.input.facts:
        guess = f" ({words.say('guessed')})" if fact.guessed else ""
        yield from wrapped(f"  {fact.label}: {fact.value}{guess}", width, hang=4)
    for line in (*story.warnings, *story.input.unread, *story.input.notes):
        yield from wrapped(f"  ! {line}", width, hang=4)
    yield ""
    yield from _heading(words.say("What was set aside"))
    yield from wrapped(f"  {story.input.counts}", width, hang=2)
    for sentence, rows in story.input.rows_set_aside:
        yield from wrapped(
            "  - " + words.say("{rows} rows: {why}", rows=rows, why=sentence), width, hang=4
        )
    for sentence, columns in story.input.columns_set_aside:
        yield from wrapped(f"  - {few(words, columns)}: {sentence}", width, hang=4)
    yield ""
    yield from wrapped(
        words.say("These are connections found in records; only a trial proves a cause."),
        width,
    )
    yield from wrapped(" · ".join(f"{name} {value}" for name, value in story.method), width)


def _heading(text: str) -> Iterator[str]:
    yield f"[{text}]"


def _group(words: Words, group: Group, width: int) -> Iterator[str]:
    yield from wrapped(f"■ {group.name} — {group.verdict_word}", width, hang=2)
    yield from wrapped(f"  {group.counts}", width, hang=2)
    yield from wrapped(f"  {group.verdict_sentence}", width, hang=2)
    if group.needed:
        yield from wrapped(f"  {group.needed}", width, hang=2)
    for warning in group.warnings:
        yield from wrapped(f"  ! {warning}", width, hang=4)
    if group.findings and not group.shown_first:
        yield from wrapped("  " + words.say("Hints that did not pass the checks:"), width, hang=2)
    for finding in group.findings:
        yield from _finding(words, finding, width)
    yield ""


def _finding(words: Words, finding: Finding, width: int) -> Iterator[str]:
    yield from wrapped(f"  {finding.rank}. {finding.title}", width, hang=5)
    yield from wrapped(f"     {finding.sentence} {finding.ratio}", width, hang=5)
    for check in finding.checks:
        yield from wrapped(f"     {_MARKS[check.mark]} {check.text}", width, hang=7)
    for name, inside, outside in finding.mix:
        share = words.say(
            "class {name}: {inside} in this region, {outside} otherwise",
            name=name,
            inside=inside,
            outside=outside,
        )
        yield from wrapped(f"     · {share}", width, hang=7)
    if finding.same:
        yield from wrapped(f"     = {finding.same}", width, hang=7)
    for warning in finding.warnings:
        yield from wrapped(f"     ! {warning}", width, hang=7)
    for line in finding.window:
        yield from wrapped(f"     ▣ {line}", width, hang=7)
    step = words.say("What to try next: {step}", step=finding.next_step)
    yield from wrapped(f"     → {step}", width, hang=7)
