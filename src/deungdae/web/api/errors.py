"""Every error of the API in one shape, whatever went wrong and wherever.

    {"error": {"code": "refused", "message": "This file is empty. …", "details": {}}}

`code` is for programs and stays the same in every language; `message` is for people.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RequestDataTooBig, UnreadablePostError
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from deungdae import bus
from deungdae.records.errors import DeungdaeError
from deungdae.web.core.action import NotAllowed, NotThere
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.receiving import WrongOffset
from deungdae.web.insight.speech import words

log = logging.getLogger(__name__)

#: What stands between the lines when a request could not be read at all.
UNREADABLE: Final = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError)


#: Seconds after which a file that is being written may be asked for again.
SOON: Final = 2


class BeingWritten(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A file of a report is asked for before it is there."""


class MonitorAway(DeungdaeError):  # noqa: N818 - the words a reader would say
    """What machines do is asked for while the program that watches them does not answer."""


def told(
    status: int, code: str, message: str, details: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Return an error in its one shape."""
    error = {"code": code, "message": message, "details": dict(details or {})}
    return JsonResponse({"error": error}, status=status, json_dumps_params={"ensure_ascii": False})


def not_found() -> HttpResponse:
    """Say that there is nothing: no such address, or an object of somebody else."""
    return told(404, "not_found", _("There is nothing here."))


def method_not_allowed(allowed: str) -> HttpResponse:
    """Say that an address knows other methods only."""
    answer = told(
        *(405, "method_not_allowed", _("This address does not take that method.")),
        {"allowed": sorted(allowed.replace(",", " ").split())},
    )
    answer["Allow"] = allowed
    return answer


def invalid(fields: list[dict[str, Any]], status: int = 422) -> HttpResponse:
    """Say which fields of a request are wrong."""
    return told(
        status,
        "invalid",
        _("This request cannot be understood; “details” says which part."),
        {"fields": fields},
    )


def add_handlers(api: NinjaAPI) -> None:
    """Let the API answer every exception in the one shape."""
    for kind, handler in _HANDLERS.items():
        api.add_exception_handler(kind, handler)


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return not_found()


def _unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    answer = told(
        401,
        "unauthorised",
        _("This needs an access key that is valid: Authorization: Bearer dgd_…"),
    )
    answer["WWW-Authenticate"] = 'Bearer realm="deungdae"'
    return answer


def _not_allowed(request: HttpRequest, error: Exception) -> HttpResponse:
    return told(403, "forbidden", _("Your role in this company does not allow this."))


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return told(409, "refused", str(error.sentence))


def _no_history(request: HttpRequest, error: bus.Unavailable) -> HttpResponse:
    return _away(
        _(
            "The program that keeps the history of the machines does not answer. Nothing is lost "
            "by that; ask again in a moment."
        )
    )


def _no_monitor(request: HttpRequest, error: MonitorAway) -> HttpResponse:
    return _away(
        _(
            "The program that watches the machines (deungdae monitor) does not answer. Values go "
            "on being stored; ask again in a moment."
        )
    )


def _away(sentence: str) -> HttpResponse:
    answer = told(503, "away", sentence, {"seconds": SOON})
    answer["Retry-After"] = str(SOON)
    return answer


def _history_refused(request: HttpRequest, error: bus.Refusal) -> HttpResponse:
    return told(409, "refused", words().say_message(error.message))


def _being_written(request: HttpRequest, error: BeingWritten) -> HttpResponse:
    answer = told(
        409,
        "being_written",
        _("This file of the report is being written; ask again in a moment."),
        {"seconds": SOON},
    )
    answer["Retry-After"] = str(SOON)
    return answer


def _wrong_offset(request: HttpRequest, error: WrongOffset) -> HttpResponse:
    return told(
        409,
        "wrong_offset",
        _("This piece does not begin where the file ends; “details” says where to go on."),
        {"offset": error.offset},
    )


def _too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    seconds = max(1, int(error.wait or 1))
    answer = told(
        429,
        "too_many_requests",
        _("Too many requests with this access key; wait a moment."),
        {"seconds": seconds},
    )
    answer["Retry-After"] = str(seconds)
    return answer


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return invalid(
        [
            {
                "where": [str(part) for part in found.get("loc", ())],
                "problem": str(found.get("type", "")),
                "explanation": str(found.get("msg", "")),
            }
            for found in error.errors
        ]
    )


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    return invalid([], 400)


def _too_large(request: HttpRequest, error: Exception) -> HttpResponse:
    return told(413, "too_large", _("This request is too large; send files in pieces."))


def _by_status(request: HttpRequest, error: HttpError) -> HttpResponse:
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return invalid([], 400)
    return told(error.status_code, "refused", str(error))


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("%s %s failed.", request.method, request.path, exc_info=error)
    return told(
        500,
        "broken",
        _(
            "Something went wrong that should not have. What happened is written in the "
            "server's log."
        ),
    )


_HANDLERS: Final[Mapping[Any, Any]] = {
    Exception: _broken,
    Http404: _missing,
    HttpError: _by_status,
    AuthenticationError: _unknown,
    Throttled: _too_many,
    ValidationError: _invalid,
    NotAllowed: _not_allowed,
    NotThere: _missing,
    Refused: _refused,
    BeingWritten: _being_written,
    bus.Unavailable: _no_history,
    MonitorAway: _no_monitor,
    bus.Refusal: _history_refused,
    WrongOffset: _wrong_offset,
    **dict.fromkeys(UNREADABLE, _unreadable),
    RequestDataTooBig: _too_large,
}
