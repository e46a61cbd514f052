"""Rows of another organisation are not there, and a query without a scope is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Count, Prefetch

from deungdae.web.companies.models import Company, Site
from deungdae.web.core.access import scope_of
from deungdae.web.core.models import Membership
from deungdae.web.core.scope import Role, Scope, ScopeMissing, SystemActor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "ask",
    [
        lambda q: list(q.all()),
        lambda q: q.all().filter(name="본공장").first(),
        lambda q: q.get(name="본공장"),
        lambda q: q.count(),
        lambda q: q.exists(),
        lambda q: list(q.values("name")),
        lambda q: list(q.iterator()),
        lambda q: q.aggregate(n=Count("pk")),
        lambda q: q.update(name="x"),
        lambda q: q.all().delete(),
        lambda q: q.in_bulk(),
        lambda q: q.raw("select * from companies_site"),
        lambda q: bool(q.all()),
        lambda q: len(q.filter(main=True)),
        lambda q: q.filter(main=True)[0],
        lambda q: list(q.select_related("company").order_by("name")[:1]),
        lambda q: q.update_or_create(name="본공장"),
        lambda q: q.get_or_create(name="본공장"),
    ],
)
def test_a_query_without_a_scope_is_refused(house: Any, ask: Callable[[Any], Any]) -> None:
    with pytest.raises(ScopeMissing):
        ask(Site.objects)
    everything = Scope.everything(SystemActor("tests"))
    assert [site.name for site in Site.objects.within(everything)] == ["본공장"]


def test_a_query_cannot_be_joined_with_one_without_a_scope(house: Any) -> None:
    scope = scope_of(house.people["viewer"])
    scoped, bare = Site.objects.within(scope), Site.objects.all()
    joins: list[Callable[[], Any]] = [
        lambda: list(scoped | bare),
        lambda: list(bare & scoped),
        lambda: list(scoped.union(bare)),
        lambda: list(Company.objects.within(scope).filter(sites__in=bare)),
    ]
    for join in joins:
        with pytest.raises(ScopeMissing):
            join()
    assert Company.objects.within(scope).filter(sites__in=scoped).count() == 1


def test_rows_of_related_objects_need_a_scope_too(house: Any) -> None:
    scope = scope_of(house.people["viewer"])
    company = Company.objects.within(scope).get()
    with pytest.raises(ScopeMissing):
        list(company.sites.all())
    with pytest.raises(ScopeMissing):
        list(Company.objects.within(scope).prefetch_related("sites"))
    assert company.sites.within(scope).count() == 1
    sites = Prefetch("sites", queryset=Site.objects.within(scope))
    (found,) = Company.objects.within(scope).prefetch_related(sites)
    assert found.organisation == house.organisation


def test_a_scope_holds_the_rows_of_its_organisations_alone(house: Any, neighbour: Any) -> None:
    mine = Site.objects.within(scope_of(house.people["viewer"]))
    assert [site.organisation for site in mine] == [house.organisation]
    assert list(Site.objects.within(Scope.nobody())) == []


def test_whoever_belongs_to_two_sees_both_and_is_shown_one(house: Any, neighbour: Any) -> None:
    person = house.people["owner"]
    Membership.objects.create(person=person, organisation=neighbour.organisation, role="viewer")
    scope = scope_of(person, str(neighbour.organisation.public_id))
    assert Site.objects.within(scope).count() == 2
    assert [site.organisation for site in Site.objects.here(scope)] == [neighbour.organisation]
    assert scope.role_in(house.organisation) is Role.OWNER
    assert scope.role_in(neighbour.organisation) is Role.VIEWER
    assert not scope.may("core.manage_members")
    assert scope.may("core.manage_members", house.organisation)


def test_only_the_program_itself_reaches_everything(house: Any) -> None:
    with pytest.raises(TypeError):
        Scope.everything(house.people["owner"])


def test_a_right_that_nobody_defined_is_an_error(house: Any) -> None:
    with pytest.raises(LookupError, match=r"core\.fly"):
        scope_of(house.people["owner"]).may("core.fly")
