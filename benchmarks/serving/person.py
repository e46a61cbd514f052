"""Somebody at the pages without a browser: signs in, sends a file as the page's script does."""

import re
from pathlib import Path
from typing import Any, BinaryIO

import httpx

PIECE = 8 * 1024 * 1024  #: bytes, as the page's own script sends


class Person:
    """Signed in at a server whose address ends with a slash."""

    def __init__(self, url: str, email: str, password: str, new: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=600, follow_redirects=True)
        self._send("sign-in/", email=email, password=password)
        self._send("account/password/", new_password=new)

    def _send(self, path: str, **fields: str) -> httpx.Response:
        mark = self._mark(path)
        answer = self._client.post(path, data={"csrfmiddlewaretoken": mark, **fields})
        return answer.raise_for_status()

    def _mark(self, path: str) -> str:
        page = self._client.get(path).raise_for_status().text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if found is None:
            raise SystemExit(f"{path} has no form")
        return found[1]

    def send_in_pieces(self, path: Path) -> None:
        """Send a file piece by piece, each when the one before it has been taken."""
        size = path.stat().st_size
        headers = {"X-CSRFToken": self._mark("causes/new/")}
        begun = self._client.post(
            "causes/uploads/", data={"name": path.name, "size": str(size)}, headers=headers
        )
        place: dict[str, Any] = begun.raise_for_status().json()
        with path.open("rb") as file:
            offset = 0
            while offset < size:
                piece = headers | {"Upload-Offset": str(offset)}
                taken = self._client.patch(
                    place["url"], content=file.read(PIECE), headers=piece
                ).raise_for_status()
                offset = taken.json()["offset"]
        if offset != size:
            raise SystemExit(f"{offset} of {size} bytes arrived")

    def send_whole(self, path: Path) -> None:
        """Send a file as an ordinary form does, in one request."""
        mark = self._mark("causes/new/")
        with path.open("rb") as file:
            _post_form(self._client, mark, path.name, file)


def _post_form(client: httpx.Client, mark: str, name: str, file: BinaryIO) -> None:
    answer = client.post(
        "causes/uploads/",
        data={"csrfmiddlewaretoken": mark},
        files={"file": (name, file)},
        follow_redirects=False,
    )
    if answer.status_code != 302:
        raise SystemExit(f"the form was answered with {answer.status_code}")
