"""Damaged files of every kind: does each give a table whose counts add up, or a sentence?

    python benchmarks/reader_fuzz.py [ROUNDS]

Prints, for each kind of file, how many damaged ones were read as a table and how many were refused
with a sentence. Anything else ends the run, and names the file by its number.
"""

import datetime as dt
import io
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt

from deungdae.records.errors import PublicError
from deungdae.tables import ShopTable, read

ROUNDS = 2_000
MORNING = dt.datetime(2026, 9, 1, 6)  # noqa: DTZ001 - as a workbook holds it
HEADER = ["일시", "제품", "온도(℃)", "압력(bar)", "판정", "비고"]


def rows(count: int = 12) -> list[list[str]]:
    made = []
    for i in range(count):
        time = f"2026-09-01 06:{i:02}:00"
        made.append(
            [time, f"P{i % 3}", f"{200 + i / 4}", str(30 + i), "OK" if i % 5 else "NG", "-"]
        )
        if i % 6 == 5:
            made.append(["소계", "", "", str(60 + i), "", ""])
    return made


def text_seeds() -> list[bytes]:
    lines = [HEADER, *rows()]
    comma = "\n".join(",".join(line) for line in lines) + "\n"
    titled = "9월 검사 현황\n\n" + comma + "※ 비고: 끝\n"
    semicolon = "\r\n".join(";".join(f'"{cell}"' for cell in line) for line in lines)
    decimal = semicolon.replace(".", ",")
    tab = "\n".join("\t".join(line) for line in lines)
    return [
        comma.encode(),
        b"\xef\xbb\xbf" + titled.encode(),
        titled.encode("cp949"),
        decimal.encode("cp949"),
        tab.encode("utf-16"),
        tab.encode("utf-16-be"),
        comma.replace("OK", '"O\nK"').encode(),
    ]


def workbook_seeds() -> list[bytes]:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["9월 검사 현황"])
    sheet.append(HEADER)
    for row in rows():
        sheet.append([MORNING, *row[1:2], 200.5, 30, *row[4:]])
    sheet.merge_cells("A1:F1")
    book.create_sheet("요약").append(["합계", 3])
    stream = io.BytesIO()
    book.save(stream)
    return [stream.getvalue()]


def old_workbook_seeds() -> list[bytes]:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet1")
    for i, row in enumerate([HEADER, *rows()]):
        for j, cell in enumerate(row):
            sheet.write(i, j, float(cell) if i and j in (2, 3) and cell else cell)
    sheet.write_merge(20, 20, 0, 3, "끝")
    stream = io.BytesIO()
    book.save(stream)
    return [stream.getvalue()]


def parquet_seeds() -> list[bytes]:
    table = pa.table(
        {
            "time": pa.array([MORNING + dt.timedelta(minutes=i) for i in range(20)]),
            "product": pa.array([f"P{i % 3}" for i in range(20)]).dictionary_encode(),
            "x": pa.array([i / 3 if i % 4 else None for i in range(20)]),
            "n": list(range(20)),
            "ok": [i % 5 > 0 for i in range(20)],
            "list": [[i] for i in range(20)],
        }
    )
    seeds = []
    for compression in ("snappy", "none", "zstd"):
        stream = io.BytesIO()
        pq.write_table(table, stream, compression=compression)
        seeds.append(stream.getvalue())
    return seeds


def mutated(seed: bytes, other: bytes, chance: random.Random) -> bytes:
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        if not data:
            break
        at = chance.randrange(len(data))
        kind = chance.randrange(7)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            data[at] = chance.randrange(256)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = chance.randbytes(chance.randrange(1, 9))
        elif kind == 4:
            end = min(len(data), at + chance.randrange(1, 200))
            data[at:at] = data[at:end]
        elif kind == 5:
            start = chance.randrange(len(other))
            data[at:] = other[start : start + chance.randrange(1, 2_000)]
        else:
            data[at : at + chance.randrange(1, 40)] = chance.choice(
                (b"", b'"', b'""', b",", b"\n", b"\r", b"\x00", b"\xff" * 4, b"9" * 30, b"-", b"=")
            )
    return bytes(data)


def repacked(seed: bytes, chance: random.Random) -> bytes:
    """Damage one part of a workbook and pack it again, so that its checksums are right."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seed)) as package, zipfile.ZipFile(stream, "w") as damaged:
        parts = {name: package.read(name) for name in package.namelist()}
        hurt = chance.choice([name for name in parts if "sheet" in name or "workbook" in name])
        for name, content in parts.items():
            damaged.writestr(name, mutated(content, content, chance) if name == hurt else content)
    return stream.getvalue()


def check(result: ShopTable) -> None:
    understanding = result.understanding
    aside = sum(entry.rows for entry in understanding.set_aside)
    assert understanding.rows_read == result.table.num_rows + aside
    assert result.quarantine.num_rows == aside
    assert tuple(result.table.column_names) == tuple(c.name for c in understanding.columns)
    for note in understanding.columns:
        nulls = result.table[note.name].null_count
        assert nulls == note.missing + sum(note.unread.values()), note


class Outcome(NamedTuple):
    """How many files of a kind were read as a table, and how many were refused."""

    tables: int
    refused: int


KINDS: dict[str, Callable[[], list[bytes]]] = {
    "text": text_seeds,
    "text_again": text_seeds,
    "workbook": workbook_seeds,
    "old_workbook": old_workbook_seeds,
    "parquet": parquet_seeds,
}


def damage(kind: str, rounds: int, folder: Path) -> Outcome:
    """Read damaged files of a kind; AssertionError for anything but a table or a sentence."""
    seeds = KINDS[kind]()
    chance = random.Random(f"deungdae {kind}")
    path = folder / "damaged"
    tables = 0
    for i in range(rounds):
        if kind == "workbook" and i % 2:
            path.write_bytes(repacked(seeds[0], chance))
        else:
            path.write_bytes(mutated(chance.choice(seeds), chance.choice(seeds), chance))
        try:
            result = read(path)
        except PublicError:
            continue
        except BaseException as error:
            raise AssertionError(f"{kind} {i}: {error!r}") from error
        else:
            check(result)
            tables += 1
    return Outcome(tables, rounds - tables)


def main() -> None:
    """Damage files of every kind, and print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    print(f"{'kind':14}{'files':>8}{'tables':>8}{'refused':>9}{'seconds':>9}")
    for kind in KINDS:
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            found = damage(kind, rounds, Path(folder))
        took = time.perf_counter() - began
        print(f"{kind:14}{rounds:8}{found.tables:8}{found.refused:9}{took:9.1f}", flush=True)


if __name__ == "__main__":
    main()
