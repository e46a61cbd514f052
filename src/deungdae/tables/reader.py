"""`read`: one shop-floor file of any format to a typed table."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deungdae.records.errors import UnusableFile, UnusableOption
from deungdae.tables import delimited, encodings, limits, parquet, sniffing, workbook
from deungdae.tables.finishing import Gathered, finish
from deungdae.tables.shop_table import ShopTable
from deungdae.tables.sniffing import Format
from deungdae.tables.text_blocks import TextFile

#: Bytes from which on a file is worth a second thread for its hash.
_LARGE = 8_000_000


def read(path: Path, *, sheet: str | None = None, time_zone: str = "Asia/Seoul") -> ShopTable:
    """Read a shop-floor file into a typed table and say how it was understood.

    The format is told from the content: CSV, TSV and other delimited text (perhaps gzipped),
    XLSX, XLS or Parquet. `sheet` names a sheet of a workbook; without it the one that looks most
    like a table is taken. `time_zone` places the times that name no zone of their own.

    The rows below the header equal the rows of the table plus those set aside, each of which is
    in the quarantine. Raises UnusableFile if the file holds no table that can be read or is over
    a limit, UnusableOption if the sheet or the time zone does not exist.
    """
    path = Path(path)
    zone = _zone(time_zone)
    head = sniffing.read_head(path)
    found = sniffing.identify(path, head)
    size = path.stat().st_size
    limits.check_bytes(
        path.name,
        size,
        limits.WORKBOOK_BYTES if found in (Format.XLSX, Format.XLS) else limits.FILE_BYTES,
    )
    if sheet is not None and found not in (Format.XLSX, Format.XLS):
        raise UnusableOption(
            "“{file}” has no sheets, so the sheet “{sheet}” cannot be read.",
            file=path.name,
            sheet=sheet,
        )
    if size < _LARGE:
        sha256, gathered = _sha256(path), _gather(path, found, head, sheet, zone)
    else:
        with ThreadPoolExecutor(1) as pool:
            digest = pool.submit(_sha256, path)
            gathered = _gather(path, found, head, sheet, zone)
            sha256 = digest.result()
    gathered.facts |= {"sha256": sha256, "bytes": size}
    return finish(gathered, path.name, zone)


def _gather(path: Path, found: Format, head: bytes, sheet: str | None, zone: ZoneInfo) -> Gathered:
    if found in (Format.XLSX, Format.XLS):
        return workbook.gather(path, found, sheet)
    if found is Format.PARQUET:
        return parquet.gather(path, zone)
    return _gather_text(path, head, gzipped=found is Format.GZIP)


def _gather_text(path: Path, head: bytes, *, gzipped: bool) -> Gathered:
    if gzipped:
        head = next(TextFile(path, "latin-1", gzipped=True).raw(sniffing.HEAD), b"")
        if not head:
            raise UnusableFile("“{file}” is empty (0 bytes).", file=path.name)
        if head.startswith((b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
            raise sniffing.foreign(path, "gzip")
    detected = encodings.detect(head, whole=len(head) < sniffing.HEAD)
    if detected is None:
        raise UnusableFile(
            "“{file}” holds no text: it may be a file of another program, or damaged. CSV, TSV, "
            "Excel (.xlsx, .xls) and Parquet files can be read.",
            file=path.name,
        )
    codec, certain = detected
    text = TextFile(path, codec, certain, gzipped)
    gathered = delimited.gather(text)
    gathered.facts["encoding"] = encodings.display_name(text.encoding, head)
    return gathered


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableOption(
            "There is no time zone “{time_zone}”; write it like Asia/Seoul.", time_zone=name
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
