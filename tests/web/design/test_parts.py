"""How templates call components, and what holds for the style sheet as a text."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory

import deungdae.web.core
from deungdae.web.core.styleguide import signs
from deungdae.web.core.templatetags.parts import as_json, sparkline

CORE = Path(deungdae.web.core.__file__).parent
CSS = (CORE / "static" / "core" / "deungdae.css").read_text("utf-8")
pytestmark = pytest.mark.usefixtures("static_files")
TEMPLATES = sorted((CORE / "templates").rglob("*.html"))


def drawn(text: str, **given: Any) -> str:
    """Render a template text on a page with the query string of `query`."""
    request = RequestFactory().get("/x/", given.pop("query", {}))
    page: str = Template("{% load parts %}" + text).render(Context({"request": request, **given}))
    return page


def test_a_component_sees_only_what_it_was_given() -> None:
    page = '{% part "pill" kind="clear" %}'
    assert "secret" not in drawn(page, word="secret")
    assert "secret" in drawn('{% part "pill" kind="clear" word=word %}', word="secret")


def test_what_a_component_is_given_is_escaped() -> None:
    assert "&lt;b&gt;" in drawn('{% part "pill" word=word %}', word="<b>")


def test_a_wrap_takes_its_inside_and_its_slots() -> None:
    page = drawn('{% wrap "card" title="T" %}in{% slot "actions" %}do{% endslot %}{% endwrap %}')
    assert re.search(r"<h2>T</h2><div class=\"actions\">do</div></header>\s*in\s", page)


def test_a_wrap_inside_a_wrap_keeps_its_slots_to_itself() -> None:
    inner = '{% wrap "card" %}{% slot "footer" %}inner{% endslot %}{% endwrap %}'
    page = drawn('{% wrap "card" %}' + inner + "{% endwrap %}")
    assert page.count("<footer>") == 1


@pytest.mark.parametrize(
    "wrong", ["{% slot 'x' %}{% endslot %}", "{% wrap %}{% endwrap %}", "{% wrap 'card' 3 %}"]
)
def test_a_call_that_makes_no_sense_is_refused(wrong: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        drawn(wrong)


def test_a_head_sorts_up_then_down_and_keeps_the_filters() -> None:
    head = '{% sort_header "name" "Name" %}'
    assert 'aria-sort="none"' in drawn(head)
    up = drawn(head, query={"sort": "name", "q": "9월", "page": "3"})
    assert 'aria-sort="ascending"' in up
    assert 'href="?sort=-name&amp;q=9%EC%9B%94"' in up
    assert 'aria-sort="descending"' in drawn(head, query={"sort": "-name"})


def test_a_table_without_rows_says_what_will_stand_there_and_one_without_hits_says_so() -> None:
    page = '{% wrap "table" rows=rows %}{% slot "empty" %}Begin here{% endslot %}{% endwrap %}'
    assert "Begin here" in drawn(page, rows=[])
    assert "Nothing matches" in drawn(page, rows=[], query={"q": "x"})


def test_a_sparkline_has_a_gap_where_a_value_is_missing() -> None:
    line, end = sparkline([0, 10, None, 10])
    assert line == "M0.0 29.0L33.3 3.0M100.0 3.0"
    assert end == "M100.0 3.0h0"
    assert sparkline([1, None]) == []


def test_data_for_a_script_cannot_end_its_block() -> None:
    block = as_json({"a": "</script><b>&"}, "d")
    assert block.count("<") == 2  # the tag that opens it and the one that closes it
    inner = block.split(">", 1)[1].rsplit("<", 1)[0]
    assert json.loads(inner) == {"a": "</script><b>&"}


def test_a_missing_value_is_never_shown_as_zero() -> None:
    tile = drawn('{% part "tile" label="T" value="" %}')
    assert "No value" in tile
    assert ">0<" not in tile
    assert "0" in drawn('{% part "tile" label="T" value=0 %}')


def test_both_ways_into_the_dark_have_the_same_colours() -> None:
    by_system = re.search(r"not\(\[data-theme=\"light\"\]\) \{(.*?)\}", CSS, re.DOTALL)
    by_choice = re.search(r"^:root\[data-theme=\"dark\"\] \{(.*?)\}", CSS, re.DOTALL | re.MULTILINE)
    assert by_system and by_choice
    assert by_system[1].split() == by_choice[1].split()


def test_the_colours_of_charts_are_those_of_the_report() -> None:
    report = CORE.parents[1] / "reports" / "static" / "report.css"
    wanted = dict(re.findall(r"--(chart-\w+): (#\w+);", report.read_text("utf-8")[:1200]))
    light = dict(re.findall(r"--(chart-\w+): (#\w+);", CSS.split("@media")[0]))
    assert len(wanted) == 6
    assert light == wanted


def test_sizes_of_type_come_from_the_scale() -> None:
    sizes = re.findall(r"--t(\d+): ([\d.]*)rem", CSS)
    assert [(int(px), float(rem) * 16) for px, rem in sizes] == [
        (px, px) for px in (12, 14, 16, 20, 28, 40)
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_keeps_to_the_policy_and_knows_its_signs(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    used = set(re.findall(r"""(?:icon|sign=)\s*"(\w+)\"""", text))
    assert used <= set(signs())
