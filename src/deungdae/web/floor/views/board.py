"""The wall-board: a line on a television that is looked at from ten metres away."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from deungdae.web.core.access import beside, needs
from deungdae.web.floor import asking, standing
from deungdae.web.floor.access import get_asset
from deungdae.web.floor.shown import answers
from deungdae.web.floor.shown.says import of_members
from deungdae.web.floor.views.site import card, live
from deungdae.web.plant.live.board import now_us

THEMES = ("light", "dark")


@needs("floor.see")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Show the lines of which there is a wall-board."""
    lines = [one for one in standing.assets(request.tenant_scope) if one.is_line]
    return render(request, "floor/boards.html", {"lines": lines})


@needs("floor.see")
@require_safe
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one line on the whole screen; `?theme=dark` or `light` holds for this board alone."""
    line = get_asset(request.tenant_scope, public_id)
    if not line.is_line:
        raise Http404
    scope = beside(request.tenant_scope, line, "floor.see")
    at_us, words = now_us(), standing.reasons(scope)
    heard = asking.now(line.organisation)
    machines = [one for one in standing.assets(scope) if one.line_id == line.pk]
    cards = [card(one, heard, at_us, words) for one in machines]
    shown = card(line, heard, at_us, words)
    named = [answers.Named(one.name, one.now) for one in cards]
    for place, text in of_members(named, at_us, words).items():
        shown.says[place] = text
    theme = request.GET.get("theme", "")
    # A television stays signed in as long as its page is loaded anew now and then, as it does.
    request.session.modified = True
    context = {
        "asset": line,
        "card": shown,
        "machines": cards,
        "board_theme": theme if theme in THEMES else "",
        "lang": get_language(),
        **live(request, away=heard.away),
    }
    return render(request, "floor/board.html", context)
