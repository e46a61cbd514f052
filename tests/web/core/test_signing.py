"""Signing in: what opens the door, what does not, and how often somebody may try."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pyotp
import pytest
from access_table import PASSWORD
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.urls import reverse

from deungdae.web.core import throttle
from deungdae.web.core.actions.accounts import EnrolPerson, ResetPassword
from deungdae.web.core.models import FailedAttempt, Person
from deungdae.web.core.scope import Scope, SystemActor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SIGN_IN = "/sign-in/"
OPERATOR = Scope.everything(SystemActor("operator"))


def try_in(client: Client, email: str, password: str, **more: str) -> Any:
    return client.post(SIGN_IN, {"email": email, "password": password, **more})


def inside(client: Client) -> bool:
    return bool(client.get(reverse("core:account")).status_code == 200)


def test_address_and_password_open_the_door_whatever_the_capitals(house: Any) -> None:
    client = Client()
    response = try_in(client, " Owner@GAON.example ", PASSWORD, next="/members/")
    assert (response.status_code, response.headers["Location"]) == (302, "/members/")
    assert inside(client)


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_signing_in_never_leads_to_another_place(house: Any, wanted: str) -> None:
    response = try_in(Client(), "owner@gaon.example", PASSWORD, next=wanted)
    assert response.headers["Location"] == "/"


def test_wrong_and_unknown_are_answered_with_the_same_page(house: Any) -> None:
    wrong = try_in(Client(), "owner@gaon.example", "not this one")
    unknown = try_in(Client(), "nobody@gaon.example", "not this one")
    for response in (wrong, unknown):
        assert response.status_code == 200
        assert "Address and password do not match." in response.text
    pages = [r.text.replace("owner@", "nobody@") for r in (wrong, unknown)]
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])


def _without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_an_unknown_address_costs_the_same_work(house: Any, settings: Any) -> None:
    settings.PASSWORD_HASHERS = settings.SLOW_HASHERS
    person = house.people["owner"]
    person.set_password(PASSWORD)
    person.save()
    assert identify_hasher(person.password).algorithm == "argon2"

    def seconds(email: str) -> float:
        # Of the processor, so that a busy machine does not blur them.
        since = time.process_time()
        try_in(Client(), email, "not this one")
        return time.process_time() - since

    known = min(seconds("owner@gaon.example") for _ in range(3))
    unknown = min(seconds("nobody@gaon.example") for _ in range(3))
    # Without the work for an unknown address the second would be a small part of the first.
    assert unknown > known / 2
    assert known > unknown / 2


def test_somebody_inactive_stays_outside(house: Any) -> None:
    Person.objects.filter(email="owner@gaon.example").update(is_active=False)
    assert try_in(Client(), "owner@gaon.example", PASSWORD).status_code == 200


def test_ten_failures_close_an_account_for_a_while_even_for_the_right_password(house: Any) -> None:
    client = Client()
    for _ in range(10):
        assert try_in(client, "owner@gaon.example", "guess").status_code == 200
    for password in ("guess", PASSWORD):
        closed = try_in(client, "owner@gaon.example", password)
        assert closed.status_code == 429
        assert "Too many attempts failed. Wait 15 minutes, then try again." in closed.text
    assert try_in(Client(), "admin@gaon.example", PASSWORD).status_code == 302
    FailedAttempt.objects.update(at=datetime.now(UTC) - timedelta(minutes=16))  # noqa: TID251
    assert try_in(client, "owner@gaon.example", PASSWORD).status_code == 302


def test_an_account_that_is_not_there_closes_just_the_same(house: Any) -> None:
    for _ in range(10):
        try_in(Client(), "nobody@gaon.example", "guess")
    assert try_in(Client(), "nobody@gaon.example", "guess").status_code == 429


def test_fifty_failures_from_one_place_close_that_place(house: Any) -> None:
    for n in range(50):
        assert try_in(Client(), f"person{n}@gaon.example", "guess").status_code == 200
    assert try_in(Client(), "owner@gaon.example", PASSWORD).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert try_in(elsewhere, "owner@gaon.example", PASSWORD).status_code == 302


def test_success_forgets_the_failures_before_it(house: Any) -> None:
    client = Client()
    for _ in range(9):
        try_in(client, "owner@gaon.example", "guess")
    assert try_in(client, "owner@gaon.example", PASSWORD).status_code == 302
    for _ in range(9):
        assert try_in(Client(), "owner@gaon.example", "guess").status_code == 200


def test_what_was_tried_is_not_kept_in_plain_words(house: Any) -> None:
    try_in(Client(), "secret.person@gaon.example", "guess")
    keys = set(FailedAttempt.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in keys)


def test_waiting_is_told_in_whole_minutes() -> None:
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for n in range(10):
        throttle.begin([("account", "kim")], now + timedelta(seconds=n))
    with pytest.raises(throttle.TooMany) as caught:
        throttle.begin([("account", "kim")], now + timedelta(minutes=14, seconds=30))
    assert caught.value.minutes == 1
    throttle.begin([("account", "kim")], now + timedelta(minutes=15, seconds=1))


@pytest.fixture
def newcomer(db: None) -> tuple[Person, str]:
    """Somebody with a one-time password."""
    person, password = EnrolPerson(
        scope=OPERATOR, email="newcomer@gaon.example", name="김하나", language="en"
    ).perform()
    return person, password


def test_a_one_time_password_leads_to_its_change_and_nowhere_else(
    newcomer: tuple[Person, str],
) -> None:
    client, change = Client(), reverse("core:change_password")
    try_in(client, newcomer[0].email, newcomer[1])
    for name in ("home", "core:account", "core:members", "core:tokens", "companies:company"):
        assert client.get(reverse(name)).headers["Location"] == change
    assert "one-time password" in client.get(change).text
    weak = client.post(change, {"new_password": "1234567890"})
    assert weak.status_code == 200
    same = client.post(change, {"new_password": newcomer[1]})
    assert "the password that you have now" in same.text
    assert client.post(change, {"new_password": "등대가 비추는 밤바다"}).status_code == 302
    assert inside(client)
    assert not Person.objects.get(pk=newcomer[0].pk).must_change_password
    assert try_in(Client(), newcomer[0].email, newcomer[1]).status_code == 200


def test_changing_the_password_ends_other_sessions(house: Any) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        try_in(client, "owner@gaon.example", PASSWORD)
    change = reverse("core:change_password")
    wrong = here.post(change, {"old_password": "x", "new_password": "another long sentence"})
    assert "not your present password" in wrong.text
    here.post(change, {"old_password": PASSWORD, "new_password": "another long sentence"})
    assert inside(here)
    assert not inside(there)


def test_a_password_given_by_the_operator_ends_all_sessions(house: Any) -> None:
    client = Client()
    try_in(client, "owner@gaon.example", PASSWORD)
    password = ResetPassword(scope=OPERATOR, person=house.people["owner"]).perform()
    assert not inside(client)
    assert try_in(client, "owner@gaon.example", PASSWORD).status_code == 200
    assert try_in(client, "owner@gaon.example", password).status_code == 302


def test_signing_out_ends_the_session_and_needs_a_form_of_ours(house: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.people["owner"])
    assert client.get(reverse("core:sign_out")).status_code == 405
    assert client.post(reverse("core:sign_out")).status_code == 403
    assert inside(client)
    token = client.get(reverse("core:account")).context["csrf_token"]
    assert client.post(reverse("core:sign_out"), {"csrfmiddlewaretoken": token}).status_code == 302
    assert not inside(client)


def digits(secret: str, steps: int = 0) -> str:
    return str(pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + steps))  # noqa: TID251


class Guarded(NamedTuple):
    """A browser whose person has a second factor, and what opens it."""

    client: Client
    secret: str
    used: str
    codes: list[str]


@pytest.fixture
def guarded(house: Any) -> Guarded:
    """The owner's browser, with a second factor: its secret and the recovery codes."""
    client = Client()
    client.force_login(house.people["owner"])
    page = client.get(reverse("core:second_factor"))
    assert "<svg" in page.text
    secret = page.context["secret"].replace(" ", "")
    wrong = client.post(reverse("core:second_factor"), {"code": "000000x"})
    assert "does not match" in wrong.text
    code = digits(secret)
    done = client.post(reverse("core:second_factor"), {"code": code})
    return Guarded(client, secret, code, done.context["codes"])


def test_with_a_second_factor_the_password_alone_opens_nothing(
    guarded: Guarded,
) -> None:
    client = Client()
    response = try_in(client, "owner@gaon.example", PASSWORD, next="/members/")
    assert response.headers["Location"] == reverse("core:sign_in_code")
    assert not inside(client)
    code = reverse("core:sign_in_code")
    # The code that confirmed the phone has been used: it does not open the door again.
    assert client.post(code, {"code": guarded.used}).status_code == 200
    assert client.post(code, {"code": digits(guarded.secret, -2)}).status_code == 200
    assert not inside(client)
    opened = client.post(code, {"code": digits(guarded.secret, +1)})
    assert (opened.status_code, opened.headers["Location"]) == (302, "/members/")
    assert inside(client)


def test_a_recovery_code_opens_the_door_once(guarded: Guarded) -> None:
    spare = guarded.codes[0]
    assert len(set(guarded.codes)) == 10
    for status, code in ((302, spare.upper().replace("-", " ")), (200, spare)):
        client = Client()
        try_in(client, "owner@gaon.example", PASSWORD)
        response = client.post(reverse("core:sign_in_code"), {"code": code})
        assert response.status_code == status


def test_six_wrong_codes_close_the_second_step(guarded: Guarded) -> None:
    client = Client()
    try_in(client, "owner@gaon.example", PASSWORD)
    for n in range(6):
        client.post(reverse("core:sign_in_code"), {"code": f"00000{n}x"})
    right = client.post(reverse("core:sign_in_code"), {"code": guarded.codes[0]})
    assert right.status_code == 429
    assert not inside(client)


def test_the_second_step_is_not_there_without_the_first(
    guarded: Guarded,
) -> None:
    response = Client().post(reverse("core:sign_in_code"), {"code": guarded.codes[0]})
    assert response.headers["Location"] == SIGN_IN


def test_a_second_factor_goes_with_the_password_alone(
    guarded: Guarded,
) -> None:
    client, change = guarded.client, reverse("core:change_second_factor")
    assert client.post(change, {"do": "off", "old_password": "x"}).status_code == 200
    renewed = client.post(change, {"do": "codes", "old_password": PASSWORD})
    assert set(renewed.context["codes"]).isdisjoint(guarded.codes)
    assert client.post(change, {"do": "off", "old_password": PASSWORD}).status_code == 302
    assert try_in(Client(), "owner@gaon.example", PASSWORD).headers["Location"] == "/"


def test_guesses_of_the_present_password_inside_a_session_are_counted(guarded: Guarded) -> None:
    change = reverse("core:change_second_factor")
    for _ in range(10):
        guess = guarded.client.post(change, {"do": "off", "old_password": "guess"})
        assert "not your present password" in guess.text
    closed = guarded.client.post(change, {"do": "off", "old_password": PASSWORD})
    assert "Too many attempts failed." in closed.text
    assert guarded.client.get(reverse("core:second_factor")).status_code == 200


def test_a_lost_phone_is_forgotten_by_the_operator_alone(guarded: Guarded, house: Any) -> None:
    owner = house.people["owner"]
    kept = ResetPassword(scope=OPERATOR, person=owner).perform()
    code = reverse("core:sign_in_code")
    assert try_in(Client(), "owner@gaon.example", kept).headers["Location"] == code
    dropped = ResetPassword(scope=OPERATOR, person=owner, drop_second_factor=True).perform()
    assert try_in(Client(), "owner@gaon.example", dropped).headers["Location"] == "/"


def test_the_language_is_kept_by_browser_and_person(
    house: Any, enter: Callable[[Person | None], Client]
) -> None:
    client = Client()
    assert 'lang="en"' in client.get(SIGN_IN).text
    client.post("/language/", {"language": "ko", "next": SIGN_IN})
    assert 'lang="ko"' in client.get(SIGN_IN).text
    assert "로그인" in client.get(SIGN_IN).text
    person = enter(house.people["viewer"])
    person.post("/language/", {"language": "ko"})
    assert 'lang="ko"' in person.get(reverse("core:account")).text
    assert Person.objects.get(pk=house.people["viewer"].pk).language == "ko"
    person.post("/language/", {"language": "xx"})
    assert 'lang="ko"' in person.get(reverse("core:account")).text
