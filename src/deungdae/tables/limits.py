"""How large a file may be, and what is said when it is larger."""

from deungdae.records.errors import UnusableFile

#: Bytes of a CSV (also once unpacked) or Parquet file.
FILE_BYTES = 1_000_000_000
#: Cells of a workbook's sheet, counted as rows times columns up to the last cell with a value.
WORKBOOK_CELLS = 10_000_000
#: Bytes of a workbook file, and of all of its parts once unpacked.
WORKBOOK_BYTES = 500_000_000
WORKBOOK_UNPACKED_BYTES = 2_000_000_000
#: Parts of a workbook's package; a workbook with a hundred sheets has a few hundred.
WORKBOOK_PARTS = 10_000
#: Unpacked size over packed size; spreadsheet XML packs 5 to 40 times, rarely 100.
UNPACKING_RATIO = 400
#: Below this, even an absurd ratio does no harm.
HARMLESS_BYTES = 50_000_000
#: Cells of a Parquet file: its encodings can fit billions of them into a few kilobytes.
PARQUET_CELLS = 500_000_000
PARQUET_UNPACKED_BYTES = 8_000_000_000
#: Columns of any table.
COLUMNS = 20_000


def check_bytes(name: str, size: int, limit: int = FILE_BYTES) -> None:
    """Raise UnusableFile if a file of `size` bytes is over `limit` bytes."""
    if size > limit:
        raise UnusableFile(
            "“{file}” is {size_mb} MB; at most {limit_mb} MB can be read. "
            "Split it into parts, for example by month.",
            file=name,
            size_mb=_megabytes(size),
            limit_mb=_megabytes(limit),
        )


def check_unpacked(name: str, size: int, limit: int = FILE_BYTES) -> None:
    """Raise UnusableFile if the content of a packed file is over `limit` bytes."""
    if size > limit:
        raise UnusableFile(
            "“{file}” unpacks to more than {limit_mb} MB, which is the most that can be read. "
            "Split it into parts, for example by month.",
            file=name,
            limit_mb=_megabytes(limit),
        )


def check_cells(name: str, cells: int, limit: int = WORKBOOK_CELLS) -> None:
    """Raise UnusableFile if a table of `cells` cells is over `limit` cells."""
    if cells > limit:
        raise UnusableFile(
            "“{file}” has {cells} cells (rows times columns); at most {limit} can be read. "
            "Split it into parts, or save it as CSV.",
            file=name,
            cells=cells,
            limit=limit,
        )


def check_columns(name: str, columns: int) -> None:
    """Raise UnusableFile if a table has more columns than can be read."""
    if columns > COLUMNS:
        raise UnusableFile(
            "“{file}” has {columns} columns; at most {limit} can be read.",
            file=name,
            columns=columns,
            limit=COLUMNS,
        )


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)
