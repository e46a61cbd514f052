"""Blocks of text cut into pieces of whole records, with the line on which each record begins."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deungdae.records.errors import UnusableFile

_NEWLINE, _QUOTE = 10, 34
#: A quoted field over more lines or bytes than this is taken for a stray quote.
FIELD_LINES = 200
FIELD_BYTES = 1 << 20
#: A line longer than this is no record of a table.
RECORD_BYTES = 64_000_000


@dataclass(frozen=True)
class Piece:
    """Some whole records of a text.

    `ends` are the byte offsets behind each record's newline and `lines` the line on which each
    begins (the file's first line is 1). With `odd_quotes` some quote is never closed.
    """

    data: bytes
    ends: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]
    odd_quotes: bool

    def __len__(self) -> int:
        return len(self.ends)

    def text(self, record: int) -> str:
        """Return a record as it stands, without its newline."""
        start = int(self.ends[record - 1]) if record else 0
        return self.data[start : int(self.ends[record])].decode("utf-8", "replace").rstrip("\n")

    def after(self, records: int) -> "Piece":
        """Return the piece without its first records."""
        if not records:
            return self
        cut = int(self.ends[records - 1])
        return Piece(
            self.data[cut:], self.ends[records:] - cut, self.lines[records:], self.odd_quotes
        )


def split(blocks: Iterable[bytes], delimiters: str) -> Iterator[Piece]:
    """Cut blocks of UTF-8 text at the ends of records.

    A newline between quotes does not end a record; `delimiters` are the letters behind which a
    quote opens a field.
    """
    left = b""
    line = 1
    openers = delimiters.encode()
    for block in blocks:
        data = left + block
        end = data.rfind(b"\n") + 1
        if not end:
            if len(data) > RECORD_BYTES:
                raise UnusableFile(
                    "Line {line} is longer than {limit_mb} MB: this is no table of rows and "
                    "columns.",
                    line=line,
                    limit_mb=RECORD_BYTES // 1_000_000,
                )
            left = data
            continue
        piece, used = _piece(data[:end], line, openers, final=False)
        left = data[used:]
        line += data.count(b"\n", 0, used)
        if len(piece):
            yield piece
    if left:
        piece, _ = _piece(left if left.endswith(b"\n") else left + b"\n", line, openers, final=True)
        yield piece


def _piece(data: bytes, line: int, openers: bytes, *, final: bool) -> tuple[Piece, int]:
    """Return the whole records of `data`, which ends with a newline, and how much they take."""
    array = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(array == _NEWLINE).astype(np.int64) + 1
    lines = np.arange(line, line + len(ends), dtype=np.int64)
    if b'"' not in data:
        return Piece(data, ends, lines, odd_quotes=False), len(data)
    quotes = np.flatnonzero(array == _QUOTE)
    per_line = np.diff(np.searchsorted(quotes, ends), prepend=0)
    odd = np.flatnonzero(per_line & 1)
    inner, odd_quotes, whole = _inner_newlines(data, ends, odd, openers, final)
    keep = np.ones(whole, np.bool_)
    keep[inner] = False
    starts = np.concatenate(([True], keep[:-1])) if whole else keep
    used = int(ends[whole - 1]) if whole else 0
    piece = Piece(data[:used], ends[:whole][keep], lines[:whole][starts], odd_quotes)
    return piece, used


def _inner_newlines(
    data: bytes,
    ends: npt.NDArray[np.int64],
    odd: npt.NDArray[np.int64],
    openers: bytes,
    final: bool,
) -> tuple[list[int], bool, int]:
    """Return the lines that end between quotes, whether a quote is stray, and the whole lines."""
    inner: list[int] = []
    odd_quotes = False
    k = 0
    while k < len(odd):
        first = int(odd[k])
        start = int(ends[first - 1]) if first else 0
        if not _opens(data[start : int(ends[first]) - 1], openers):
            # A quote inside of a field, as in 5" pipe, is a letter like any other.
            k += 1
            continue
        last = int(odd[k + 1]) if k + 1 < len(odd) else len(ends)
        closed = last < len(ends)
        stop = min(last, len(ends) - 1)
        too_long = stop - first > FIELD_LINES or int(ends[stop]) - start > FIELD_BYTES
        if not closed and not too_long and not final:
            # The field may be closed in the next block.
            return inner, odd_quotes, first
        if (
            not closed
            or too_long
            or not _closes(data[int(ends[last - 1]) : int(ends[last])], openers)
        ):
            odd_quotes = True
            k += 1
            continue
        inner.extend(range(first, last))
        k += 2
    return inner, odd_quotes, len(ends)


def _opens(line: bytes, openers: bytes) -> bool:
    """Tell whether a line ends inside a quoted field."""
    position = line.find(b'"')
    while position >= 0:
        if position and line[position - 1] not in openers:
            position = line.find(b'"', position + 1)
            continue
        closing = line.find(b'"', position + 1)
        while closing >= 0 and line[closing + 1 : closing + 2] == b'"':
            closing = line.find(b'"', closing + 2)
        if closing < 0:
            return True
        position = line.find(b'"', closing + 1)
    return False


def _closes(line: bytes, openers: bytes) -> bool:
    """Tell whether a line's first single quote ends a field, as a closing quote does."""
    position = line.find(b'"')
    while line[position + 1 : position + 2] == b'"':
        position = line.find(b'"', position + 2)
    return position >= 0 and line[position + 1 : position + 2] in (
        b"\n",
        *(bytes([letter]) for letter in openers),
    )


def fields(text: str, delimiter: str) -> tuple[list[str], bool]:
    """Split a record into its fields; also tell whether a quote is left open."""
    if '"' not in text:
        return text.split(delimiter), False
    parts: list[str] = []
    position = 0
    while True:
        quoted = ""
        if text.startswith('"', position):
            closing = text.find('"', position + 1)
            while closing >= 0 and text.startswith('"', closing + 1):
                closing = text.find('"', closing + 2)
            if closing < 0:
                return text.split(delimiter), True
            quoted = text[position + 1 : closing].replace('""', '"')
            position = closing + 1
        end = text.find(delimiter, position)
        if end < 0:
            parts.append(quoted + text[position:])
            return parts, False
        parts.append(quoted + text[position:end])
        position = end + 1
