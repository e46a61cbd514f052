"""The report as an Excel workbook: numbers as numbers, to be sorted, filtered and reckoned with.

Written with XlsxWriter: it only writes, streams rows, and takes a cell as text when told to, so
that no text of a file can become a formula. What begins like a formula also carries Excel's own
mark for text (the quote), which stays when somebody edits the cell or saves the sheet as CSV.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from typing import Any, Final

from deungdae.reports.causes.excel_sheets import Cell, Column, Sheet, sheets
from deungdae.reports.causes.story import tell
from deungdae.reports.terminal import columns
from deungdae.reports.words import Words

_FONT: Final = {"font_name": "Malgun Gothic", "font_size": 10, "valign": "top"}
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"text_wrap": True},
    "count": {"num_format": "#,##0"},
    "share": {"num_format": "0.00%"},
    "number": {"num_format": "0.######"},
    "times": {"num_format": "#,##0.0"},
    "small": {"num_format": "0.0000"},
}
_HEADER: Final = {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#F4F6F9"}
_TITLE: Final = {"font_color": "#566173"}
_LEAD: Final = {"bold": True, "font_size": 12}
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADER_ROW: Final = 2  #: counted from 0; above it: what this is, and the sentence of the sheet
_LONGEST: Final = 32_767  #: letters that a cell of Excel can hold
_WIDEST: Final = 60


def render_excel(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    lang: str,
    *,
    title: str,
    demo: bool = False,
    generated: datetime,
    zone: tzinfo,
) -> bytes:
    """Return the report as an XLSX workbook of five sheets.

    Findings, bins behind the charts, what was set aside, columns, and how it was computed. The
    arguments are those of `render_html`; the same arguments give the same bytes.
    """
    import xlsxwriter  # only who writes a workbook waits for it

    words = Words(lang)
    story = tell(document, understanding, words)
    parts = [words.say("Causes of defects"), title, words.time(generated, zone)]
    if demo:
        parts.append(words.say("Demonstration data"))
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(
        {
            "title": f"{title} – {parts[0]}",
            "author": words.say("Deungdae"),
            "created": generated.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    writer = _Writer(book)
    for sheet in sheets(words, story, document, figures, understanding, demo=demo):
        writer.add(sheet, " · ".join(parts))
    book.close()
    return stream.getvalue()


class _Writer:
    """Writes sheets, all in one look."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats: dict[tuple[str, bool], Any] = {}
        self._header = book.add_format({**_FONT, **_HEADER})
        self._title = book.add_format({**_FONT, **_TITLE})
        self._lead = book.add_format({**_FONT, **_LEAD})

    def add(self, sheet: Sheet, title: str) -> None:
        """Add one sheet: its title, its sentence, the header, the rows."""
        page = self._book.add_worksheet(sheet.name)
        page.write_string(0, 0, _whole(title), self._title)
        page.write_string(1, 0, _whole(sheet.lead), self._lead)
        for x, column in enumerate(sheet.columns):
            page.write_string(_HEADER_ROW, x, _whole(column.name), self._header)
            page.set_column(x, x, _width(column, [row[x] for row in sheet.rows]))
        for y, row in enumerate(sheet.rows, _HEADER_ROW + 1):
            for x, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
                self._write(page, y, x, column, cell)
        last = _HEADER_ROW + len(sheet.rows)
        page.freeze_panes(_HEADER_ROW + 1, sheet.frozen)
        if sheet.rows:
            page.autofilter(_HEADER_ROW, 0, last, len(sheet.columns) - 1)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(_HEADER_ROW)
        page.set_footer("&L&F&R&P / &N")

    def _write(self, page: Any, y: int, x: int, column: Column, cell: Cell) -> None:
        if cell is None or cell == "":
            page.write_blank(y, x, None, self._format(column.kind))
        elif isinstance(cell, str):
            page.write_string(y, x, _whole(cell), self._format("text", cell))
        else:
            page.write_number(y, x, cell, self._format(column.kind))

    def _format(self, kind: str, text: str = "") -> Any:
        quoted = text.startswith(_FORMULA_SIGNS)
        if (kind, quoted) not in self._formats:
            self._formats[kind, quoted] = self._book.add_format(
                {**_FONT, **_FORMATS[kind], **({"quote_prefix": True} if quoted else {})}
            )
        return self._formats[kind, quoted]


def _whole(text: str) -> str:
    """Return `text` as long as a cell may be, cut with a mark where it is longer."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _width(column: Column, cells: Sequence[Cell]) -> float:
    """Return the width in letters: a Korean letter counts as two, a number as written."""
    texts = [c for c in cells if isinstance(c, str)]
    longest = max((columns(text) for text in texts), default=0)
    # a header may stand in two lines
    return min(_WIDEST, max(longest, columns(column.name) * 0.6, 8) + 3)
