"""The page: complete in itself, complete in both languages, and readable without seeing it."""

import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from deungdae.reports.breaks import held

Given = Callable[[str], dict[str, Any]]
Page = Callable[..., str]

NAMES = ("mixed", "none", "not_enough_data", "no_bad_rows", "all_bad")
VOID = {"meta", "link", "br", "path", "circle", "rect", "line"}


class Reading(HTMLParser):
    """Collects what the tests ask for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def every(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_result_becomes_a_well_formed_page(
    finished_page: Page, name: str, lang: str
) -> None:
    reading = Reading(finished_page(name, lang))
    assert reading.open == []
    assert reading.every("html")[0]["lang"] == lang
    assert len(reading.every("h1")) == 1
    assert [t for t, _ in reading.tags if t in ("header", "main", "footer")] == [
        "header", "main", "footer",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_nothing_in_the_page_points_to_another_host_or_runs(finished_page: Page, lang: str) -> None:
    reading = Reading(finished_page("mixed", lang))
    assert not reading.every("script")
    for tag, attributes in reading.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} {name}"
            if name in ("src", "href", "xlink:href", "action", "data"):
                assert (value or "").startswith(("#", "data:,")), f"{tag} {name}={value}"


def test_the_stylesheet_names_no_address(finished_page: Page) -> None:
    css = finished_page("none").split("<style>")[1].split("</style>")[0]
    assert "url(" not in css
    assert "@import" not in css


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_headings_never_skip_a_level(finished_page: Page, lang: str) -> None:
    levels = [
        int(t[1])
        for t, _ in Reading(finished_page("mixed", lang)).tags
        if re.fullmatch("h[1-6]", t)
    ]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_ids_are_unique_and_links_lead_somewhere(finished_page: Page) -> None:
    text = finished_page("mixed")
    reading = Reading(text)
    ids = [a["id"] for _, a in reading.tags if a.get("id")]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for a in reading.every("a")}
    assert targets <= {f"#{i}" for i in ids}
    assert set(re.findall(r"url\(#([^)]+)\)", text)) <= set(ids)


def test_every_chart_has_a_sentence_and_a_table_of_its_data(finished_page: Page) -> None:
    text = finished_page("mixed", "en")
    charts = [a for a in Reading(text).every("svg") if a.get("role") == "img"]
    # 1 Pareto, 5 timelines, 1 + 2 + 1 + 2 of causes (one of them a scatter)
    assert len(charts) == 12
    assert all(a["aria-label"] for a in charts)
    assert text.count("Data of this chart") == 12


def test_an_english_page_has_no_korean_but_that_of_the_data(given: Given, page: Page) -> None:
    result = given("none")
    said = re.sub(r"<style>.*?</style>", "", page(result, "en", title="sept.csv"), flags=re.S)
    hangul = set(re.findall(r"[가-힣]+", said))
    assert hangul == {"판정", "불량"}  # the column and its bad value


def test_a_korean_page_has_no_english_sentence(finished_page: Page) -> None:
    said = re.sub(r"<style>.*?</style>|<[^>]+>", " ", finished_page("mixed"), flags=re.S)
    assert not re.findall(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b", said)


def test_a_number_and_its_particle_stay_on_one_line(given: Given, page: Page) -> None:
    heading = page(given("mixed")).split("<h1", 1)[1].split("</h1>")[0]
    assert '<span class="held">12.1%로,</span>' in heading
    assert held("온도(℃)가 <b>") == '온도(℃<span class="held">)가</span> &lt;b&gt;'
    assert held("<i>") == "&lt;i&gt;"


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_hostile_names_in_a_file_stay_text(given: Given, page: Page, evil: str) -> None:
    result = given("mixed")
    document, figures = result["document"], result["figures"]
    document["strata"][0]["where"] = {evil: [evil]}
    document["strata"][0]["reason"] = evil
    cause = document["strata"][0]["causes"][0]
    cause["columns"] = cause["conditions"][0]["columns"] = cause["same_as"] = [evil]
    cause["warnings"] = [evil]
    document["input"]["columns_set_aside"].append({"column": evil, "reason": evil})
    document["input"]["guessed"]["target"] = evil
    figures["strata"][2]["causes"][0]["conditions"][1]["bins"][0]["level"] = evil
    figures["strata"][0]["causes"][1]["scatter"]["x_column"] = evil
    result["understanding"]["columns"][0]["unread"] = {evil: 1}
    reading = Reading(page(result, title=evil))
    assert not reading.every("script")
    assert not reading.every("img")
    assert not [a for _, a in reading.tags if any(name.startswith("on") for name in a)]


def test_control_characters_in_a_file_are_not_drawn(given: Given, page: Page) -> None:
    result = given("mixed")
    evil = "가\x00\x1b[31m\x07\ufffe나"
    result["document"]["strata"][2]["reason"] = evil
    condition = result["document"]["strata"][2]["causes"][0]["conditions"][1]
    condition["columns"] = [evil]
    figure = result["figures"]["strata"][2]["causes"][0]["conditions"][1]
    figure["bins"][0]["level"] = evil
    assert 'aria-label="The defect rate over 가[31m나' in page(result, "en")


def test_demonstration_data_is_marked_and_other_data_is_not(given: Given, page: Page) -> None:
    assert "Demonstration data" in page(given("none"), "en", demo=True)
    assert "emonstration data" not in page(given("none"), "en", demo=False)


def test_the_time_of_making_is_shown_in_the_factory_and_in_iso(given: Given, page: Page) -> None:
    assert '<time datetime="2026-09-30T15:12:00+09:00">2026년 9월 30일 15:12 (KST)</time>' in page(
        given("none")
    )


def test_figures_may_be_missing(given: Given, page: Page) -> None:
    result = given("mixed")
    result["figures"] = None
    assert not [a for a in Reading(page(result)).every("svg") if a.get("class") == "chart"][1:]


def test_a_page_stays_under_300_kb(finished_page: Page) -> None:
    assert len(finished_page("mixed").encode()) < 350_000


def test_the_text_report_needs_no_drawing_library() -> None:
    asked = (
        "import sys, deungdae.reports.causes; "
        "print(sorted({'altair', 'vl_convert'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_text_and_charts_keep_the_contrast_of_wcag_aa(finished_page: Page) -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    css = finished_page("none").split("<style>")[1].split("</style>")[0]
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css.split("@media")[0]))
    dark = light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css.split("@media")[1]))
    for theme in (light, dark):
        for text, ground in [
            ("ink", "paper"), ("ink", "card"), ("muted", "paper"), ("muted", "card"),
            ("alarm", "card"), ("alarm", "alarm-soft"), ("amber", "card"), ("amber", "amber-soft"),
            ("ink", "amber-soft"), ("ink", "alarm-soft"), ("link", "card"),
            ("brand-ink", "brand"), ("card", "ink"), ("chart-muted", "card"), ("chart-ink", "card"),
            ("chart-alarm", "card"),
        ]:  # fmt: skip
            assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
        # bars and marks need 3 : 1 against their ground
        assert contrast(theme["chart-neutral"], theme["card"]) >= 3
