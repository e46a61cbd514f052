"""Members: invited by a link, given roles, removed; and never without an owner."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from access_table import PASSWORD
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae.web.core.access import scope_of
from deungdae.web.core.action import NotAllowed
from deungdae.web.core.actions.members import (
    AcceptInvitation,
    ChangeRole,
    InviteMember,
    RemoveMember,
)
from deungdae.web.core.models import Invitation, Membership, Person
from deungdae.web.core.scope import Scope

pytestmark = pytest.mark.django_db
Enter = Callable[[Person | None], Client]


def invite(client: Client, email: str, role: str = "engineer") -> Any:
    return client.post(reverse("core:invite"), {"email": email, "role": role})


def link_in(page: Any) -> str:
    link: str = page.context["link"]
    assert link in page.text
    return link.removeprefix("http://testserver")


def roles(organisation: Any) -> dict[str, str]:
    return {
        m.person.email.partition("@")[0]: m.role
        for m in Membership._base_manager.filter(organisation=organisation)
    }


def test_a_colleague_comes_in_by_the_link(house: Any, enter: Enter) -> None:
    link = link_in(invite(enter(house.people["admin"]), "Lee@Gaon.example"))
    client = Client()
    page = client.get(link)
    assert "가온정밀" in page.text
    assert "lee@gaon.example" in page.text
    client.post(link, {"name": "이두리", "new_password": "우리 공장 첫 번째 비밀번호"})
    members = client.get(reverse("core:members"))
    assert members.status_code == 200
    assert roles(house.organisation)["lee"] == "engineer"
    assert Client().get(link).status_code == 404


def test_a_link_is_shown_once_and_kept_as_a_hash(house: Any, enter: Enter) -> None:
    client = enter(house.people["admin"])
    token = link_in(invite(client, "lee@gaon.example")).split("/")[2]
    assert token not in client.get(reverse("core:members")).text
    (kept,) = Invitation._base_manager.all()
    assert token not in str(vars(kept))
    assert len(kept.token_hash) == 64


def test_somebody_with_an_account_signs_in_and_accepts(
    house: Any, neighbour: Any, enter: Enter
) -> None:
    guest = neighbour.people["viewer"]
    link = link_in(invite(enter(house.people["owner"]), guest.email, "viewer"))
    page = Client().get(link)
    assert reverse("core:sign_in") in page.text
    client = enter(guest)
    client.post(link)
    assert roles(house.organisation)["viewer"] == "viewer"
    assert set(scope_of(guest).roles) == {house.organisation.pk, neighbour.organisation.pk}
    assert "가온정밀" in client.get(reverse("core:account")).text


def test_a_link_opens_for_the_invited_address_alone(
    house: Any, neighbour: Any, enter: Enter
) -> None:
    link = link_in(invite(enter(house.people["owner"]), "lee@gaon.example"))
    stranger = enter(neighbour.people["owner"])
    assert stranger.get(link).context["stranger"] is True
    stranger.post(link)
    assert len(roles(house.organisation)) == 5
    (invitation,) = Invitation._base_manager.all()
    with pytest.raises(NotAllowed):
        AcceptInvitation(
            scope=scope_of(neighbour.people["owner"]), invitation=invitation, now=timezone.now()
        ).perform()


@pytest.mark.parametrize("end", ["withdrawn", "late", "again"])
def test_a_link_that_has_ended_opens_nothing(house: Any, enter: Enter, end: str) -> None:
    client = enter(house.people["admin"])
    link = link_in(invite(client, "lee@gaon.example"))
    (invitation,) = Invitation._base_manager.all()
    if end == "withdrawn":
        client.post(reverse("core:withdraw_invitation", args=(invitation.public_id,)))
    elif end == "late":
        Invitation._base_manager.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        invite(client, "lee@gaon.example", "viewer")
    visitor = Client()
    assert visitor.get(link).status_code == 404
    gone = visitor.post(link, {"name": "이두리", "new_password": "우리 공장 첫 번째 비밀번호"})
    assert gone.status_code == 404
    assert not Person.objects.filter(email="lee@gaon.example").exists()


def test_a_member_is_not_invited_again(house: Any, enter: Enter) -> None:
    page = invite(enter(house.people["admin"]), "viewer@gaon.example")
    assert "viewer@gaon.example is a member already." in page.text
    assert not Invitation._base_manager.exists()


def test_an_administrator_makes_no_owner(house: Any, enter: Enter) -> None:
    client = enter(house.people["admin"])
    invite(client, "lee@gaon.example", "owner")
    assert not Invitation._base_manager.exists()
    scope = scope_of(house.people["admin"])
    with pytest.raises(NotAllowed):
        InviteMember(
            scope=scope,
            organisation=house.organisation,
            email="lee@gaon.example",
            role="owner",
            now=timezone.now(),
        ).perform()
    viewer, owner = (
        Membership.objects.within(scope).get(person=house.people[role])
        for role in ("viewer", "owner")
    )
    for act in (
        ChangeRole(scope=scope, organisation=house.organisation, membership=viewer, role="owner"),
        ChangeRole(scope=scope, organisation=house.organisation, membership=owner, role="viewer"),
        RemoveMember(scope=scope, organisation=house.organisation, membership=owner),
    ):
        with pytest.raises(NotAllowed):
            act.perform()
    assert roles(house.organisation) == {
        role: role for role in ("viewer", "operator", "engineer", "admin", "owner")
    }


def test_the_last_owner_stays(house: Any, enter: Enter) -> None:
    owner = house.people["owner"]
    scope = scope_of(owner)
    mine = Membership.objects.within(scope).get(person=owner)
    told = {"scope": scope, "organisation": house.organisation}
    for act in (
        RemoveMember(**told, membership=mine),
        ChangeRole(**told, membership=mine, role="admin"),
    ):
        with pytest.raises(ValidationError, match="at least one owner"):
            act.perform()
    page = enter(owner).post(reverse("core:remove_member", args=(mine.public_id,)), follow=True)
    assert "An organisation keeps at least one owner." in page.text
    second = Membership.objects.within(scope).get(person=house.people["admin"])
    ChangeRole(**told, membership=second, role="owner").perform()
    RemoveMember(**told, membership=Membership.objects.within(scope).get(pk=mine.pk)).perform()
    assert "owner" not in roles(house.organisation)


def test_whoever_was_removed_sees_nothing_from_that_moment(house: Any, enter: Enter) -> None:
    client, engineer = enter(house.people["owner"]), enter(house.people["engineer"])
    assert engineer.get(reverse("core:members")).status_code == 200
    membership = Membership._base_manager.get(person=house.people["engineer"])
    client.post(reverse("core:remove_member", args=(membership.public_id,)))
    assert engineer.get(reverse("core:members")).status_code == 403
    assert "You belong to no organisation yet." in engineer.get("/").text


def test_a_role_holds_from_the_next_page(house: Any, enter: Enter) -> None:
    client, viewer = enter(house.people["owner"]), enter(house.people["viewer"])
    membership = Membership._base_manager.get(person=house.people["viewer"])
    assert viewer.get(reverse("core:audit")).status_code == 403
    client.post(reverse("core:change_role", args=(membership.public_id,)), {"role": "admin"})
    assert viewer.get(reverse("core:audit")).status_code == 200


def test_a_mail_server_carries_the_link_in_the_language_of_the_inviter(
    house: Any, enter: Enter, settings: Any
) -> None:
    settings.CAN_SEND_EMAIL = True
    Person.objects.filter(pk=house.people["admin"].pk).update(language="ko")
    page = invite(enter(house.people["admin"]), "lee@gaon.example")
    (letter,) = mail.outbox
    assert letter.to == ["lee@gaon.example"]
    assert page.context["link"] in letter.body
    assert "가온정밀" in letter.subject
    assert "초대" in letter.subject


def test_an_action_without_an_actor_is_refused(house: Any) -> None:
    now = timezone.now()
    with pytest.raises(NotAllowed):
        InviteMember(
            scope=Scope.nobody(),
            organisation=house.organisation,
            email="lee@gaon.example",
            role="viewer",
            now=now,
        ).perform()
    assert not Invitation._base_manager.exists()


def test_whoever_belongs_to_two_changes_between_them(
    house: Any, neighbour: Any, enter: Enter
) -> None:
    person = house.people["viewer"]
    Membership.objects.create(person=person, organisation=neighbour.organisation, role="viewer")
    client, switch = enter(person), reverse("core:organisations")
    assert client.get(switch).text.count("누리사출") >= 1
    client.post(switch, {"organisation": str(neighbour.organisation.public_id)})
    assert "owner@nuri.example" in client.get(reverse("core:members")).text
    client.post(switch, {"organisation": str(house.organisation.public_id)})
    assert "owner@nuri.example" not in client.get(reverse("core:members")).text
    assert client.post(switch, {"organisation": "x"}).status_code == 404


def test_the_password_of_the_tests_is_one_that_would_be_taken() -> None:
    from django.contrib.auth.password_validation import validate_password

    validate_password(PASSWORD)
