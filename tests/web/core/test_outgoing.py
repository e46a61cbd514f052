"""What is to be sent waits in a table; each goes out once, and a failure is said in words."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from mail_server import Post, mail_server, sends_to

from deungdae.web.core import outgoing, sending
from deungdae.web.core.models import Membership, Outgoing
from deungdae.web.core.outgoing import Letter

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Enter = Callable[..., Client]


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with mail_server() as served:
        yield served


@pytest.fixture
def mail(post: Post, settings: Any) -> Post:
    post.letters.clear()
    post.refuse.clear()
    sends_to(settings, post.port)
    return post


def put(house: Any, to: str = "kim@gaon.example", key: str = "") -> bool:
    letter = Letter(to, "3호기가 멈췄습니다", "14분째 멈춤")
    return outgoing.add(house.organisation, "alarm", key or f"about:{to}", letter, NOW)


def row(**wanted: Any) -> Outgoing:
    found: Outgoing = Outgoing._base_manager.get(**wanted)
    return found


def test_a_letter_arrives_once_with_its_words(house: Any, mail: Post) -> None:
    assert put(house)
    assert not put(house)  # the same about the same to the same is not there twice
    assert sending.send_one(NOW)
    assert not sending.send_one(NOW)
    (letter,) = mail.letters
    assert letter["Subject"] == "3호기가 멈췄습니다"
    assert letter["To"] == "kim@gaon.example"
    assert letter.get_content().strip() == "14분째 멈춤"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert str(row().public_id) in letter["Message-ID"]
    assert (row().state, row().tries, row().twice) == ("sent", 1, False)


def test_without_a_mail_server_letters_wait_and_nothing_is_lost(
    house: Any, post: Post, settings: Any
) -> None:
    post.letters.clear()
    settings.CAN_SEND_EMAIL = False
    put(house)
    assert not sending.send_one(NOW)
    assert outgoing.waiting_for_a_server() == 1
    assert (row().state, row().tries) == ("waiting", 0)
    sends_to(settings, post.port)
    assert sending.send_one(NOW)
    assert len(post.letters) == 1


def test_an_address_that_the_server_does_not_know_is_given_up_at_once(
    house: Any, mail: Post
) -> None:
    mail.refuse["gone@gaon.example"] = "550 no such mailbox"
    put(house, "gone@gaon.example")
    put(house)
    assert sending.send_one(NOW)
    assert sending.send_one(NOW)
    gone = row(to="gone@gaon.example")
    assert gone.state == "failed"
    assert gone.error["values"] == {"address": "gone@gaon.example", "reason": "no such mailbox"}
    assert row(to="kim@gaon.example").state == "sent"


def test_a_server_that_is_busy_is_asked_again_later(house: Any, mail: Post) -> None:
    mail.refuse["kim@gaon.example"] = "451 try again later"
    put(house)
    assert sending.send_one(NOW)
    assert row().state == "waiting"
    rest = row().next_at - timezone.now()
    assert timedelta(seconds=10) < rest <= timedelta(seconds=20)
    assert not sending.send_one(NOW)
    mail.refuse.clear()
    assert sending.send_one(timezone.now() + timedelta(seconds=60))
    assert (row().state, row().tries, row().error) == ("sent", 2, None)


def test_after_nine_tries_a_letter_is_given_up(house: Any, settings: Any) -> None:
    sends_to(settings, 1)  # nothing listens there
    put(house)
    for day in range(1, 12):
        sending.send_one(NOW + timedelta(days=day))
        Outgoing._base_manager.update(next_at=NOW)
    assert (row().state, row().tries) == ("failed", 9)
    assert "does not answer" in row().error["template"]


def test_a_letter_whose_sender_died_is_sent_again_and_says_so(house: Any, mail: Post) -> None:
    put(house)
    assert outgoing.claim(NOW) is not None  # … and then the process was killed
    assert outgoing.claim(NOW + timedelta(seconds=60)) is None
    assert sending.send_one(NOW + timedelta(minutes=3))
    assert (row().state, row().twice, row().tries) == ("sent", True, 2)


def test_a_sender_that_slept_too_long_reports_nothing(house: Any, mail: Post) -> None:
    put(house)
    first = outgoing.claim(NOW)
    second = outgoing.claim(NOW + timedelta(minutes=3))
    assert first and second and first.pk == second.pk
    outgoing.deliver(first, timezone.now)
    assert row().state == "sending"
    outgoing.deliver(second, timezone.now)
    assert row().state == "sent"


def test_a_poisoned_message_does_not_stop_the_others(house: Any, mail: Post) -> None:
    outgoing.add(house.organisation, "alarm", "odd", Letter("?", "", "", carrier="pigeon"), NOW)
    put(house)
    with pytest.raises(LookupError):
        sending.send_one(NOW)
    assert sending.send_one(NOW)
    assert (row(key="odd").state, row(to="kim@gaon.example").state) == ("waiting", "sent")
    assert row(key="odd").error["template"] == outgoing.BROKEN.template


def test_whoever_has_left_gets_no_letter_any_more(house: Any, mail: Post) -> None:
    stays, leaves, rests = (house.people[name] for name in ("admin", "operator", "engineer"))
    for person in (stays, leaves, rests):
        letter = Letter(person.email, "3호기", "멈춤", person=person)
        outgoing.add(house.organisation, "alarm", person.email, letter, NOW)
    Membership._base_manager.filter(person=leaves).delete()
    rests.is_active = False
    rests.save()
    while sending.send_one(NOW):
        pass
    assert [one["To"] for one in mail.letters] == [stays.email]
    for person in (leaves, rests):
        told = row(to=person.email)
        assert (told.state, told.tries) == ("failed", 1)
        assert told.error["template"] == "The recipient is no longer a member."


def test_the_lane_of_letters_takes_nothing_else(house: Any, mail: Post) -> None:
    slow = Letter("MES", "", "", carrier="webhook")
    outgoing.add(house.organisation, "alarm", "slow", slow, NOW - timedelta(seconds=1))
    put(house)
    assert sending.send_one(NOW, only_mail=True)
    assert not sending.send_one(NOW, only_mail=True)
    assert (row(key="slow").state, len(mail.letters)) == ("waiting", 1)


def test_a_company_with_nothing_under_way_comes_first(
    house: Any, neighbour: Any, mail: Post
) -> None:
    for key in ("1", "2"):
        outgoing.add(house.organisation, "alarm", key, Letter("a@gaon.example", "", ""), NOW)
    other = Letter("b@other.example", "", "")
    outgoing.add(neighbour.organisation, "alarm", "3", other, NOW)
    taken = [outgoing.claim(NOW) for _ in range(3)]
    assert [one.key for one in taken if one] == ["1", "3", "2"]


def test_what_no_database_keeps_is_replaced(house: Any) -> None:
    letter = Letter("a\0b", "3호기\r\n\t멈\0춤 ", "14\0분", document={"a\0": ["\0", {"b": 1}]})
    assert outgoing.add(house.organisation, "alarm", "odd", letter, NOW)
    kept = row()
    assert (kept.to, kept.subject, kept.text) == ("a\ufffdb", "3호기 멈\ufffd춤", "14\ufffd분")
    assert kept.document == {"a\ufffd": ["\ufffd", {"b": 1}]}


def test_the_page_says_what_failed_and_sends_it_again(house: Any, mail: Post, enter: Enter) -> None:
    mail.refuse["gone@gaon.example"] = "550 no such mailbox"
    put(house, "gone@gaon.example")
    sending.send_one(NOW)
    admin = enter(house.people["admin"])
    page = admin.get(reverse("core:outgoing")).text
    assert "1 message could not be sent." in page
    assert "The mail server does not accept the address gone@gaon.example: no such mailbox" in page
    mail.refuse.clear()
    admin.post(reverse("core:send_again", args=(row().public_id,)))
    assert sending.send_one(timezone.now())
    assert row().state == "sent"
    page = admin.post(reverse("core:send_again", args=(row().public_id,)), follow=True).text
    assert "on its way already, or was sent" in page


def test_the_server_is_tried_by_a_press_and_answers_in_words(
    house: Any, mail: Post, enter: Enter, settings: Any
) -> None:
    admin = enter(house.people["admin"])
    page = admin.post(reverse("core:try_mail"), follow=True).text
    assert "The mail server took the letter for admin@gaon.example." in page
    assert mail.letters[0]["To"] == "admin@gaon.example"
    sends_to(settings, 1)
    page = admin.post(reverse("core:try_mail"), follow=True).text
    assert "The mail server does not answer: Connection refused" in page


def test_after_ten_test_letters_a_company_waits(house: Any, mail: Post, enter: Enter) -> None:
    admin = enter(house.people["admin"])
    for _ in range(10):
        admin.post(reverse("core:try_mail"))
    page = admin.post(reverse("core:try_mail"), follow=True).text
    assert "Many test messages were sent. Wait 15 minutes, then send another." in page
    assert len(mail.letters) == 10


def test_the_page_says_that_no_mail_server_is_set_up(house: Any, enter: Enter) -> None:
    put(house)
    page = enter(house.people["engineer"]).get(reverse("core:outgoing")).text
    assert "No mail server is set up" in page
    assert "1 letter waits for a mail server." in page
