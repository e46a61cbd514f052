"""The worked examples on the pages of capability and gauge print what the pages say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def page(method: str) -> str:
    return (ROOT / "docs" / "methods" / f"{method}.md").read_text("utf-8")


@pytest.mark.parametrize("method", ["capability", "gauge"])
def test_the_worked_example_prints_what_the_page_says(method: str) -> None:
    (example,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", page(method), re.DOTALL)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(example[0], method, "exec"), {})

    assert printed.getvalue() == example[1]


@pytest.mark.parametrize(
    ("method", "given_in", "least"),
    [("capability", ["judging.py", "method.py", "studied.py"], 9), ("gauge", ["judged.py"], 17)],
)
def test_every_warning_is_explained_on_the_page(
    method: str, given_in: list[str], least: int
) -> None:
    folder = ROOT / "src" / "deungdae" / "analysis" / method
    source = "\n".join((folder / name).read_text("utf-8") for name in given_in)
    calls = re.findall(r'warnings\.append\("(\w+)"\)', source)
    lists = re.findall(r'"warnings": \["(\w+)"|\[\*warnings, "(\w+)"\]|\["(\w+)"\]', source)
    given = set(calls) | {name for names in lists for name in names if name}
    told = set(re.findall(r"`(\w+)`", page(method)))

    assert len(given) >= least
    assert given <= told
