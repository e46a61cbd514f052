"""Answers, and errors as InfluxDB 2.7 writes them: `{"code": …, "message": …}`."""

import json
from dataclasses import dataclass, field
from typing import Any

from deungdae.records.messages import Message

CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not found",
    405: "method not allowed",
    409: "conflict",
    410: "gone",
    413: "request too large",
    422: "unprocessable entity",
    429: "too many requests",
    500: "internal error",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, a body and headers beyond the usual ones."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Failure(Exception):  # noqa: N818 - the word a reader would say
    """A request that is answered with an error.

    `message` is for programs and those who write them; `said` for the people on whose page it
    stands why nothing comes from a sender.
    """

    def __init__(
        self,
        status: int,
        message: str,
        retry_after_s: int | None = None,
        *,
        said: Message | None = None,
    ) -> None:
        self.status = status
        self.message = message
        self.retry_after_s = retry_after_s
        self.said = said
        super().__init__(message)

    @property
    def answer(self) -> Answer:
        """The error as a client of InfluxDB expects it."""
        code = CODES[self.status]
        body = json_body({"code": code, "message": self.message})
        headers = dict(body.headers) | {"X-Platform-Error-Code": code}
        if self.retry_after_s is not None:
            headers["Retry-After"] = str(self.retry_after_s)
        return Answer(self.status, body.body, headers)


def json_body(document: dict[str, Any], status: int = 200) -> Answer:
    """Return an answer whose body is a JSON object."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": "application/json; charset=utf-8"})
