"""The worked examples on the pages of the methods about machines print what the pages say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from deungdae.reports import energy, life, operations, reliability

ROOT = Path(__file__).resolve().parents[2]
METHODS = {
    "life": life.codes.WARNINGS,
    "reliability": reliability.codes.WARNINGS,
    "operations": operations.codes.WARNINGS,
    "energy": energy.codes.WARNINGS,
}


def page(method: str) -> str:
    return (ROOT / "docs" / "methods" / f"{method}.md").read_text("utf-8")


@pytest.mark.parametrize("method", METHODS)
def test_the_worked_example_prints_what_the_page_says(method: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page(method), re.DOTALL)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example[0], method, "exec"), {})
    assert printed.getvalue() == example[1]


@pytest.mark.parametrize("method", METHODS)
def test_every_warning_is_given_and_explained_on_the_page(method: str) -> None:
    folder = ROOT / "src" / "deungdae" / "analysis" / method
    source = "\n".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    told = set(re.findall(r"`(\w+)`", page(method)))
    warnings = METHODS[method]
    assert len(warnings) >= 4
    assert [code for code in warnings if f'"{code}"' not in source] == []
    assert set(warnings) <= told
