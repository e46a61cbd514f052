"""A button that asks first opens its question: without the script's own word it does nothing."""

import re
from pathlib import Path

import deungdae.web

TEMPLATES = sorted(Path(deungdae.web.__file__).parent.rglob("templates/**/*.html"))


def test_each_button_that_asks_first_names_a_question_that_is_there() -> None:
    asking, opened = set(), {}
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        assert not re.search(r"\sdata-dialog=", text), f"{file.name}: no script heeds data-dialog"
        asking |= set(
            re.findall(r'(?:wrap "dialog"|part "confirm"|<dialog)[^>%]*? id="([\w-]+)"', text)
        )
        for name in re.findall(r'data-dialog-open="([\w-]+)"', text):
            opened[name] = file.name
    assert "retire" in opened and "end-watch" in opened
    assert {name: file for name, file in opened.items() if name not in asking} == {}
