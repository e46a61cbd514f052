"""Who gets in, and how the API says what is wrong: in one shape, in the caller's language."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from deungdae.web.core.access import scope_of
from deungdae.web.core.actions.credentials import MakeToken, RevokeToken
from deungdae.web.core.models import Membership, Person, PersonalToken
from deungdae.web.insight.models import Analysis, Upload

ME = "/api/v1/me"


def bearer(key: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", **headers}


def test_a_key_says_whose_it_is(house: Any, call: Any) -> None:
    told = call(house.people["engineer"], "GET", "/me").json()
    assert told["email"] == "engineer@gaon.example"
    assert told["organisations"] == [
        {
            "id": str(house.organisation.public_id),
            "name": "가온정밀",
            "role": "engineer",
            "demo": False,
        }
    ]


def test_a_session_of_the_pages_counts_for_nothing(
    house: Any, enter: Callable[[Person | None], Client]
) -> None:
    browser = enter(house.people["owner"])
    assert browser.get("/account/").status_code in (200, 404)  # the session itself is good
    answer = browser.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="deungdae"'


def test_a_key_counts_whoever_is_signed_in(
    house: Any, neighbour: Any, key: Any, enter: Callable[[Person | None], Client]
) -> None:
    browser = enter(neighbour.people["owner"])
    answer = browser.get(ME, headers=bearer(key(house.people["viewer"])))
    assert answer.json()["email"] == "viewer@gaon.example"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer dgd_unknown", "Basic b3duZXI6eA==", "Bearer 열쇠"]
)
@pytest.mark.django_db
def test_without_a_key_nobody_gets_in(client: Client, header: str) -> None:
    answer = client.get(ME, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorised"


def test_a_revoked_key_opens_nothing(house: Any, key: Any, client: Client) -> None:
    person = house.people["owner"]
    token = key(person)
    assert client.get(ME, headers=bearer(token)).status_code == 200
    kept = PersonalToken.objects.get(person=person)
    RevokeToken(scope=scope_of(person), token=kept, now=timezone.now()).perform()
    assert client.get(ME, headers=bearer(token)).status_code == 401


def test_an_expired_key_opens_nothing(house: Any, client: Client) -> None:
    past = timezone.now() - timedelta(seconds=1)
    scope = scope_of(house.people["owner"])
    _kept, token = MakeToken(scope=scope, name="old", expires_at=past).perform()
    assert client.get(ME, headers=bearer(token)).status_code == 401


def test_the_key_of_somebody_inactive_opens_nothing(house: Any, key: Any, client: Client) -> None:
    token = key(house.people["owner"])
    Person.objects.filter(pk=house.people["owner"].pk).update(is_active=False)
    assert client.get(ME, headers=bearer(token)).status_code == 401


def test_a_key_never_stands_in_the_database(house: Any, key: Any) -> None:
    token = key(house.people["owner"])
    values = PersonalToken.objects.values_list().get()
    assert not any(token in str(value) or token[4:] in str(value) for value in values)


def test_a_role_that_is_taken_away_counts_at_once(house: Any, call: Any) -> None:
    engineer = house.people["engineer"]
    file = {"name": "a.csv", "size": 5}
    assert call(engineer, "POST", "/uploads", file).status_code == 201
    Membership.objects.within(scope_of(engineer)).filter(person=engineer).update(role="viewer")
    assert call(engineer, "POST", "/uploads", file).status_code == 403


def test_too_many_requests_with_one_key_wait(house: Any, call: Any, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    owner, viewer = house.people["owner"], house.people["viewer"]
    # The minute of the clock may end between two of them, so eight are made.
    answers = [call(owner, "GET", "/me") for _ in range(8)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert refused[0].json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused[0]["Retry-After"]) <= 60
    assert call(viewer, "GET", "/me").status_code == 200, "another key is not held up"


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("ko", "여기에는 아무것도 없습니다."),
        ("en-GB,ko;q=0.5", "There is nothing here."),
        ("fr, ko;q=0.8", "여기에는 아무것도 없습니다."),
    ],
)
def test_messages_are_in_the_language_asked_for(
    house: Any, call: Any, asked: str, message: str
) -> None:
    answer = call(house.people["owner"], "GET", "/nowhere", **{"Accept-Language": asked})
    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": "not_found", "message": message, "details": {}}}
    assert answer["Content-Language"] == ("ko" if message[0] == "여" else "en")


def test_without_a_wish_messages_are_in_the_persons_language(house: Any, call: Any) -> None:
    owner = house.people["owner"]
    Person.objects.filter(pk=owner.pk).update(language="ko")
    missing = "/uploads/00000000-0000-4000-8000-000000000000"
    told = call(owner, "GET", missing).json()["error"]["message"]
    assert told == "여기에는 아무것도 없습니다."


def test_a_wrong_method_is_said_in_the_same_shape(house: Any, call: Any) -> None:
    answer = call(house.people["owner"], "PUT", "/uploads")
    assert answer.status_code == 405
    assert answer.json()["error"]["details"] == {"allowed": ["GET", "POST"]}
    assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_wrong_field_is_named(house: Any, call: Any) -> None:
    answer = call(house.people["owner"], "POST", "/uploads", {"name": "a.csv", "size": "big"})
    assert answer.status_code == 422
    (field,) = answer.json()["error"]["details"]["fields"]
    assert field["where"][-1] == "size"
    assert field["problem"] == "int_parsing"


def test_a_body_that_is_no_json_is_refused(house: Any, call: Any) -> None:
    answer = call(
        house.people["owner"], "POST", "/uploads", b"{name", **{"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"


def test_a_mistake_in_the_program_tells_nothing_of_itself(
    house: Any, call: Any, finished: dict[str, str]
) -> None:
    # The answer is not what the program writes there: that must not happen.
    odd = ["a secret that nobody may see"]
    Analysis._base_manager.filter(public_id=finished["done"]).update(answer=odd)
    answer = call(house.people["owner"], "GET", f"/analyses/{finished['done']}")
    assert answer.status_code == 500
    error = answer.json()["error"]
    assert error["code"] == "broken"
    assert error["details"] == {}
    assert "secret" not in answer.content.decode() and "Error" not in answer.content.decode()


def test_what_one_person_saw_is_kept_nowhere(house: Any, call: Any) -> None:
    answer = call(house.people["owner"], "GET", "/uploads")
    assert answer["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer and not answer.cookies


def test_a_cursor_goes_through_a_list_without_gaps(house: Any, call: Any) -> None:
    owner = house.people["owner"]
    for number in range(7):
        call(owner, "POST", "/uploads", {"name": f"{number}.csv", "size": 5})
    names, cursor = [], ""
    while True:
        part = call(owner, "GET", f"/uploads?limit=3{cursor}").json()
        names += [upload["name"] for upload in part["items"]]
        if len(names) == 3:  # a new file does not shift what follows
            call(owner, "POST", "/uploads", {"name": "new.csv", "size": 5})
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert names == [f"{number}.csv" for number in reversed(range(7))]


@pytest.mark.parametrize("cursor", ["x", "AAAA", "%00", "MDAwMS0wMS0wMVQwMDowMDowMCsyMzowMCB4"])
def test_a_cursor_of_ones_own_making_is_refused(house: Any, call: Any, cursor: str) -> None:
    answer = call(house.people["owner"], "GET", f"/uploads?cursor={cursor}")
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["fields"][0]["where"][-1] == "cursor"


def test_pieces_are_taken_in_their_order_alone(house: Any, call: Any) -> None:
    owner = house.people["owner"]
    made = call(owner, "POST", "/uploads", {"name": "a.csv", "size": 5}).json()
    content = f"/uploads/{made['id']}/content"
    assert call(owner, "PATCH", content, b"ab", **{"Upload-Offset": "0"}).json()["offset"] == 2
    again = call(owner, "PATCH", content, b"ab", **{"Upload-Offset": "0"})
    assert again.status_code == 409
    assert again.json()["error"]["code"] == "wrong_offset"
    assert again.json()["error"]["details"] == {"offset": 2}
    early = call(owner, "POST", f"/uploads/{made['id']}/complete")
    assert early.status_code == 409
    assert (
        early.json()["error"]["message"] == "3 bytes of this file have not arrived. Send the rest."
    )
    more = call(owner, "PATCH", content, b"cdef", **{"Upload-Offset": "2"})
    assert more.status_code == 409
    assert call(owner, "GET", content).json() == {"offset": 2, "size": 5, "complete": False}
    last = call(owner, "PATCH", content, b"cde", **{"Upload-Offset": "2"})
    assert last.json() == {"offset": 5, "size": 5, "complete": True}
    told = call(owner, "POST", f"/uploads/{made['id']}/complete").json()
    assert (told["state"], told["job"]["state"]) == ("understanding", "queued")


def test_corrections_are_held_to_what_the_file_holds(
    house: Any, call: Any, finished: dict[str, str]
) -> None:
    engineer, path = house.people["engineer"], f"/uploads/{finished['read']}/corrections"
    for wrong in (
        {"target": "없는 열"}, {"bad": ["없는 값"]}, {"by": ["없는 열"]}, {"sheet": "없는 시트"},
        {"sheet": "x", "target": "y"}, {},
    ):  # fmt: skip
        answer = call(engineer, "POST", path, wrong)
        assert answer.status_code == 409, wrong
    known = call(engineer, "GET", f"/uploads/{finished['read']}/understanding").json()
    target = known["current"]["target"]
    bad = sorted(known["levels"][target])[:1]
    answer = call(engineer, "POST", path, {"target": target, "bad": bad})
    assert answer.status_code == 202
    assert answer.json()["answers"] == {"target": target, "bad": bad}
    kept = Upload.objects.within(scope_of(engineer)).get(public_id=finished["read"])
    assert kept.revision == 1
