"""The method's page is held to the code: its example runs, its figures and codes are right."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from deungdae.analysis.spc.rules import RULES, SETS
from deungdae.analysis.spc.run_length import in_control

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "methods" / "spc.md"


def test_the_worked_example_prints_what_the_page_says() -> None:
    (example,) = re.findall(
        r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example[0], str(PAGE), "exec"), {})
    assert printed.getvalue() == example[1]


def test_the_run_lengths_on_the_page_are_those_computed() -> None:
    rows = re.findall(
        r"^\| ([a-z0-9 -]+) \| ([\d.–]+) \| ([\d.]+) \| ([\d.]+) \|$", PAGE.read_text("utf-8"), re.M
    )
    assert len(rows) == 7
    for named, published, exact, alarms in rows:
        length = in_control(SETS.get(named, tuple(named.split())))
        assert length is not None
        assert float(exact) == pytest.approx(length, abs=0.005)
        assert float(alarms) == pytest.approx(1000 / length, abs=0.051)
        if published != "–":
            assert float(published) == pytest.approx(length, rel=3e-4)


def test_every_warning_and_every_rule_is_explained_on_the_page() -> None:
    source = (ROOT / "src/deungdae/analysis/spc/described.py").read_text("utf-8")
    given = set(re.findall(r'warnings\.append\("(\w+)"\)', source))
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))
    assert len(given) >= 8
    assert given <= told
    assert set(RULES) <= told
