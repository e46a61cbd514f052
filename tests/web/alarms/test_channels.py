"""Channels: what is sent is signed and arrives once; secrets are hidden; the inside is closed."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hook_server import Hooked, dripping_server, hook_server
from mail_server import mail_server, sends_to

from deungdae.web.alarms.models import Channel
from deungdae.web.alarms.ways import chat, webhook
from deungdae.web.core import outgoing, outside, sending
from deungdae.web.core.access import CURRENT
from deungdae.web.core.models import Membership, Outgoing, RoleName
from deungdae.web.core.outgoing import Letter, NotSent

pytestmark = pytest.mark.django_db
Enter = Callable[..., Client]


@pytest.fixture(scope="module")
def program() -> Iterator[Hooked]:
    with hook_server() as served:
        yield served


@pytest.fixture
def listening(program: Hooked, settings: Any) -> Hooked:
    """A program inside the own network, which whoever runs the server has opened."""
    settings.WEBHOOK_PRIVATE = True
    program.got.clear()
    program.status, program.location = 204, ""
    return program


@pytest.fixture
def engineer(enter: Enter, house: Any) -> Client:
    return enter(house.people["engineer"])


def make(client: Client, kind: str, address: str, name: str = "MES") -> Any:
    told = {"name": name, "address": address, "language": "ko"}
    return client.post(reverse("alarms:new_channel", args=(kind,)), told, follow=True)


def the_channel() -> Channel:
    found: Channel = Channel._base_manager.get()
    return found


def test_a_program_gets_what_it_can_check_by_its_secret(
    engineer: Client, listening: Hooked
) -> None:
    page = make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/alarms?key=hunter2")
    secret = page.context["secret"]
    assert secret.startswith("dgw_")
    page = engineer.post(
        reverse("alarms:try_channel", args=(the_channel().public_id,)), follow=True
    )
    assert "It was taken. Look whether it arrived." in page.text
    ((headers, body),) = listening.got
    at, _, told = headers["Deungdae-Signature"].partition(",v1=")
    at = at.removeprefix("t=")
    assert told == hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    document = json.loads(body)
    assert document["company"]["name"] == "가온정밀"
    assert document["subject"] == "등대: “MES” 채널 시험 메시지"


def test_neither_address_nor_secret_is_shown_again_or_lies_open(
    engineer: Client, listening: Hooked
) -> None:
    secret = make(
        engineer, "webhook", f"http://127.0.0.1:{listening.port}/alarms?key=hunter2"
    ).context["secret"]
    page = engineer.get(the_channel().get_absolute_url()).text
    assert f"http://127.0.0.1:{listening.port}/…" in page
    row = the_channel()
    for told in (page, row.sealed, row.sealed_secret, row.shown):
        assert "hunter2" not in told
        assert secret not in told


def test_a_new_secret_signs_instead_of_the_old_one(engineer: Client, listening: Hooked) -> None:
    old = make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/").context["secret"]
    address = reverse("alarms:renew_secret", args=(the_channel().public_id,))
    new = engineer.post(address).context["secret"]
    assert new != old
    engineer.post(reverse("alarms:try_channel", args=(the_channel().public_id,)))
    ((headers, body),) = listening.got
    at = int(headers["Deungdae-Signature"].partition(",")[0].removeprefix("t="))
    assert headers["Deungdae-Signature"] == webhook.signature(new, at, body)


def test_an_address_inside_is_refused_unless_it_was_opened(
    engineer: Client, program: Hooked, settings: Any
) -> None:
    settings.WEBHOOK_PRIVATE = False
    page = make(engineer, "webhook", f"http://localhost:{program.port}/").text
    assert "localhost is inside the own network, which is closed for channels." in page
    assert "can open it with DEUNGDAE_WEBHOOK_PRIVATE=allow." in page
    hook = webhook.Hook(f"http://127.0.0.1:{program.port}/", "s", private=False)
    program.got.clear()
    with pytest.raises(NotSent, match="closed"):
        webhook.send(hook, "1", {}, 0)
    assert program.got == []


@pytest.mark.parametrize(
    ("address", "closed", "opened"),
    [
        ("8.8.8.8", True, True),
        ("192.168.0.10", False, True),
        ("10.1.2.3", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:192.168.0.10", False, True),
        ("64:ff9b::7f00:1", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("fe80::1%eth0", False, False),
        ("0.0.0.0", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("fd00:ec2::254", False, False),
    ],
)
def test_what_may_be_called(address: str, closed: bool, opened: bool) -> None:
    assert outside.may_be_called(address, private=False) is closed
    assert outside.may_be_called(address, private=True) is opened


def test_a_name_of_which_nobody_speaks_holds_nobody_up() -> None:
    let_go = threading.Event()
    began = monotonic()
    with pytest.raises(TimeoutError):
        outside.addresses(
            "mes.example.org", 443, private=True, within=0.05, look_up=lambda *a, **b: let_go.wait()
        )
    assert monotonic() - began < 5
    let_go.set()
    assert outside.addresses("127.0.0.1", 443, private=True) == ["127.0.0.1"]


def test_a_redirect_is_not_followed(engineer: Client, listening: Hooked) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    listening.status, listening.location = 302, "http://169.254.169.254/"
    address = reverse("alarms:try_channel", args=(the_channel().public_id,))
    assert "127.0.0.1 leads elsewhere (302)" in engineer.post(address, follow=True).text
    assert len(listening.got) == 1


def test_a_program_that_fails_is_called_again_under_the_same_number(
    engineer: Client, listening: Hooked, house: Any
) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    letter = Letter(
        "MES", "", "", carrier="webhook", target=str(the_channel().public_id), document={"n": 1}
    )
    now = timezone.now()
    outgoing.add(house.organisation, "alarm", "one", letter, now)
    listening.status = 503
    assert sending.send_one(now)
    row = Outgoing._base_manager.get()
    assert (row.state, row.error["values"]) == ("waiting", {"host": "127.0.0.1", "status": 503})
    listening.status = 200
    Outgoing._base_manager.update(next_at=now)
    assert sending.send_one(now)
    assert Outgoing._base_manager.get().state == "sent"
    first, second = (headers["Deungdae-Delivery"] for headers, _ in listening.got)
    assert first == second == str(row.public_id)


@pytest.mark.parametrize(
    ("scheme", "drops"),
    [
        ("http", (b"HTTP/1.1 2", b"0")),
        ("http", (b"HTTP/1.1 100 Continue\r\n\r\n",)),
        ("https", (b"\x16\x03\x03\x3f\xff\x02", b"\x00")),
    ],
)
def test_a_program_that_answers_drop_by_drop_holds_nobody_up(
    scheme: str, drops: tuple[bytes, ...]
) -> None:
    with dripping_server(*drops) as port:
        url = f"{scheme}://127.0.0.1:{port}/"
        hook = webhook.Hook(url, "s", private=True, deadline_seconds=0.3)
        start = monotonic()
        with pytest.raises(NotSent, match=r"^127\.0\.0\.1 did not answer in time\.$") as told:
            webhook.send(hook, "1", {}, 0)
    assert monotonic() - start < 5
    assert not told.value.final


def test_an_address_that_can_be_nobodys_name_is_refused_in_words(engineer: Client) -> None:
    page = make(engineer, "webhook", "http://a..b/").text
    assert "No computer has the name a..b." in page
    assert not Channel._base_manager.exists()


def test_a_channel_of_another_company_is_tried_only_by_who_may(
    enter: Enter, listening: Hooked, house: Any, neighbour: Any, engineer: Client
) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    address = reverse("alarms:try_channel", args=(the_channel().public_id,))
    client = enter(neighbour.people["owner"])
    assert client.post(address).status_code == 404
    Membership._base_manager.create(
        person=neighbour.people["owner"], organisation=house.organisation, role=RoleName.VIEWER
    )
    session = client.session  # … who is shown the pages of the company that is their own
    session[CURRENT] = str(neighbour.organisation.public_id)
    session.save()
    assert client.post(address).status_code == 403
    assert listening.got == []


def test_after_ten_test_messages_a_company_waits(engineer: Client, listening: Hooked) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    address = reverse("alarms:try_channel", args=(the_channel().public_id,))
    for _ in range(10):
        engineer.post(address)
    page = engineer.post(address, follow=True).text
    assert "Many test messages were sent. Wait 15 minutes, then send another." in page
    assert len(listening.got) == 10


def test_what_waits_for_a_channel_that_was_taken_away_is_given_up(
    engineer: Client, listening: Hooked, house: Any
) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    letter = Letter("MES", "", "", carrier="webhook", target=str(the_channel().public_id))
    outgoing.add(house.organisation, "alarm", "one", letter, timezone.now())
    engineer.post(reverse("alarms:retire_channel", args=(the_channel().public_id,)))
    assert the_channel().sealed == the_channel().sealed_secret == ""
    assert sending.send_one(timezone.now())
    assert Outgoing._base_manager.get().state == "failed"
    assert listening.got == []


def test_with_another_key_a_channel_says_that_its_address_must_be_typed_again(
    engineer: Client, listening: Hooked, settings: Any
) -> None:
    make(engineer, "webhook", f"http://127.0.0.1:{listening.port}/")
    client = Client()
    settings.SECRET_KEY = "x" * 50
    from deungdae.web.alarms.ways import carrying

    with pytest.raises(NotSent, match="type the address again"):
        carrying.address_of(the_channel())
    assert client  # the pages themselves go on


def test_a_shared_mailbox_gets_a_letter(engineer: Client, settings: Any) -> None:
    make(engineer, "mail", "설비팀@gaon.example")
    assert not Channel._base_manager.exists()  # no such mailbox can be
    make(engineer, "mail", "team@gaon.example", "설비팀")
    with mail_server() as post:
        sends_to(settings, post.port)
        address = reverse("alarms:try_channel", args=(the_channel().public_id,))
        page = engineer.post(address, follow=True).text
    assert "It was taken." in page
    assert post.letters[0]["To"] == "team@gaon.example"


def test_a_letter_for_a_mailbox_that_was_taken_away_is_given_up(
    engineer: Client, house: Any, settings: Any
) -> None:
    make(engineer, "mail", "team@gaon.example", "설비팀")
    letter = Letter("team", "", "", carrier="mailbox", target=str(the_channel().public_id))
    with mail_server() as post:
        sends_to(settings, post.port)
        for key in ("before", "after"):
            outgoing.add(house.organisation, "alarm", key, letter, timezone.now())
            assert sending.send_one(timezone.now())
            engineer.post(reverse("alarms:retire_channel", args=(the_channel().public_id,)))
    assert [one["To"] for one in post.letters] == ["team@gaon.example"]
    assert Outgoing._base_manager.get(key="before").state == "sent"
    after = Outgoing._base_manager.get(key="after")
    assert (after.state, after.error["template"]) == ("failed", "The channel was taken away.")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jsons://me:hunter2@mes.example:8443/hunter2?x=y", "JSON · jsons://mes.example:8443"),
        ("ntfys://hunter2@push.example/hunter2", "ntfy · ntfys://push.example"),
        ("ntfy://hunter2", "ntfy"),
        ("tgram://123456789:abcdefg_hijklmnop-hunter2/987654321/", "Telegram"),
    ],
)
def test_of_a_chat_only_the_service_and_its_own_host_are_shown(
    engineer: Client, address: str, shown: str
) -> None:
    make(engineer, "apprise", address)
    assert the_channel().shown == shown


@pytest.mark.parametrize("name", ["template", "keyfile", "subfile", "pgpkey", "%74emplate"])
def test_no_file_of_the_server_is_named_by_an_address(name: str) -> None:
    with pytest.raises(NotSent, match="names a file of the server") as told:
        chat.look(f"json://mes.example/#room?x=1&{name}=/etc/passwd")
    assert told.value.final


def test_the_program_that_speaks_to_a_service_opens_no_file_of_the_server(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    (tmp_path / "own").mkdir()
    tried = f"""
from pathlib import Path
from deungdae.web.alarms.ways import chat_process
chat_process.answer({{"url": "json://mes.example", "private": False}})
Path("/etc/resolv.conf").exists() and Path("/etc/resolv.conf").read_text()
for place in ({str(tmp_path / "secret")!r}, "/etc/passwd", "/proc/self/environ"):
    try:
        print("read", Path(place).read_text())
    except chat_process.ClosedError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", tried],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path / "own")},
    )
    assert done.stdout.splitlines() == ["closed: open"] * 3


def test_a_proxy_of_the_server_is_not_asked_to_call(
    listening: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    chat.send(f"json://127.0.0.1:{listening.port}/path", "제목", "내용", private=True)
    assert len(listening.got) == 1


def test_a_chat_is_reached_through_the_library(listening: Hooked) -> None:
    service, shown = chat.look(f"json://user:hunter2@127.0.0.1:{listening.port}/path")
    assert service == "JSON"
    assert "hunter2" not in shown
    chat.send(f"json://127.0.0.1:{listening.port}/path", "제목", "내용", private=True)
    ((_, body),) = listening.got
    assert json.loads(body)["title"] == "제목"
    with pytest.raises(NotSent, match="closed"):
        chat.send(f"json://127.0.0.1:{listening.port}/path", "제목", "내용", private=False)
    assert len(listening.got) == 1
    listening.status = 403
    with pytest.raises(NotSent, match="answered 403"):
        chat.send(f"json://127.0.0.1:{listening.port}/path", "제목", "내용", private=True)


def test_what_would_act_on_the_server_is_no_channel(engineer: Client) -> None:
    page = make(engineer, "apprise", "blink1://")
    assert "This service acts on the server itself and cannot be a channel." in page.text
    page = make(engineer, "apprise", "syslog://")
    assert "This service acts on the server itself and cannot be a channel." in page.text
    page = make(engineer, "apprise", "kakao-unknown://x")
    assert "This is the address of no service that is known here." in page.text
    assert not Channel._base_manager.exists()


def test_a_viewer_sees_the_channels_and_changes_only_the_own_mail(
    house: Any, enter: Enter, engineer: Client
) -> None:
    from deungdae.web.alarms.models import AlarmMail

    make(engineer, "mail", "team@gaon.example", "설비팀")
    viewer = enter(house.people["viewer"])
    assert "설비팀" in viewer.get(reverse("alarms:channels")).text
    viewer.post(reverse("alarms:choose_mail"), {"wants": "none"})
    assert AlarmMail._base_manager.get().person == house.people["viewer"]
    assert viewer.get(the_channel().get_absolute_url()).status_code == 403
