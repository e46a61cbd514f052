"""Damaged files: each gives a table whose counts add up, or a sentence. Never more.

`benchmarks/reader_fuzz.py` does the same with ten thousand and more.
"""

from pathlib import Path

import pytest

from reader_fuzz import KINDS, damage

ROUNDS = 300


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_table_that_adds_up_or_a_sentence(kind: str, tmp_path: Path) -> None:
    found = damage(kind, ROUNDS, tmp_path)
    # The test would be void if nothing but refusals came back.
    assert found.tables > ROUNDS // 100
    assert found.tables + found.refused == ROUNDS
