"""Results made up for these tests, one file for each kind of verdict."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deungdae.reports.causes import render_html

DOCUMENTS = Path(__file__).parent / "documents"

Given = dict[str, Any]


@pytest.fixture
def given() -> Callable[[str], Given]:
    """Read one of the made-up results: document, figures, understanding."""

    def read(name: str) -> Given:
        read: Given = json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))
        return read

    return read


def _page(given: Given, lang: str, *, title: str, demo: bool) -> str:
    return render_html(
        given["document"],
        given["figures"],
        given["understanding"],
        lang,
        title=title,
        demo=demo,
        generated=datetime(2026, 9, 30, 6, 12, tzinfo=UTC),
        zone=ZoneInfo("Asia/Seoul"),
    )


@pytest.fixture
def page() -> Callable[..., str]:
    """Render a result, changed or not, as a page made on 30 September 2026."""

    def render(
        given: Given, lang: str = "ko", *, title: str = "9월.xlsx", demo: bool = False
    ) -> str:
        return _page(given, lang, title=title, demo=demo)

    return render


@pytest.fixture(scope="session")
def finished_page() -> Callable[..., str]:
    """The pages of the results as they stand in their files, each drawn once for all tests."""

    @cache
    def finished(name: str, lang: str = "ko") -> str:
        given: Given = json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))
        return _page(given, lang, title="9월.xlsx", demo=False)

    return finished
