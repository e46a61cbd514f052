"""The worked example on the method's page is run, and prints what the page says it prints."""

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "causes.md"


def test_the_worked_example_prints_what_the_page_says() -> None:
    text = PAGE.read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    printed = io.StringIO()

    with contextlib.redirect_stdout(printed):
        exec(compile(example[0], str(PAGE), "exec"), {})

    assert printed.getvalue() == example[1]


def test_every_warning_of_a_cause_is_explained_on_the_page() -> None:
    source = Path(__file__).resolve().parents[2] / "src/deungdae/analysis/causes/judge.py"
    given = set(re.findall(r'doubts\.append\("(\w+)"\)', source.read_text("utf-8")))
    told = set(re.findall(r"`(\w+)`", PAGE.read_text("utf-8")))

    assert len(given) >= 6
    assert given <= told
