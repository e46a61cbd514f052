"""Answers of the bus passed on as files, piece by piece as they come."""

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from deungdae import bus
from deungdae.web.core import line


def passed_on(request: HttpRequest, question: bus.Question) -> HttpResponseBase:
    """Return the answer to a question as a download, under the name that it gives itself.

    Raises `bus.Unavailable` and `bus.Refusal` while there is nothing to hand out.
    """
    answer = line.ask(question)
    # A server of our own reads pieces in its event loop; read otherwise, they would be kept until
    # the last has come.
    pieces = aiter(answer) if hasattr(request, "scope") else iter(answer)
    kind = str(answer.about.get("type") or "application/octet-stream")
    response = StreamingHttpResponse(pieces, content_type=kind)
    name = str(answer.about.get("name") or question.ask)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
