"""The record of what was done: each change leaves an entry, and a later hand is noticed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae.records.errors import UnusableOption
from deungdae.web.core import chain
from deungdae.web.core.access import scope_of
from deungdae.web.core.action import VERBS, Action
from deungdae.web.core.actions.accounts import ChangeProfile, ErasePerson
from deungdae.web.core.actions.members import InviteMember
from deungdae.web.core.models import AuditDetail, AuditEntry, AuditHead, Person
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.core.views.audit import readable

pytestmark = pytest.mark.django_db
OPERATOR = Scope.everything(SystemActor("operator"))
ENTRIES = AuditEntry.objects.within(OPERATOR)


@pytest.fixture
def record(house: Any) -> Any:
    """An organisation in which five things were done: founded, and four invitations."""
    for n in range(4):
        InviteMember(
            scope=scope_of(house.people["admin"]),
            organisation=house.organisation,
            email=f"lee{n}@gaon.example",
            role="viewer",
            now=timezone.now(),
        ).perform()
    return house.organisation


def faults(organisation: Any) -> list[tuple[int, str]]:
    return [(fault.sequence, fault.what) for fault in chain.check(organisation).faults]


def test_an_untouched_record_is_sound(record: Any) -> None:
    found = chain.check(record)
    assert (found.entries, found.erased, found.faults) == (5, 0, ())
    assert found.head == AuditHead.objects.get(organisation=record).hash
    assert [c.faults for c in chain.verify()] == [(), ()]


@pytest.mark.parametrize(
    ("field", "value"),
    [("action", "core.member_removed"), ("actor_kind", "system"), ("digest", "0" * 64)],
)
def test_a_changed_entry_is_noticed(record: Any, field: str, value: str) -> None:
    ENTRIES.filter(organisation=record, sequence=3).update(**{field: value})
    assert (3, "changed") in faults(record)


def test_a_changed_time_is_noticed(record: Any) -> None:
    ENTRIES.filter(organisation=record, sequence=2).update(at=timezone.now())
    assert faults(record) == [(2, "changed")]


def test_changed_words_are_noticed(record: Any) -> None:
    detail = AuditDetail.objects.get(entry__organisation=record, entry__sequence=4)
    detail.words = detail.words.replace("viewer", "owner")
    detail.save()
    assert faults(record) == [(4, "detail")]


def test_an_entry_that_was_changed_with_its_hash_breaks_the_next(record: Any) -> None:
    entry = ENTRIES.get(organisation=record, sequence=3)
    entry.action = "core.member_removed"
    entry.hash = chain._hash(entry)
    entry.save()
    assert faults(record) == [(4, "order")]


def test_a_removed_entry_is_noticed(record: Any) -> None:
    ENTRIES.filter(organisation=record, sequence=3).delete()
    assert faults(record)[0] == (4, "missing")


def test_a_cut_end_is_noticed(record: Any) -> None:
    ENTRIES.filter(organisation=record, sequence=5).delete()
    assert faults(record) == [(5, "end")]


def test_entries_that_changed_places_are_noticed(record: Any) -> None:
    second, third = (ENTRIES.get(organisation=record, sequence=n) for n in (2, 3))
    ENTRIES.filter(pk=second.pk).update(sequence=99)
    ENTRIES.filter(pk=third.pk).update(sequence=2)
    ENTRIES.filter(pk=second.pk).update(sequence=3)
    assert (2, "changed") in faults(record)


def test_an_entry_of_another_organisation_does_not_fit(record: Any, neighbour: Any) -> None:
    ENTRIES.filter(organisation=record, sequence=5).update(
        organisation=neighbour.organisation, sequence=2
    )
    assert faults(record) == [(5, "end")]
    assert (2, "changed") in faults(neighbour.organisation)


def test_erasing_a_person_leaves_the_record_sound(record: Any, house: Any) -> None:
    admin, entries = house.people["admin"], ENTRIES.count()
    ChangeProfile(scope=scope_of(admin), name="박세라", language="ko").perform()
    erased = ErasePerson(scope=OPERATOR, person=admin, now=timezone.now()).perform()
    assert erased == 5  # four invitations and the profile
    found = chain.check(record)
    assert (found.entries, found.erased, found.faults) == (5, 4, ())
    assert chain.check(None).faults == ()
    assert ENTRIES.count() == entries + 2
    left = Person.objects.get(pk=admin.pk)
    assert (left.name, left.is_active) == ("", False)
    everything = json.dumps([list(AuditDetail.objects.values_list("words", flat=True))])
    assert "admin@gaon.example" not in everything
    assert "박세라" not in json.loads(everything)[0]


def test_words_about_an_erased_person_go_too(record: Any, house: Any) -> None:
    guest = Person.objects.create(email="lee2@gaon.example", name="이두리")
    assert ErasePerson(scope=OPERATOR, person=guest, now=timezone.now()).perform() == 1
    assert chain.check(record).erased == 1
    assert chain.check(record).faults == ()


def test_the_last_owner_is_not_erased(house: Any) -> None:
    owner = house.people["owner"]
    with pytest.raises(UnusableOption, match="the last owner of 가온정밀"):
        ErasePerson(scope=OPERATOR, person=owner, now=timezone.now()).perform()
    assert Person.objects.get(pk=owner.pk).is_active


def test_a_line_holds_what_a_reader_understands() -> None:
    words = {
        "email": "lee@gaon.example",
        "role": "admin",
        "upload": "1337819034374071a6b559c85585b147",
        "second_factor": True,
        "answers": {"sheet": "1월", "bad": ["불", "NG"], "time": None},
    }
    assert readable(words) == {
        "email": "lee@gaon.example",
        "role": "administrator",
        "second_factor": "yes",
        "answers": "sheet: 1월, bad: 불, NG",
    }


def test_a_refused_or_broken_change_leaves_no_entry(record: Any, house: Any) -> None:
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        InviteMember(
            scope=scope_of(house.people["admin"]),
            organisation=house.organisation,
            email="viewer@gaon.example",
            role="viewer",
            now=timezone.now(),
        ).perform()
    assert chain.check(record).entries == 5


def test_what_is_announced_waits_for_the_commit(
    house: Any, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[str] = []

    class Wave(Action[str]):
        verb = "tests.waved"
        right = "core.change_self"

        def change(self) -> str:
            return "hello"

        def after_commit(self, result: str) -> None:
            told.append(result)

    try:
        with django_capture_on_commit_callbacks(execute=True):
            Wave(scope=scope_of(house.people["viewer"])).perform()
            assert told == []
        assert told == ["hello"]
    finally:
        del VERBS["tests.waved"]


@pytest.mark.django_db(transaction=True)
def test_an_entry_stands_in_the_same_transaction_as_its_change(house: Any) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        chain.append(house.organisation, "tests.waved", SystemActor("t"), {}, timezone.now())


def test_each_action_says_what_it_does() -> None:
    from deungdae.web.core import views  # noqa: F401

    assert len(VERBS) > 10
    assert {verb for verb, label in VERBS.items() if str(label) == verb} == set()


def test_the_page_shows_who_did_what_newest_first(
    record: Any, house: Any, enter: Callable[[Person | None], Client]
) -> None:
    page = enter(house.people["owner"]).get(reverse("core:audit"))
    lines = page.context["lines"]
    assert [line.sequence for line in lines] == [5, 4, 3, 2, 1]
    assert lines[0].actor == "admin@gaon.example"
    assert lines[0].facts == {"email": "lee3@gaon.example", "role": "viewer"}
    assert str(lines[0].what) == "invited a member"
    assert lines[-1].system
    assert "lee3@gaon.example" in page.text
    founded = enter(house.people["owner"]).get(
        reverse("core:audit"), {"action": "companies.company_founded"}
    )
    assert len(founded.context["lines"]) == 1


def test_the_page_says_that_words_were_erased(
    record: Any, house: Any, enter: Callable[[Person | None], Client]
) -> None:
    ErasePerson(scope=OPERATOR, person=house.people["admin"], now=timezone.now()).perform()
    page = enter(house.people["owner"]).get(reverse("core:audit"))
    assert "lee3@gaon.example" not in page.text
    assert "erased" in page.text
