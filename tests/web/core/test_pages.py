"""What every page has in common: its errors, its headers, what a part of a page is told."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deungdae.web.core.models import Person

pytestmark = pytest.mark.django_db
Enter = Callable[[Person | None], Client]


def test_a_page_that_is_not_there_says_so_in_the_readers_language(house: Any, enter: Enter) -> None:
    Person.objects.filter(pk=house.people["viewer"].pk).update(language="ko")
    page = enter(house.people["viewer"]).get("/nothing/")
    assert page.status_code == 404
    assert 'lang="ko"' in page.text
    assert enter(None).get("/nothing/").status_code == 404


def test_a_page_without_the_right_says_so(house: Any, enter: Enter) -> None:
    page = enter(house.people["viewer"]).get(reverse("core:audit"))
    assert page.status_code == 403
    assert "<h1>" in page.text


def test_a_form_from_elsewhere_is_refused_with_words(house: Any, static_files: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.post(reverse("core:sign_in"), {"email": "a@b.example", "password": "x"})
    assert page.status_code == 403
    assert "<h1>" in page.text


def test_a_broken_page_says_so_without_its_reasons(
    house: Any, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deungdae.web.core.views import audit

    monkeypatch.setattr(audit, "PER_PAGE", "many")
    client = enter(house.people["owner"])
    client.raise_request_exception = False
    page = client.get(reverse("core:audit"))
    assert page.status_code == 500
    assert "<h1>" in page.text
    assert "Traceback" not in page.text


def test_what_one_person_saw_is_not_kept_for_the_next(house: Any, enter: Enter) -> None:
    page = enter(house.people["viewer"]).get(reverse("core:members"))
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_no_page_of_core_holds_a_style_or_script_of_its_own(house: Any, enter: Enter) -> None:
    client = enter(house.people["owner"])
    for name in ("account", "change_password", "members", "audit", "tokens", "second_factor"):
        text = client.get(reverse(f"core:{name}")).text
        assert "<style" not in text, name
        assert ' style="' not in text, name
        assert "<script>" not in text, name
        assert " onclick=" not in text, name


def test_a_part_of_a_page_leads_the_whole_page_to_signing_in(enter: Enter, db: None) -> None:
    response = enter(None).get(reverse("core:members"), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert response.headers["HX-Redirect"].startswith(reverse("core:sign_in"))


def test_the_session_cookie_is_out_of_reach_of_scripts(house: Any, static_files: Any) -> None:
    from access_table import PASSWORD

    client = Client()
    client.post(reverse("core:sign_in"), {"email": "owner@gaon.example", "password": PASSWORD})
    cookie = client.cookies["deungdae_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_page_asks_the_database_little(
    house: Any, enter: Enter, lang: str, django_assert_max_num_queries: Any
) -> None:
    Person.objects.filter(pk=house.people["owner"].pk).update(language=lang)
    client = enter(house.people["owner"])
    with django_assert_max_num_queries(8):
        client.get(reverse("core:members"))
