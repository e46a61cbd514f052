"""Requests to the API: with the key, over a checked connection, and again after a break."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from deungdae.client import errors

#: Pauses, in seconds, before a request is made again that found nobody, or a server in trouble.
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
#: Answers after which a request that changes nothing may be made again.
PASSING: Final = frozenset({502, 503, 504})


class Transport:
    """One server and one access key. Certificates are always checked."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        language: str | None,
        timeout: float,
        pauses: tuple[float, ...],
    ) -> None:
        address = httpx.URL(url)
        if address.scheme not in ("http", "https") or not address.host:
            raise ValueError(f"{url!r} is not the address of a server, such as https://host/")
        if address.scheme == "http" and address.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("An access key is sent over HTTPS only; http:// is for this machine.")
        self._pauses = pauses
        self._http = httpx.Client(
            base_url=str(address).rstrip("/") + "/api/v1",
            timeout=timeout,
            follow_redirects=False,
            headers={
                "Authorization": f"Bearer {token}",
                **({"Accept-Language": language} if language else {}),
                "User-Agent": "deungdae-client/1",
            },
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def json(self, method: str, path: str, *, again: bool = False, **options: Any) -> Any:
        """Make a request and return the JSON of its answer, None for an empty one.

        `again` says that the request may be made again after a break: it changes nothing, or
        nothing more at the second time; GET always may. Raises `ApiError` and `NotReachable`.
        """
        answer = self._answer(method, path, again=again or method == "GET", **options)
        return answer.json() if answer.content else None

    def save(self, path: str, target: Path, **options: Any) -> None:
        """Write the body of an answer to a file; the file appears only when it is whole."""
        aside = target.with_name(f".{target.name}.part")
        try:
            with self._reached(), self._http.stream("GET", path, **options) as answer:
                if answer.is_error:
                    answer.read()
                    raise errors.from_answer(answer.status_code, _body(answer))
                with aside.open("wb") as file:
                    for block in answer.iter_bytes():
                        file.write(block)
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)

    def _answer(self, method: str, path: str, *, again: bool, **options: Any) -> httpx.Response:
        pauses = iter(self._pauses)
        while True:
            pause = next(pauses, None)
            try:
                with self._reached():
                    answer = self._http.request(method, path, **options)
            except errors.NotReachable:
                if not again or pause is None:
                    raise
                time.sleep(pause)
                continue
            if answer.is_success:
                return answer
            error = errors.from_answer(answer.status_code, _body(answer))
            if pause is None:
                raise error
            if isinstance(error, errors.TooMany):
                # Nothing was done: every request may be made again, once its time has come.
                time.sleep(float(error.details.get("seconds", pause)))
            elif again and answer.status_code in PASSING:
                time.sleep(pause)
            else:
                raise error

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except httpx.TransportError as error:
            address = self._http.base_url
            raise errors.NotReachable(
                f"{address.scheme}://{address.netloc.decode()} cannot be reached: {error}"
            ) from error


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
