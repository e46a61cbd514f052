"""An OLE container (old .xls, locked .xlsx, .doc, .hwp) looked over before it is parsed.

The XLS parser reserves memory for what a sheet declares and lays it out as a full rectangle, so
the records that place cells are read here first.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from deungdae.tables import limits
from deungdae.tables.sniffing import foreign
from deungdae.tables.xlsx_package import ErrorCells, damaged, locked

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF
_OTHERS = (
    ("WordDocument", "Word (.doc)"),
    ("PowerPoint Document", "PowerPoint (.ppt)"),
    ("HwpSummaryInformation", "HWP"),
    ("FileHeader", "HWP"),
    ("__properties_version1.0", "Outlook (.msg)"),
)
_FILEPASS, _DIMENSIONS, _MULRK, _BOF, _MERGED = 0x2F, 0x200, 0xBD, 0x809, 0xE5
_BOUNDSHEET, _BOOLERR, _FORMULA = 0x85, 0x205, 0x06
_ERROR_TEXTS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
#: Records that put one cell at (row, column), both 16 bits, at their beginning.
_CELLS = frozenset(
    {0x03, 0x04, 0x05, 0x06, 0x07, 0x203, 0x204, 0x205, 0x206, 0x27E, 0xFD, 0xD6, 0x406}
)


def check(path: Path) -> dict[str, ErrorCells]:
    """Return the error cells of an old workbook by sheet.

    Raises UnusableFile unless a container holds an open workbook of a size that can be read.
    """
    data = path.read_bytes()
    if not data.startswith(MAGIC):
        return _check_records(path, data)
    try:
        names = _entries(data)
    except (struct.error, IndexError) as error:
        raise damaged(path) from error
    if {"EncryptedPackage", "EncryptionInfo"} & names.keys():
        raise locked(path)
    book = next(
        (names[name] for name in ("Workbook", "WORKBOOK", "Book", "BOOK") if name in names), None
    )
    if book is None:
        for name, what in _OTHERS:
            if name in names:
                raise foreign(path, what)
        raise damaged(path)
    try:
        stream = _stream(data, *book, names["Root Entry"])
    except (struct.error, IndexError, KeyError) as error:
        raise damaged(path) from error
    return _check_records(path, stream)


def _check_records(path: Path, stream: bytes) -> dict[str, ErrorCells]:
    last_row = last_column = 0
    names: dict[int, str] = {}
    errors: dict[str, ErrorCells] = {}
    sheet = ""
    for offset, kind, body in _records(stream):
        if kind == _BOF:
            last_row = last_column = 0
            sheet = names.get(offset, "")
        elif kind == _BOUNDSHEET:
            names |= _sheet_name(body)
        elif kind == _FILEPASS:
            raise locked(path)
        elif kind in _CELLS and len(body) >= 4:
            row, column = struct.unpack_from("<HH", body)
            last_row, last_column = max(last_row, row + 1), max(last_column, column + 1)
            if error := _error_text(kind, body):
                errors.setdefault(sheet, {})[row, column] = error
        elif kind == _MULRK and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            last = max(column, struct.unpack_from("<H", body, len(body) - 2)[0])
            last_row, last_column = max(last_row, row + 1), max(last_column, last + 1)
        elif kind == _DIMENSIONS:
            _check_dimensions(path, body)
            continue
        else:
            continue
        if last_column > 256 and last_row * last_column > limits.WORKBOOK_CELLS:
            raise damaged(path)
        limits.check_cells(path.name, last_row * last_column)
    return errors


def _sheet_name(body: bytes) -> dict[int, str]:
    """Return where a sheet begins in the stream, and its name."""
    if len(body) < 8:
        return {}
    start, length, wide = struct.unpack_from("<I", body)[0], body[6], body[7] & 1
    name = body[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")
    return {start: name}


def _error_text(kind: int, body: bytes) -> str | None:
    if kind == _BOOLERR and len(body) >= 8 and body[7]:
        return _ERROR_TEXTS.get(body[6])
    # A formula whose result is an error says so by marks in place of a number.
    if kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERROR_TEXTS.get(body[8])
    return None


def _check_dimensions(path: Path, body: bytes) -> None:
    if len(body) >= 14:
        _, rows, _, columns = struct.unpack_from("<IIHH", body)
    elif len(body) >= 10:
        _, rows, _, columns = struct.unpack_from("<HHHH", body)
    else:
        raise damaged(path)
    # Excel's own files declare too much at times, but never more than a sheet has room for.
    if rows > 65_536 or columns > 256:
        raise damaged(path)


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield position, kind, stream[position + 4 : position + 4 + length]
        position += 4 + length


def _sector_size(data: bytes) -> int:
    shift: int = struct.unpack_from("<H", data, 30)[0]
    if shift not in (9, 12):
        raise IndexError(shift)
    return 1 << shift


def _sector(data: bytes, number: int) -> bytes:
    size = _sector_size(data)
    start = (number + 1) * size
    if start >= len(data):
        raise IndexError(number)
    return data[start : start + size].ljust(size, b"\x00")


def _allocation(data: bytes) -> list[int]:
    """Return the table that says which sector follows which."""
    size = _sector_size(data)
    table_sectors = list(struct.unpack_from("<109I", data, 76))
    following = struct.unpack_from("<I", data, 68)[0]
    seen = 0
    while following not in (_END, _FREE):
        numbers = struct.unpack(f"<{size // 4}I", _sector(data, following))
        table_sectors.extend(numbers[:-1])
        following = numbers[-1]
        seen += 1
        if seen * size > len(data):
            raise IndexError(following)
    table: list[int] = []
    for number in table_sectors:
        if number not in (_END, _FREE):
            table.extend(struct.unpack(f"<{size // 4}I", _sector(data, number)))
    return table


def _chain(data: bytes, table: list[int], start: int) -> bytes:
    pieces = []
    number = start
    while number not in (_END, _FREE):
        pieces.append(_sector(data, number))
        number = table[number]
        if len(pieces) > len(table):
            raise IndexError(number)
    return b"".join(pieces)


def _entries(data: bytes) -> dict[str, tuple[int, int]]:
    """Return first sector and size of each entry of the container's directory, by name."""
    directory = _chain(data, _allocation(data), struct.unpack_from("<I", data, 48)[0])
    entries: dict[str, tuple[int, int]] = {}
    for offset in range(0, len(directory) - 127, 128):
        length = struct.unpack_from("<H", directory, offset + 64)[0]
        name = directory[offset : offset + max(0, min(length, 64) - 2)].decode(
            "utf-16-le", "replace"
        )
        start, size = struct.unpack_from("<II", directory, offset + 116)
        if name:
            entries.setdefault(name, (start, size))
    return entries


def _stream(data: bytes, start: int, size: int, root: tuple[int, int]) -> bytes:
    table = _allocation(data)
    if size >= struct.unpack_from("<I", data, 56)[0]:
        return _chain(data, table, start)[:size]
    # Small streams live in 64-byte pieces inside the root entry's stream.
    mini = _chain(data, table, root[0])
    raw = _chain(data, table, struct.unpack_from("<I", data, 60)[0])
    mini_table = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])
    pieces: list[bytes] = []
    while start not in (_END, _FREE):
        pieces.append(mini[start * 64 : start * 64 + 64])
        start = mini_table[start]
        if len(pieces) > len(mini_table):
            raise IndexError(start)
    return b"".join(pieces)[:size]
