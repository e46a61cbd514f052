"""A file comes in, in pieces or whole, and an upload that broke off goes on."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from deungdae.web.core.access import scope_of
from deungdae.web.insight import folders
from deungdae.web.insight.actions.uploads import plain_name
from deungdae.web.insight.models import Job, Upload

CONTENT = b"speed,result\n" + b"41,OK\n" * 50 + b"63,NG\n" * 7


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


def begun(client: Client, size: int, name: str = "9월.csv") -> str:
    response = client.post(reverse("insight:begin"), {"name": name, "size": size})
    assert response.status_code == 201, response.content
    url: str = response.json()["url"]
    return url


def piece(client: Client, url: str, offset: int | str, content: bytes) -> Any:
    return client.patch(
        url,
        content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def only_upload(house: Any) -> Upload:
    found: Upload = Upload.objects.within(scope_of(house.people["engineer"])).get()
    return found


def test_a_file_that_comes_in_pieces_is_whole_and_is_read_next(client: Client, house: Any) -> None:
    url = begun(client, len(CONTENT))
    assert piece(client, url, 0, CONTENT[:100]).json() == {"offset": 100, "size": len(CONTENT)}
    last = piece(client, url, 100, CONTENT[100:]).json()
    upload = only_upload(house)
    assert last["next"] == reverse("insight:upload", args=[upload.public_id])
    assert upload.state == Upload.State.UNDERSTANDING
    assert folders.incoming(upload).read_bytes() == CONTENT
    jobs = Job.objects.within(scope_of(house.people["engineer"]))
    assert [job.kind for job in jobs] == ["understand"]


def test_an_upload_that_broke_off_says_where_to_go_on(client: Client) -> None:
    url = begun(client, len(CONTENT))
    piece(client, url, 0, CONTENT[:70])
    assert client.get(url).json() == {"offset": 70, "size": len(CONTENT)}
    assert "next" in piece(client, url, 70, CONTENT[70:]).json()


@pytest.mark.parametrize("offset", [0, 69, 71, 10_000])
def test_a_piece_that_does_not_fit_is_refused_with_the_right_offset(
    client: Client, house: Any, offset: int
) -> None:
    url = begun(client, len(CONTENT))
    piece(client, url, 0, CONTENT[:70])
    refused = piece(client, url, offset, b"x" * 10)
    assert (refused.status_code, refused.json()) == (409, {"offset": 70})
    assert folders.incoming(only_upload(house)).read_bytes() == CONTENT[:70]


def test_the_last_piece_sent_twice_counts_once(client: Client, house: Any) -> None:
    url = begun(client, len(CONTENT))
    first = piece(client, url, 0, CONTENT).json()
    assert piece(client, url, 0, CONTENT).json() == first
    jobs = Job.objects.within(scope_of(house.people["engineer"]))
    assert jobs.count() == 1


def test_more_bytes_than_were_said_are_refused(client: Client, house: Any) -> None:
    url = begun(client, 10)
    response = piece(client, url, 0, CONTENT)
    assert response.status_code == 400
    assert "More bytes came" in response.json()["error"]
    assert folders.received(only_upload(house)) == 0


def test_a_piece_without_an_offset_is_refused(client: Client) -> None:
    assert piece(client, begun(client, 10), "soon", b"x").status_code == 400


def test_an_ordinary_form_works_without_any_script(client: Client, house: Any) -> None:
    file = SimpleUploadedFile("9월.csv", CONTENT)
    response = client.post(reverse("insight:begin"), {"file": file})
    upload = only_upload(house)
    assert response.headers["Location"] == reverse("insight:upload", args=[upload.public_id])
    assert hashlib.sha256(folders.incoming(upload).read_bytes()).hexdigest() == (
        hashlib.sha256(CONTENT).hexdigest()
    )


def test_an_empty_file_is_refused_in_words(client: Client) -> None:
    response = client.post(reverse("insight:begin"), {"name": "empty.csv", "size": 0})
    assert response.status_code == 400
    assert response.json()["error"] == "This file is empty. Nothing was sent."


def test_the_quota_of_a_company_is_told_in_a_sentence(
    client: Client, neighbour: Any, enter: Callable[..., Client], settings: Any
) -> None:
    settings.UPLOAD_QUOTA_BYTES = 5_000_000
    begun(client, 3_000_000)
    refused = client.post(reverse("insight:begin"), {"name": "b.csv", "size": 3_000_000})
    assert refused.status_code == 400
    assert "may keep 5 MB and keeps 3 MB" in refused.json()["error"]
    # One company's files take nothing from another's room.
    begun(enter(neighbour.people["engineer"]), 3_000_000)


def test_a_file_that_is_dropped_leaves_nothing(
    client: Client, house: Any, django_capture_on_commit_callbacks: Any
) -> None:
    url = begun(client, len(CONTENT))
    piece(client, url, 0, CONTENT[:70])
    folder = folders.incoming(only_upload(house)).parent
    assert folder.is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(url).status_code == 204
    assert not folder.exists()
    assert not Upload.objects.within(scope_of(house.people["engineer"])).exists()


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("9월 검사.xlsx", "9월 검사.xlsx"),
        ("C:\\자료\\9월.csv", "9월.csv"),
        ("../../etc/passwd", "passwd"),
        ("..", "table"),
        ("", "table"),
        ("a\x00b\n.csv", "a_b_.csv"),
        ('<"x">.csv', "__x__.csv"),
        ("가" * 300 + ".csv", "가" * 48 + ".csv"),
    ],
)
def test_a_name_is_one_component_of_a_path(name: str, plain: str) -> None:
    assert plain_name(name) == plain
    assert Path(plain_name(name)).name == plain_name(name)
