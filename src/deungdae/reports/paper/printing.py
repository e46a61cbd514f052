"""Reports in print: a PDF with Korean letters on any machine, and its charts as vectors.

The templates hold no sentence of their own: all words come from here. They reach Typst as data and
not as source, so that nothing in a file's names can become an instruction to it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Final

from deungdae.reports.charts.picture import Picture
from deungdae.reports.paper.model import Behind
from deungdae.reports.words import Words

if TYPE_CHECKING:  # imported where it is used
    import typst

FONT: Final = "Noto Sans KR"  #: the packaged family; it has one weight

#: the rows of a chart are printed if they are so many at most; of a cloud of points, only some
_ALL_ROWS: Final = 120
_SOME_ROWS: Final = 20

_VARIABLE = re.compile(r"var\(--[\w-]+, (#[0-9a-fA-F]{6})\)")
_FAMILY = re.compile(r'font-family="[^"]*"')
_BOLD_TEXT = re.compile(r'(<text\b[^>]*?)font-weight="bold"([^>]*?)>')
_FILL = re.compile(r'fill="(#[0-9a-fA-F]{6})"')


def printed(template: str, layout: Mapping[str, Any], generated: datetime) -> bytes:
    """Return what the Typst template makes of the layout, as a tagged PDF.

    No font of the machine is used and nothing is fetched; the same arguments give the same bytes.
    """
    import typst  # takes a second; other reports do not need it

    with as_file(files("deungdae.reports").joinpath("templates")) as folder:
        return typst.compile(
            folder / template,
            root=folder,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"report": json.dumps(layout, ensure_ascii=False)},
            timestamp=round(generated.astimezone(UTC).timestamp()),
        )


@cache
def _fonts() -> "typst.Fonts":
    """Return the packaged font alone, so that a report looks the same on each machine."""
    import pylopdf_fonts_ko
    import typst

    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[pylopdf_fonts_ko.sans_path().parent],
    )
    if FONT not in found.families():
        raise RuntimeError(f"the packaged font {FONT} is not there")
    return found


def frame(
    words: Words, name: str, *, title: str, demo: bool, generated: datetime, zone: tzinfo
) -> dict[str, Any]:
    """Return what the head and foot of each page need; `name` says what kind of report it is."""
    local = generated.astimezone(zone)
    return {
        "lang": words.lang,
        "font": FONT,
        "name": name,
        "title": title,
        "demo": demo,
        "date": [local.year, local.month, local.day],
        "generated": words.time(generated, zone),
    }


def labels(words: Words, behind: Behind) -> dict[str, str]:
    """Return the labels that all printed reports share."""
    say = words.say
    return {
        "brand": say("Deungdae"),
        "demo": say("Demonstration data"),
        "demo_note": say(
            "This report shows generated demonstration data, not those of a real factory."
        ),
        "made": say("Made by Deungdae on"),
        "behind": say("What stands behind this"),
        "understood": say("What was understood"),
        "guessed": say("guessed"),
        "rows_aside": say("Rows set aside ({n})", n=behind.rows_aside),
        "no_rows_aside": say("None: every row was used."),
        "columns_aside": say("Columns set aside ({n})", n=behind.columns_aside),
        "no_columns_aside": say("None: every column was looked at."),
        "method": say("Method"),
        "next": say("What to try next"),
        "glossary": say("Glossary"),
        "data": say("Data of the charts"),
    }


def behind(
    words: Words,
    told: Behind,
    warnings: Sequence[str],
    recipe: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """Return what stands behind a report, as the template shows it."""
    return {
        "warnings": list(warnings),
        "counts": told.counts,
        "facts": [[f.label, f.value, f.guessed] for f in told.facts],
        "notes": [*told.notes, *told.unread],
        "rows": [
            words.say("{rows} rows: {why}", rows=rows, why=why) for why, rows in told.rows_set_aside
        ],
        "columns": [[why, words.listed(names)] for why, names in told.columns_set_aside],
        "method": [list(line) for line in recipe],
    }


def figure(picture: Picture | None) -> dict[str, str] | None:
    """Return a chart for the template, None without one."""
    if picture is None:
        return None
    return {
        "caption": picture.caption,
        "summary": picture.summary,
        "svg": printable(picture.svg),
    }


def data_of(words: Words, picture: Picture, where: str) -> dict[str, Any]:
    """Return the numbers of a chart, as many as are read on paper."""
    total = len(picture.rows)
    shown = total if total <= _ALL_ROWS else _SOME_ROWS
    return {
        "where": where,
        "caption": picture.caption,
        "summary": picture.summary,
        "header": list(picture.header),
        "rows": [list(row) for row in picture.rows[:shown]],
        "cut": words.say("The first {n} of {total} rows.", n=shown, total=total)
        if shown < total
        else None,
    }


def printable(svg: str) -> str:
    """Return a drawing for paper: fixed colours, the packaged font, bold as a thin outline.

    A page may change the colours of a chart; paper may not. The font has one weight, so that bold
    letters are drawn with a line around them.
    """
    svg = _VARIABLE.sub(r"\1", svg)
    svg = _FAMILY.sub(f'font-family="{FONT}"', svg)
    return _BOLD_TEXT.sub(_outlined, svg)


def _outlined(tag: re.Match[str]) -> str:
    opening = tag[1] + tag[2]
    fill = _FILL.search(opening)
    return f'{opening} stroke="{fill[1] if fill else "#000000"}" stroke-width="0.4">'
