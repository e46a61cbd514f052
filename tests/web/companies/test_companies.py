"""A company's own page: its name, its registration number, its sites."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from deungdae.web.companies.forms import CompanyForm
from deungdae.web.companies.models import Company, Site
from deungdae.web.core.access import scope_of
from deungdae.web.core.models import Organisation, Person

pytestmark = pytest.mark.django_db
Enter = Callable[[Person | None], Client]


@pytest.mark.parametrize(
    ("typed", "kept"),
    # 1·1+2·3+3·7+4·1+5·3+6·7+7·1+8·3+9·5 = 165, and 45 // 10 = 4: 169, so the last digit is 1.
    [("123-45-67891", "123-45-67891"), ("1234567891", "123-45-67891"), ("", "")],
)
def test_a_registration_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    form = CompanyForm({"name": "가온정밀", "registration_number": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["registration_number"] == kept


@pytest.mark.parametrize("typed", ["123-45-67890", "12345", "abc-de-fghij", "1234567891234"])
def test_a_number_that_cannot_be_right_is_refused(typed: str) -> None:
    assert not CompanyForm({"name": "가온정밀", "registration_number": typed}).is_valid()


def test_an_administrator_changes_what_the_company_says(house: Any, enter: Enter) -> None:
    client = enter(house.people["admin"])
    typed = {"name": "가온정밀(주)", "registration_number": "123-45-67891"}
    client.post(reverse("companies:change_company"), typed)
    assert Organisation.objects.get(pk=house.organisation.pk).name == "가온정밀(주)"
    assert "가온정밀(주)" in client.get(reverse("companies:company")).text
    wrong = client.post(
        reverse("companies:change_company"), {"name": "", "registration_number": "1"}
    )
    assert "This is not a business registration number." in wrong.text
    assert Organisation.objects.get(pk=house.organisation.pk).name == "가온정밀(주)"


def test_a_site_has_a_name_of_its_own_and_a_time_zone_that_exists(house: Any, enter: Enter) -> None:
    client, add = enter(house.people["admin"]), reverse("companies:add_site")
    assert client.post(add, {"name": "2공장", "time_zone": "Asia/Ho_Chi_Minh"}).status_code == 302
    assert (
        "There is a site with this name"
        in client.post(add, {"name": "2공장", "time_zone": "Asia/Seoul"}).text
    )
    assert (
        "There is no such time zone"
        in client.post(add, {"name": "3공장", "time_zone": "Korea/Seoul"}).text
    )
    sites = Site.objects.within(scope_of(house.people["admin"]))
    assert {(s.name, s.time_zone, s.main) for s in sites} == {
        ("본공장", "Asia/Seoul", True),
        ("2공장", "Asia/Ho_Chi_Minh", False),
    }


def test_a_site_keeps_its_own_name_when_it_is_changed(house: Any, enter: Enter) -> None:
    site = Site.objects.within(scope_of(house.people["admin"])).get()
    typed = {"name": "본공장", "time_zone": "Asia/Tokyo"}
    enter(house.people["admin"]).post(
        reverse("companies:change_site", args=(site.public_id,)), typed
    )
    assert Site._base_manager.get(pk=site.pk).time_zone == "Asia/Tokyo"


def test_a_company_has_one_main_site(house: Any) -> None:
    company = Company.objects.within(scope_of(house.people["owner"])).get()
    with pytest.raises(IntegrityError):
        Site.objects.create(
            organisation=house.organisation, company=company, name="2공장", main=True
        )


def test_an_organisation_that_is_no_company_has_no_such_page(house: Any, enter: Enter) -> None:
    company = Company.objects.within(scope_of(house.people["owner"])).get()
    Site._base_manager.filter(company=company).delete()
    company.delete()
    assert enter(house.people["owner"]).get(reverse("companies:company")).status_code == 404


def test_a_site_is_changed_made_the_main_one_and_removed(
    house: Any, enter: Callable[[Person | None], Client]
) -> None:
    admin, scope = enter(house.people["admin"]), scope_of(house.people["admin"])
    admin.post(reverse("companies:add_site"), {"name": "2공장", "time_zone": "Asia/Seoul"})
    old, new = Site.objects.within(scope).order_by("pk")
    page = admin.get(reverse("companies:change_site", args=[new.public_id]))
    assert 'value="2공장"' in page.text
    taken = admin.post(page.wsgi_request.path, {"name": old.name, "time_zone": "Asia/Seoul"})
    assert "a site with this name already" in taken.text
    refused = admin.post(reverse("companies:remove_site", args=[old.public_id]), follow=True)
    assert "choose another main site first" in refused.text
    admin.post(reverse("companies:choose_main_site", args=[new.public_id]))
    assert list(Site.objects.within(scope).filter(main=True)) == [new]
    page = admin.get(reverse("companies:change_site", args=[old.public_id]))
    assert (
        "0 files, agents, sources and tags belong to it" in page.text
        and "will belong to 2공장" in page.text
    )
    admin.post(reverse("companies:remove_site", args=[old.public_id]))
    assert list(Site.objects.within(scope)) == [new]
