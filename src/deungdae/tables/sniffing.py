"""What a file is, told from its content: its name may lie."""

import zipfile
from enum import Enum
from pathlib import Path

from deungdae.records.errors import UnusableFile

HEAD = 1 << 16


class Format(Enum):
    """The formats that can be read."""

    TEXT = "csv"
    GZIP = "csv.gz"
    XLSX = "xlsx"
    XLS = "xls"
    PARQUET = "parquet"


_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Old workbooks without a container begin with their first record.
_BARE_XLS = (
    b"\x09\x08\x08\x00\x00\x05",
    b"\x09\x08\x10\x00\x00\x06",
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
)

_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"RIFF", "WAV/AVI"),
    (b"HWP Document File", "HWP"),
    (b"7z\xbc\xaf'\x1c", "7-Zip"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"(\xb5/\xfd", "Zstandard"),
    (b"\x7fELF", "EXE/ELF"),
    (b"MZ", "EXE/ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"ARROW1\x00", "Arrow (.arrow)"),
    (b"\x89HDF", "HDF5"),
    (b"{\\rtf", "RTF"),
)
_OFFICE_PARTS = (
    ("word/document.xml", "Word (.docx)"),
    ("ppt/presentation.xml", "PowerPoint (.pptx)"),
    ("xl/workbook.bin", "Excel (.xlsb)"),
    ("Contents/section0.xml", "HWPX"),
    ("content.xml", "OpenDocument (.ods, .odt)"),
)


def read_head(path: Path) -> bytes:
    """Return a file's first bytes; raise UnusableFile if there is no such file or nothing in it."""
    try:
        if path.is_dir():
            raise UnusableFile("“{file}” is a folder; name a file in it.", file=path.name)
        if path.exists() and not path.is_file():
            raise UnusableFile("“{file}” is no ordinary file.", file=path.name)
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except FileNotFoundError as error:
        raise UnusableFile("There is no file “{file}”.", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise UnusableFile(
            "“{file}” could not be opened: {why}.",
            file=path.name,
            why=getattr(error, "strerror", None) or "its name cannot be used",
        ) from error
    if not head:
        raise UnusableFile("“{file}” is empty (0 bytes).", file=path.name)
    return head


def identify(path: Path, head: bytes) -> Format:
    """Return a file's format; raise UnusableFile, naming what it seems to be, for any other."""
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith(_ZIP):
        return _identify_zip(path)
    if head.startswith(_OLE):
        return Format.XLS
    if head.startswith(_BARE_XLS):
        return Format.XLS
    if head.startswith(b"\x1f\x8b"):
        return Format.GZIP
    for magic, name in _FOREIGN:
        # Two letters are not enough: "BM-01,…" may begin a table.
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head[:64]):
            raise foreign(path, name)
    lower = head[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if lower.startswith((b"<!doctype html", b"<html")) or b"<table" in lower[:2000]:
        raise foreign(path, "HTML")
    if lower.startswith(b"<?xml"):
        raise foreign(path, "XML")
    if lower.startswith((b"{", b"[{")) and b'":' in lower:
        raise foreign(path, "JSON")
    return Format.TEXT


def foreign(path: Path, what: str) -> UnusableFile:
    """Return the error for a file of another format; `what` is a name that needs no translation."""
    return UnusableFile(
        "“{file}” seems to be {what}. CSV, TSV, Excel (.xlsx, .xls) and Parquet files can be "
        "read: save the table as one of these.",
        file=path.name,
        what=what,
    )


def _identify_zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as package:
            names = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise UnusableFile(
            "“{file}” is a damaged Excel workbook or ZIP archive: its list of parts cannot be "
            "read. Copy it again, or open it in Excel and save it anew.",
            file=path.name,
        ) from error
    if "xl/workbook.xml" in {name.lstrip("/").replace("\\", "/") for name in names}:
        return Format.XLSX
    for part, what in _OFFICE_PARTS:
        if part in names:
            raise foreign(path, what)
    raise foreign(path, "ZIP")
