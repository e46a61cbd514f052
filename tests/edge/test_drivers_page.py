"""The page of drivers is held to the code: samples, options, reasons of loss."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge.drivers import DRIVERS, read, sample
from deungdae.edge.fields import Fields, Problem
from deungdae.edge.losses import Loss, Overflow

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "drivers.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "how-to" / "edge.md").read_text("utf-8")


class Watched(Fields):
    """Remembers every table that a driver looked into."""

    seen: "list[Fields]"

    def tables(self, name: str, *, needed: bool = True) -> list[Fields]:
        parts = super().tables(name, needed=needed)
        self.seen += parts
        return parts


def prepared(kind: str, base: Path) -> tuple[list[Problem], list[Fields]]:
    (table,) = tomllib.loads(sample(kind))["driver"]
    for name in ("folder", "certificates"):
        if name in table:
            (base / table[name]).mkdir()
    for name in [n for n in table if n.endswith("_file")]:
        (base / table[name]).write_text("x")
    if "[[driver.tag]]" in sample(kind):
        table["tag"] = [{"tag": "line1/press", "unit": "°C", "expected_seconds": 5}]
    problems: list[Problem] = []
    fields: Any = Watched(table, kind, problems)
    fields.base, fields.seen = base, [fields]
    read(kind, fields)
    return problems, fields.seen


@pytest.mark.parametrize("kind", DRIVERS)
def test_the_sample_of_a_driver_is_in_order(kind: str, tmp_path: Path) -> None:
    problems, _ = prepared(kind, tmp_path)
    assert problems == []


@pytest.mark.parametrize("kind", DRIVERS)
def test_the_sample_names_every_option_and_no_other(kind: str, tmp_path: Path) -> None:
    _, tables = prepared(kind, tmp_path)
    asked = {name for fields in tables for name in fields.asked}
    named = set(re.findall(r"^#? ?([a-z_]+) = ", sample(kind), re.MULTILINE))
    inner = set(re.findall(r"^#? ?\[\[driver\.([a-z_]+)\]\]", sample(kind), re.MULTILINE))
    assert named | inner == asked


@pytest.mark.parametrize("kind", DRIVERS)
def test_the_page_shows_the_sample_and_the_extra(kind: str) -> None:
    section = PAGE.split(f"\n## {kind}\n", 1)[1].split("\n## ", 1)[0]
    assert f"```toml\n{sample(kind)}```" in section
    assert (DRIVERS[kind] or "Needs no extra") in section


def test_the_page_has_no_driver_that_is_not_there() -> None:
    sections = set(re.findall(r"^## (.+)$", PAGE, re.MULTILINE))
    assert sections == {*DRIVERS, "What can be lost", "What all drivers share"}


def test_every_reason_of_loss_and_every_policy_is_described() -> None:
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE, re.MULTILINE))
    codes = set()
    for path in (ROOT / "src/deungdae/records/readings.py",):
        codes |= set(re.findall(r'reason="([a-z_]+)"', path.read_text("utf-8")))
    assert rows == {*Loss, *(code for code in codes if not code.startswith("tag_"))}
    assert set(Overflow) <= set(re.findall(r"^\| `([a-z_]+)` \|", GUIDE, re.MULTILINE))
