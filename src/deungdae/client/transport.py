"""Requests to the API: with the key, over a checked connection, and again after a break."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final

import httpx

from deungdae.client import errors

#: Pauses, in seconds, before a request is made again that found nobody, or a server in trouble.
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)
#: Answers after which a request that changes nothing may be made again.
PASSING: Final = frozenset({502, 503, 504})
_PIECE: Final = 256 << 10  #: bytes that are read ahead of a stream


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

    @contextmanager
    def stream(self, path: str, *, accept: str, **options: Any) -> Iterator[BinaryIO]:
        """Give the body of an answer as a file that is read as it comes.

        Only its beginning is asked for again after a break. Reading raises `NotReachable` when the
        connection ends before the answer does.
        """
        options["headers"] = {"Accept": accept}
        answer = self._answer("GET", path, again=True, stream=True, **options)
        try:
            yield BufferedReader(_Body(answer, self._reached), _PIECE)
        finally:
            answer.close()

    def _answer(
        self, method: str, path: str, *, again: bool, stream: bool = False, **options: Any
    ) -> httpx.Response:
        pauses = iter(self._pauses)
        while True:
            pause = next(pauses, None)
            try:
                with self._reached():
                    request = self._http.build_request(method, path, **options)
                    answer = self._http.send(request, stream=stream)
                    if not answer.is_success:
                        answer.read()
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


class _Body(RawIOBase):
    """What comes of an answer, piece by piece."""

    def __init__(
        self, answer: httpx.Response, reached: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self._pieces = answer.iter_bytes()
        self._reached = reached
        self._left = b""

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as something is there, waiting for the next piece if not."""
        while not self._left:
            with self._reached():
                piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
