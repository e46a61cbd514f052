"""Cells of a table as a reader sees them."""

from datetime import datetime, tzinfo
from typing import Final

from babel.numbers import format_decimal

from deungdae.reports.paper.model import Cell, Column
from deungdae.reports.words import LANGUAGES, Words

NOTHING: Final = "–"
_DIGITS: Final = 5
_SMALLEST: Final = 0.0001


def shown(words: Words, column: Column, cell: Cell, zone: tzinfo) -> str:
    """Return the cell in the reader's writing, "–" for an empty one.

    A time is shown on the clocks of `zone`; text in a column of numbers, such as "∞", stands as
    it is.
    """
    if cell is None or cell == "":
        return NOTHING
    if isinstance(cell, str):
        return _time(cell, zone) if column.kind == "time" else cell
    if column.kind == "share":
        return words.percent(cell)
    if column.kind == "count":
        return words.number(cell, digits=1)
    if column.kind == "small":
        return f"< {_SMALLEST}" if 0 <= cell < _SMALLEST else words.number(cell, digits=2)
    if column.decimals is not None:
        pattern = "#,##0." + "0" * column.decimals if column.decimals else "#,##0"
        return str(format_decimal(cell, format=pattern, locale=LANGUAGES[words.lang]))
    return words.number(cell, digits=_DIGITS)


def to_the_right(column: Column) -> bool:
    """Return whether the cells of the column stand to the right, below one another."""
    return column.kind not in ("text", "time")


def _time(cell: str, zone: tzinfo) -> str:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        return cell
    if moment.tzinfo is None:
        return cell
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"
