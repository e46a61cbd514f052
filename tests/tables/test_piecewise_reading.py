"""The answer does not depend on how a file is cut, nor on which of the two parsers read it."""

import csv
import io
import random
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from deungdae.tables import ShopTable, delimited, piece_columns, read
from deungdae.tables.finishing import finish
from deungdae.tables.pieces import Piece
from deungdae.tables.text_blocks import TextFile

SEOUL = ZoneInfo("Asia/Seoul")


def generated(seed: int) -> str:
    """Write a file with everything that turns up: sums, ragged lines, quotes, stray words."""
    chance = random.Random(seed)
    makers: list[Callable[[int], str]] = [
        lambda i: str(i),
        lambda i: f"{chance.gauss(200, 5):.3f}",
        lambda i: chance.choice(["OK", "NG", "-", ""]),
        lambda i: f"2026-09-{i % 28 + 1:02} 오전 {i % 11 + 1}:{i % 60:02}",
        lambda i: f"{i:05}",
        lambda i: chance.choice(["1,234", "56", "7,890.5"]),
        lambda i: "통신불량" if i % 97 == 5 else f"{i / 7:.2f}",
        lambda i: '줄\n바꿈 "인용"' if i % 41 == 3 else "말",
        lambda i: str(i) if i < 300 else f"{i}.5",
        lambda i: str(i) if i < 400 else f"A{i}",
        lambda i: "#DIV/0!" if i == 333 else str(i % 7),
        lambda i: f"202609{i % 28 + 1:02}",
    ]
    chance.shuffle(makers)
    makers = makers[: chance.randrange(3, len(makers))]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f"열이름{j}" for j in range(len(makers))])
    for i in range(chance.randrange(20, 900)):
        writer.writerow([make(i) for make in makers])
        odd = chance.randrange(60)
        if odd == 0:
            writer.writerow(["소계", *[""] * (len(makers) - 1)])
        elif odd == 1:
            out.write("\n")
        elif odd == 2:
            out.write("1,2\n")
        elif odd == 3:
            out.write('5" 관,' + ",".join("x" for _ in makers[1:]) + "\n")
        elif odd == 4:
            writer.writerow([f"열이름{j}" for j in range(len(makers))])
    return out.getvalue()


def in_pieces(path: Path, block: int) -> ShopTable:
    text = TextFile(path, "utf-8")
    gathered = delimited.gather(text, block=block)
    gathered.facts |= {"sha256": "", "bytes": 0}
    return finish(gathered, path.name, SEOUL)


@pytest.mark.parametrize("seed", range(12))
def test_small_pieces_give_what_one_piece_gives(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(generated(seed), "utf-8")
    whole = in_pieces(path, 4 << 20)
    for block in (997, 20_011):
        cut = in_pieces(path, block)
        assert cut.understanding == whole.understanding
        assert cut.table.equals(whole.table)
        assert cut.quarantine.equals(whole.quarantine)


@pytest.mark.parametrize("seed", range(12))
def test_the_plain_parser_gives_what_the_fast_one_gives(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(generated(100 + seed), "utf-8")
    fast = in_pieces(path, 5_003)
    calls = []

    def none(piece: Piece, *_: object) -> None:
        calls.append(len(piece))

    monkeypatch.setattr(piece_columns, "_parse_fast", none)
    plain = in_pieces(path, 5_003)
    assert calls
    assert plain.understanding == fast.understanding
    assert plain.table.equals(fast.table)
    assert plain.quarantine.equals(fast.quarantine)


@pytest.mark.parametrize("seed", range(4))
def test_numbers_and_words_are_those_of_a_reader_by_the_book(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    rows = [
        [f"P{i % 5}", f"{chance.gauss(0, 1e3):.6g}", str(chance.randrange(10**6) + 1)]
        for i in range(500)
    ]
    path = tmp_path / "table.csv"
    path.write_text("제품,값,수량\n" + "".join(",".join(row) + "\n" for row in rows), "utf-8")
    table = read(path).table
    assert table["제품"].to_pylist() == [row[0] for row in rows]
    assert table["값"].to_pylist() == [float(row[1]) for row in rows]
    assert table["수량"].to_pylist() == [int(row[2]) for row in rows]


def test_a_workbook_gives_what_the_same_table_as_csv_gives(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = list(csv.reader(io.StringIO(generated(7))))
    width = len(rows[0])
    rows = [row for row in rows if len(row) == width]
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "table.xlsx")
    with (tmp_path / "table.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    from_book, from_text = read(tmp_path / "table.xlsx"), read(tmp_path / "table.csv")
    assert from_book.table.equals(from_text.table)
    assert from_book.understanding.set_aside == from_text.understanding.set_aside


def test_a_korean_letter_far_below_an_ascii_head_settles_the_encoding(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    lines = ["part,value,reason"] + [f"P{i},{i},none given" for i in range(6_000)]
    path.write_bytes("\n".join([*lines, "P,7,가스"]).encode("cp949"))
    result = read(path)
    assert result.understanding.encoding == "cp949"
    assert result.table["reason"][-1].as_py() == "가스"


def test_a_field_over_two_lines_keeps_line_numbers_right(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text('a,b\n"1\n2",3\n4\n5,6\n', "utf-8")
    result = read(path)
    assert result.quarantine.to_pylist() == [{"line": 4, "reason": "ragged", "text": "4"}]
    assert result.table.num_rows == 2
