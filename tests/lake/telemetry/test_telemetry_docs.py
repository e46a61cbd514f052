"""The page on telemetry is held to the code."""

import inspect
import re
from pathlib import Path

import pyarrow as pa

from deungdae.lake.telemetry import SCHEMA, Flag, History, Kind
from deungdae.lake.telemetry.journal import CHECKPOINT_EVERY, KEPT_VERSIONS
from deungdae.lake.telemetry.parts import ROW_GROUP
from deungdae.lake.telemetry.schema import ROLLUP

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "telemetry.md"
TYPES = {
    pa.string(): "string",
    pa.float64(): "double",
    pa.timestamp("us", tz="UTC"): "timestamp, µs, UTC",
    pa.int8(): "int8",
    pa.int16(): "int16",
}


def test_each_column_is_described_with_its_type() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", PAGE.read_text("utf-8"), re.MULTILINE))
    for field in SCHEMA:
        null = ", may be null" if field.nullable else ""
        assert rows[field.name] == TYPES[field.type] + null
    text = PAGE.read_text("utf-8")
    assert all(f"`{name}`" in text for name in ROLLUP.names)
    assert ", ".join(f"{kind.value} {kind.name.lower()}" for kind in Kind) in text
    assert all(re.search(rf"\b{flag.value} \w+", text) for flag in Flag)


def test_each_question_is_described_with_what_it_is_asked() -> None:
    text = PAGE.read_text("utf-8")
    described = re.findall(r"^\| `(\w+\(.*?\))` \|", text, re.MULTILINE)
    asked = []
    for name, method in inspect.getmembers(History, inspect.isfunction):
        if not name.startswith("_"):
            words = list(inspect.signature(method).parameters)[1:]
            asked.append(f"{name}({', '.join(words)})")
    assert sorted(described) == sorted(asked)
    # Whose points are asked for is always the first thing to say.
    assert all(re.match(r"\w+\(organisations?\b", question) for question in asked)


def test_the_numbers_of_the_page_are_those_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    assert f"{ROW_GROUP:,} rows" in text
    assert f"{KEPT_VERSIONS:,} before the last checkpoint" in text
    assert f"one each {CHECKPOINT_EVERY} versions" in text
