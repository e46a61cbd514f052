"""Keys for programs: shown once, kept as hashes, worthless once revoked or late."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken, RevokeToken
from deungdae.web.core.models import Person, PersonalToken
from deungdae.web.core.tokens import new_password, new_token, person_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def made(person: Person, **told: Any) -> tuple[PersonalToken, str]:
    return MakeToken(scope=scope_of(person), name="MES", **told).perform()


def test_a_key_names_its_person_until_it_is_revoked(house: Any) -> None:
    person = house.people["engineer"]
    record, token = made(person)
    assert person_of(token, NOW) == person
    RevokeToken(scope=scope_of(person), token=record, now=NOW).perform()
    assert person_of(token, NOW) is None


def test_a_key_ends_in_time(house: Any) -> None:
    _record, token = made(house.people["engineer"], expires_at=NOW)
    assert person_of(token, NOW - timedelta(seconds=1)) is not None
    assert person_of(token, NOW) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}])
def test_a_key_of_somebody_who_may_not_sign_in_opens_nothing(
    house: Any, change: dict[str, bool]
) -> None:
    person = house.people["engineer"]
    _record, token = made(person)
    Person.objects.filter(pk=person.pk).update(**change)
    assert person_of(token, NOW) is None


def test_what_resembles_a_key_opens_nothing(house: Any) -> None:
    _record, token = made(house.people["engineer"])
    for other in (token[:-1], token + "a", token.upper(), "", new_token()):
        assert person_of(other, NOW) is None


def test_a_key_is_kept_as_a_hash_and_remembers_when_it_was_used(house: Any) -> None:
    record, token = made(house.people["engineer"])
    assert token not in str(vars(record))
    for later in (0, 30, 61):
        person_of(token, NOW + timedelta(seconds=later))
    record.refresh_from_db()
    assert record.last_used_at == NOW + timedelta(seconds=61)


def test_the_page_shows_a_new_key_once(
    house: Any, enter: Callable[[Person | None], Client]
) -> None:
    client, page = enter(house.people["engineer"]), reverse("core:tokens")
    shown = client.post(page, {"name": "MES", "days": "30"})
    token = shown.context["shown"]
    assert token.startswith("dgd_")
    assert token in shown.text
    again = client.get(page)
    assert token not in again.text
    assert "MES" in again.text
    (record,) = PersonalToken.objects.all()
    client.post(reverse("core:revoke_token", args=(record.public_id,)))
    assert person_of(token, NOW) is None


def test_a_one_time_password_can_be_read_from_paper() -> None:
    words = {new_password() for _ in range(50)}
    assert len(words) == 50
    assert {len(word) for word in words} == {19}
    assert not set("".join(words)) & set("01loiOI")
