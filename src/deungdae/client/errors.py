"""What can go wrong between a program and the server. Each error says what, in a sentence."""

from collections.abc import Mapping
from typing import Any


class DeungdaeClientError(Exception):
    """The parent of all errors of this client."""


class NotReachable(DeungdaeClientError):  # noqa: N818 - the words a reader would say
    """No server answered, or its certificate could not be trusted."""


class ApiError(DeungdaeClientError):
    """The server refused: `status`, `code` for programs, the message, and `details`."""

    def __init__(self, status: int, code: str, message: str, details: Mapping[str, Any]) -> None:
        self.status = status
        self.code = code
        self.details = dict(details)
        super().__init__(message)


class NotAuthorised(ApiError):  # noqa: N818
    """The access key is unknown, revoked or expired."""


class NotAllowed(ApiError):  # noqa: N818
    """The role of the key's person does not allow this."""


class NotFound(ApiError):  # noqa: N818
    """There is no such object among those of the key's person."""


class Refused(ApiError):  # noqa: N818
    """What was asked cannot be done now; the message says why."""


class Invalid(ApiError):  # noqa: N818
    """The request was not understood; `details` says which part."""


class WrongOffset(ApiError):  # noqa: N818
    """A piece does not begin where the file ends; `details["offset"]` is where to go on."""


class BeingWritten(Refused):
    """A file of the report is not there yet; `details["seconds"]` says when to ask again."""


class TooMany(ApiError):  # noqa: N818
    """Too many requests in a minute; `details["seconds"]` is how long to wait."""


class ServerError(ApiError):
    """Something went wrong in the server."""


class Away(ServerError):  # noqa: N818
    """A part of the server does not answer, such as the one that keeps the history; ask later."""


class Unusable(DeungdaeClientError):  # noqa: N818
    """The file cannot be analysed as it is; the message says why and what could be told."""


class Failed(DeungdaeClientError):  # noqa: N818
    """The analysis ended without a result: it failed, was stopped or was interrupted."""


class TimedOut(DeungdaeClientError):  # noqa: N818
    """The time that the caller allowed is over; the work on the server goes on."""


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: Invalid,
    401: NotAuthorised,
    403: NotAllowed,
    404: NotFound,
    409: Refused,
    413: Invalid,
    422: Invalid,
    429: TooMany,
}

_BY_CODE: Mapping[str, type[ApiError]] = {
    "wrong_offset": WrongOffset,
    "being_written": BeingWritten,
    "away": Away,
}


def from_answer(status: int, body: Any) -> ApiError:
    """Return the error that an answer tells; `body` is its JSON, or None when it has none."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {"code": "unknown", "message": f"The server answered with status {status}."}
    kind = _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    code = str(error.get("code", "unknown"))
    kind = _BY_CODE.get(code, kind)
    return kind(status, code, str(error.get("message", "")), error.get("details") or {})
