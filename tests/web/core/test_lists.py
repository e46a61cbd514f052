"""Every list is searched, filtered, sorted, exported, and shared by its address."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae.web.companies.models import Company, Site
from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken
from deungdae.web.core.actions.members import InviteMember
from deungdae.web.core.models import Membership, Person


@pytest.fixture
def owner(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["owner"])


@pytest.fixture
def filled(house: Any, neighbour: Any) -> None:
    """Members, invitations, keys and sites, some with names that would be formulas."""
    scope = scope_of(house.people["owner"])
    person = Person.objects.create(email="kim@gaon.example", name="=1+1", language="ko")
    Membership.objects.create(organisation=house.organisation, person=person, role="viewer")
    now = timezone.now()
    for email, role in (("b@gaon.example", "viewer"), ("a@gaon.example", "admin")):
        InviteMember(
            scope=scope, organisation=house.organisation, email=email, role=role, now=now
        ).perform()
    for name, days in (("MES", 30), ("@old", -1)):
        MakeToken(scope=scope, name=name, expires_at=now + timedelta(days=days)).perform()
    company = Company.objects.within(scope).get()
    for name, zone in (("2공장", "Asia/Seoul"), ("Vietnam", "Asia/Ho_Chi_Minh")):
        Site.objects.create(
            organisation=house.organisation, company=company, name=name, time_zone=zone
        )


def rows(client: Client, name: str, **asked: str) -> list[list[str]]:
    response = client.get(reverse(name), {**asked, "as": "csv"})
    assert response.headers["Content-Disposition"].startswith("attachment;")
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


#: list → a search, a filter, a sorting, with the first column of what they leave.
LISTS: dict[str, list[tuple[dict[str, str], list[str]]]] = {
    "core:members": [
        ({"q": "KIM@"}, ["'=1+1"]),
        ({"role": "admin"}, ["admin 가온정밀"]),
        (
            {"sort": "-role"},
            [
                *("'=1+1", "viewer 가온정밀", "operator 가온정밀", "engineer 가온정밀"),
                *("admin 가온정밀", "owner 가온정밀"),
            ],
        ),
    ],
    "core:invitations": [
        ({"q": "b@"}, ["b@gaon.example"]),
        ({"role": "admin", "state": "open"}, ["a@gaon.example"]),
        ({"state": "expired"}, []),
        ({"sort": "email"}, ["a@gaon.example", "b@gaon.example"]),
    ],
    "core:tokens": [
        ({"q": "me"}, ["MES"]),
        ({"state": "expired"}, ["'@old"]),
        ({"sort": "-until"}, ["MES", "'@old"]),
    ],
    "companies:company": [
        ({"q": "2"}, ["2공장"]),
        ({"time_zone": "Asia/Ho_Chi_Minh"}, ["Vietnam"]),
        ({"sort": "name"}, ["2공장", "Vietnam", "본공장"]),
    ],
}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_searched_filtered_and_sorted_and_exported_as_it_is_shown(
    owner: Client, name: str
) -> None:
    for asked, left in LISTS[name]:
        found = [row[0] for row in rows(owner, name, **asked)[1:]]
        # A database sorts what is equal by its key; which of two viewers comes first is no promise.
        assert sorted(found[:2]) + found[2:] == sorted(left[:2]) + left[2:], asked
        page = owner.get(reverse(name), asked)
        assert page.status_code == 200
        assert len(page.context["list"].page.object_list) == len(left)
        if not left:
            assert "Nothing matches" in page.text
    for odd in ({"sort": "password"}, {"q": "\x00%_'"}, {"page": "999"}, {"role": "king"}):
        assert owner.get(reverse(name), odd).status_code == 200
    assert owner.get(reverse(name), {"as": "exe"}).status_code == 404


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", [*LISTS, "core:audit"])
def test_no_cell_of_a_workbook_is_a_formula(owner: Client, name: str) -> None:
    response = owner.get(reverse(name), {"as": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).active
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert cells
    assert "f" not in {cell.data_type for cell in cells}
    assert not [c for c in cells if str(c.value).startswith(("=", "+", "-", "@"))]


@pytest.mark.usefixtures("filled")
def test_the_record_is_searched_by_its_words_and_says_them_to_people(owner: Client) -> None:
    found = rows(owner, "core:audit", q="b@gaon", action="core.member_invited")
    assert [row[0] for row in found[1:]] == ["Invited a member: b@gaon.example · viewer"]
    assert len(rows(owner, "core:audit", days="7")) > 2
    numbers = [int(row[3]) for row in rows(owner, "core:audit", sort="number")[1:]]
    assert numbers == sorted(numbers)


def test_a_list_shows_and_exports_nothing_of_another_company(
    owner: Client, filled: None, neighbour: Any
) -> None:
    for name in ("core:members", "core:invitations", "companies:company", "core:audit"):
        for row in rows(owner, name):
            assert "nuri" not in " ".join(row) and "누리" not in " ".join(row)


def test_an_empty_list_says_what_will_stand_there_and_offers_no_search(owner: Client) -> None:
    page = owner.get(reverse("core:invitations")).text
    assert "No invitations yet" in page
    assert 'type="search"' not in page


def test_the_address_of_an_export_is_that_of_the_list_without_its_page(owner: Client) -> None:
    shown = owner.get(reverse("core:members"), {"q": "gaon", "sort": "role", "page": "1"})
    (_, address), _ = shown.context["list"].exports
    assert address == "?q=gaon&sort=role&as=xlsx"
    assert "?q=gaon&amp;sort=role&amp;as=xlsx" in shown.text
