"""The worked example on the method's page is run, and prints what the page says it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "causes.md"


EXAMPLES = re.findall(
    r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL
)


@pytest.mark.parametrize(("program", "says"), EXAMPLES)
def test_the_worked_example_prints_what_the_page_says(program: str, says: str) -> None:
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(program, str(PAGE), "exec"), {})

    assert len(EXAMPLES) == 2
    assert printed.getvalue() == says


def test_every_warning_of_a_cause_is_explained_on_the_page() -> None:
    source = Path(__file__).resolve().parents[2] / "src/deungdae/analysis/causes/judge.py"
    given = set(re.findall(r'doubts\.append\("(\w+)"\)', source.read_text("utf-8")))
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))

    assert len(given) >= 6
    assert given <= told
