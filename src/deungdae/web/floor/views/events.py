"""What changes on the floor, sent for as long as a page is open and its reader may see it."""

from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.floor.live import streams
from deungdae.web.floor.live.visitor import Visitor, may_see

MOST_ASSETS = 500  #: that one address names


@needs("floor.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Send what is said of lines and machines; `asset` (several) names those of the page."""
    scope = request.tenant_scope
    organisation = scope.current
    ended = _(
        "Nothing more comes here: you signed out, chose another company, or may no longer see "
        "this. Load the page again."
    )
    if request.GET.get("of") != str(organisation.public_id):
        stream = streams.ending(ended)
    else:
        named = request.GET.getlist("asset")[:MOST_ASSETS]
        visitor = Visitor(
            scope.person.pk,
            organisation,
            translation.get_language() or "ko",
            frozenset(named) if named else None,
            may_see(request.session.session_key or "", str(organisation.public_id), "floor.see"),
            ended,
            _("This page is open many times already. Close some of them and load it again."),
        )
        stream = streams.events(visitor)
    return StreamingHttpResponse(
        stream,
        content_type="text/event-stream; charset=utf-8",
        # A proxy that waits for the end of an answer would wait for ever.
        headers={"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"},
    )
