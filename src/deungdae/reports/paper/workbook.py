"""Workbooks: numbers as numbers, to be sorted, filtered and reckoned with.

Written with XlsxWriter: it only writes, streams rows, and takes a cell as text when told to, so
that no text of a file can become a formula. What begins like a formula also carries Excel's own
mark for text (the quote), which stays when somebody edits the cell or saves the sheet as CSV.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from typing import Any, Final

from deungdae.reports.terminal import columns
from deungdae.reports.words import Words

Cell = str | int | float | None
Row = Sequence[Cell]

_FONT: Final = {"font_name": "Malgun Gothic", "font_size": 10, "valign": "top"}
_FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"text_wrap": True},
    "count": {"num_format": "#,##0"},
    "share": {"num_format": "0.00%"},
    "number": {"num_format": "0.######"},
    "times": {"num_format": "#,##0.0"},
    "small": {"num_format": "0.0000"},
    "time": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}
_ROLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "header": {"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#F4F6F9"},
    "title": {"font_color": "#566173"},
    "lead": {"bold": True, "font_size": 12},
}
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADER_ROW: Final = 2  #: counted from 0; above it: what this is, and the sentence of the sheet
_LONGEST: Final = 32_767  #: letters that a cell of Excel can hold
_WIDEST: Final = 60
_LONGEST_NAME: Final = 31  #: letters that the name of a sheet can hold
_UNFIT_FOR_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_TIME_WIDTH: Final = 22


@dataclass(frozen=True)
class Column:
    """A column of a sheet. `kind`: text, count, share, number, times, small or time.

    A cell of the kind time is an ISO time with offset. `decimals` fixes the digits behind the
    point of a number.
    """

    name: str
    kind: str = "text"
    decimals: int | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet: a sentence, a header, rows; the first `frozen` columns stay in sight."""

    name: str
    lead: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    frozen: int = 1


def workbook(
    words: Words,
    name: str,
    sheets: Iterable[Sheet],
    *,
    title: str,
    demo: bool,
    generated: datetime,
    zone: tzinfo,
) -> bytes:
    """Return the sheets as an XLSX workbook; the same arguments give the same bytes.

    `name` says what kind of report it is, `title` names the file it tells of. Names of sheets are
    shortened and told apart where they must be.
    """
    import xlsxwriter  # only who writes a workbook waits for it

    parts = [name, title, words.time(generated, zone)]
    if demo:
        parts.append(words.say("Demonstration data"))
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(
        {
            "title": f"{title} – {name}",
            "author": words.say("Deungdae"),
            "created": generated.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    writer = _Writer(book, zone)
    for sheet in sheets:
        writer.add(sheet, " · ".join(parts))
    book.close()
    return stream.getvalue()


def sheet_name(text: str, taken: Iterable[str] = ()) -> str:
    """Return `text` as Excel takes it for the name of a sheet, none of those that are taken.

    At most 31 letters, none of the signs that formulas use.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    plain = " ".join(plain.translate(_UNFIT_FOR_NAMES).split())[:_LONGEST_NAME].strip() or "-"
    used = {name.casefold() for name in taken} | {"history"}  # the latter is Excel's own
    found, number = plain, 2
    while found.casefold() in used:
        mark = f" {number}"
        found, number = plain[: _LONGEST_NAME - len(mark)].rstrip() + mark, number + 1
    return found


class _Writer:
    """Writes sheets, all in one look."""

    def __init__(self, book: Any, zone: tzinfo) -> None:
        self._book = book
        self._zone = zone
        self._names: list[str] = []
        self._formats: dict[tuple[str, int | None, bool], Any] = {}
        self._words: dict[tuple[str, bool], Any] = {}

    def add(self, sheet: Sheet, title: str) -> None:
        """Add one sheet: its title, its sentence, the header, the rows."""
        self._names.append(sheet_name(sheet.name, self._names))
        page = self._book.add_worksheet(self._names[-1])
        self._say(page, 0, 0, title, "title")
        self._say(page, 1, 0, sheet.lead, "lead")
        for x, column in enumerate(sheet.columns):
            self._say(page, _HEADER_ROW, x, column.name, "header")
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

    def _say(self, page: Any, y: int, x: int, text: str, role: str) -> None:
        """Write a text above the rows; it may hold a name of the file as well."""
        quoted = text.startswith(_FORMULA_SIGNS)
        if (role, quoted) not in self._words:
            self._words[role, quoted] = self._book.add_format(
                {**_FONT, **_ROLES[role], **({"quote_prefix": True} if quoted else {})}
            )
        page.write_string(y, x, _whole(text), self._words[role, quoted])

    def _write(self, page: Any, y: int, x: int, column: Column, cell: Cell) -> None:
        if cell is None or cell == "":
            page.write_blank(y, x, None, self._format(column.kind, column.decimals))
        elif isinstance(cell, str) and (moment := _moment(cell, column.kind)):
            # Excel knows no time zones: what is written is the reader's clock
            local = moment.astimezone(self._zone).replace(tzinfo=None)
            page.write_datetime(y, x, local, self._format("time"))
        elif isinstance(cell, str):
            page.write_string(y, x, _whole(cell), self._format("text", text=cell))
        else:
            page.write_number(y, x, cell, self._format(column.kind, column.decimals))

    def _format(self, kind: str, decimals: int | None = None, text: str = "") -> Any:
        quoted = text.startswith(_FORMULA_SIGNS)
        if (kind, decimals, quoted) not in self._formats:
            look = {**_FONT, **_FORMATS[kind], **({"quote_prefix": True} if quoted else {})}
            if decimals is not None:
                look["num_format"] = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
            self._formats[kind, decimals, quoted] = self._book.add_format(look)
        return self._formats[kind, decimals, quoted]


def _moment(cell: str, kind: str) -> datetime | None:
    """Return the aware time that a cell of times holds, None for any other cell."""
    if kind != "time":
        return None
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _whole(text: str) -> str:
    """Return `text` as long as a cell may be, cut with a mark where it is longer."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _width(column: Column, cells: Sequence[Cell]) -> float:
    """Return the width in letters: a Korean letter counts as two, a number as written."""
    if column.kind == "time":
        return _TIME_WIDTH
    texts = [c for c in cells if isinstance(c, str)]
    longest = max((columns(text) for text in texts), default=0)
    # a header may stand in two lines
    return min(_WIDEST, max(longest, columns(column.name) * 0.6, 8) + 3)
