"""The workbook to print and fill: one row for each run, and a hidden sheet with the plan itself."""

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from deungdae.reports.experiment.settings import Settings
from deungdae.reports.terminal import columns as wide
from deungdae.reports.words import Words

#: name of the hidden sheet by which `tables.forms` knows a form
HIDDEN: Final = "deungdae"
#: columns for each measured part, up to this many; beyond it the mean is written
MOST_VALUES: Final = 10
_CHUNK: Final = 30_000  #: letters of the plan in one cell; a cell of Excel holds 32,767
_FONT: Final = {"font_name": "Malgun Gothic", "font_size": 10, "valign": "vcenter"}
_CELL: Final = {**_FONT, "border": 1, "border_color": "#8791A1"}
_HEADER_ROW: Final = 4
_FORMULA_SIGNS: Final = ("=", "+", "-", "@")


def headings(plan: Mapping[str, Any], words: Words) -> list[str]:
    """Return the headings of the sheet: run, block, settings, what is observed, remarks."""
    settings = Settings(words, plan)
    named = [words.say("Run"), words.say("Block")]
    named += [settings.heading(f["name"]) for f in plan["factors"]]
    return [*named, *_observed(plan, words, settings), *_closing(words)]


def workbook_of(plan: Mapping[str, Any], words: Words) -> bytes:
    """Return the sheet of a plan as an XLSX workbook in the language of `words`.

    The same plan gives the same cells. Raises ValueError for a plan without runs.
    """
    if not plan["runs"]:
        raise ValueError("a plan without runs has no sheet")
    import xlsxwriter  # only who writes a workbook waits for it

    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"title": words.say("Sheet to print and fill"), "comments": plan["id"]})
    _sheet(book, plan, words)
    _hide(book, plan)
    book.close()
    return stream.getvalue()


def _observed(plan: Mapping[str, Any], words: Words, settings: Settings) -> list[str]:
    response = plan["response"]
    if settings.rates:
        if response["reason"] is None:
            return [words.say("Parts made"), words.say("Bad parts")]
        return [
            words.say("Parts made"),
            words.say("Bad: {reason}", reason=str(response["reason"])),
            words.say("Bad: other"),
        ]
    unit = f" ({response['unit']})" if response["unit"] else ""
    each = plan["size"]["parts_per_run"]
    if each > MOST_VALUES:
        return [words.say("Parts made"), words.say("Measured value") + unit]
    return [words.say("Measured value") + f" {n}{unit}" for n in range(1, each + 1)]


def _closing(words: Words) -> list[str]:
    return [words.say("Order carried out"), words.say("Operator"), words.say("Remarks")]


def _sheet(book: Any, plan: Mapping[str, Any], words: Words) -> None:
    settings = Settings(words, plan)
    names = headings(plan, words)
    page = book.add_worksheet(words.say("Experiment"))
    title = book.add_format({**_FONT, "bold": True, "font_size": 14})
    note = book.add_format({**_FONT, "font_color": "#566173"})
    page.write_string(0, 0, words.say("Experiment {id}", id=plan["id"]), title)
    changes = [settings.change(f["factors"]) for f in plan["findings"]]
    page.write_string(1, 0, " · ".join(changes), note)
    page.write_string(
        2,
        0,
        words.say(
            "Keep to the order of the runs. {parts} parts in each run. Write 0 where no part was "
            "bad. If a setting was another one, write the real one over it.",
            parts=plan["size"]["parts_per_run"],
        ),
        note,
    )
    header = book.add_format(
        {**_CELL, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#F4F6F9"}
    )
    for x, name in enumerate(names):
        page.write_string(_HEADER_ROW, x, name, header)
        page.set_column(x, x, max(9, min(26, wide(name) + 2)))
    page.set_column(len(names) - 1, len(names) - 1, 32)
    page.set_row(_HEADER_ROW, 32)
    _rows(book, page, plan, len(names))
    _validate(page, plan, words, names)
    page.freeze_panes(_HEADER_ROW + 1, 2)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(_HEADER_ROW)
    page.set_footer(f"&L{plan['id']}&R&P / &N")


def _rows(book: Any, page: Any, plan: Mapping[str, Any], width: int) -> None:
    fixed = book.add_format({**_CELL, "align": "center"})
    quoted = book.add_format({**_CELL, "align": "center", "quote_prefix": True})
    empty = book.add_format(_CELL)
    # A line between blocks: the day ends there.
    first = {"top": 2, "top_color": "#1B2433"}
    fixed_first = book.add_format({**_CELL, "align": "center", **first})
    empty_first = book.add_format({**_CELL, **first})
    before = plan["runs"][0]["block"]
    for y, run in enumerate(plan["runs"], _HEADER_ROW + 1):
        new = run["block"] != before
        before = run["block"]
        cells = [run["run"], run["block"], *(run["settings"][f["name"]] for f in plan["factors"])]
        page.set_row(y, 24)
        for x, cell in enumerate(cells):
            look = fixed_first if new else fixed
            if isinstance(cell, str):
                page.write_string(y, x, cell, quoted if cell.startswith(_FORMULA_SIGNS) else look)
            else:
                page.write_number(y, x, cell, look)
        for x in range(len(cells), width):
            page.write_blank(y, x, None, empty_first if new else empty)


def _validate(page: Any, plan: Mapping[str, Any], words: Words, names: Sequence[str]) -> None:
    """Let Excel refuse counts that cannot be, where somebody types them."""
    if plan["response"]["kind"] != "bad_parts":
        return
    first, last = _HEADER_ROW + 1, _HEADER_ROW + len(plan["runs"])
    parts = names.index(words.say("Parts made"))
    until = len(names) - len(_closing(words)) - 1
    page.data_validation(
        first, parts, last, parts,
        {"validate": "integer", "criteria": ">=", "value": 0,
         "error_title": words.say("Parts made"),
         "error_message": words.say("A whole number of parts is needed.")},
    )  # fmt: skip
    column = chr(ord("A") + parts)
    page.data_validation(
        first, parts + 1, last, until,
        {"validate": "integer", "criteria": "between", "minimum": 0,
         "maximum": f"=${column}{first + 1}",
         "error_title": words.say("Bad parts"),
         "error_message": words.say("There cannot be more bad parts than parts made.")},
    )  # fmt: skip


def _hide(book: Any, plan: Mapping[str, Any]) -> None:
    page = book.add_worksheet(HIDDEN)
    text = json.dumps(plan, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for n, start in enumerate(range(0, len(text), _CHUNK)):
        page.write_string(n, 0, text[start : start + _CHUNK])
    page.very_hidden()
