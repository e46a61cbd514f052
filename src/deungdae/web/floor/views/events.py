"""What changes on the floor, sent for as long as a page is open and its reader may see it."""

from functools import partial

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.events import answer
from deungdae.web.floor.live import streams

MOST_ASSETS = 500  #: that one address names


@needs("floor.see")
@require_safe
def events(request: HttpRequest) -> StreamingHttpResponse:
    """Send what is said of lines and machines; `asset` (several) names those of the page."""
    named = request.GET.getlist("asset")[:MOST_ASSETS]
    assets = frozenset(named) if named else None
    return answer(request, "floor.see", partial(streams.events, assets=assets))
