"""The audit page: what was done in an organisation, by whom and when."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from deungdae.web.core.access import needs
from deungdae.web.core.action import VERBS
from deungdae.web.core.models import AuditEntry

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One line of the page; `actor` and `facts` are None once they were erased."""

    sequence: int
    at: datetime
    what: Any
    system: bool
    actor: str | None
    facts: dict[str, Any] | None
    hash: str


@needs("core.see_audit")
@require_http_methods(["GET", "HEAD"])
def audit(request: HttpRequest) -> HttpResponse:
    """Show the entries of the current organisation, newest first; `?action=` keeps one kind."""
    entries = AuditEntry.objects.here(request.tenant_scope).select_related("detail")
    action = request.GET.get("action", "")
    if action in VERBS:
        entries = entries.filter(action=action)
    page = Paginator(entries.order_by("-sequence"), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": [line(entry) for entry in page],
        "action": action,
        "verbs": sorted(VERBS.items(), key=lambda verb: str(verb[1])),
    }
    return render(request, "core/audit.html", context)


def line(entry: AuditEntry) -> Line:
    """Return what the page shows of an entry."""
    detail = getattr(entry, "detail", None)
    words: dict[str, Any] | None = json.loads(detail.words) if detail else None
    return Line(
        sequence=entry.sequence,
        at=entry.at,
        what=VERBS.get(entry.action, entry.action),
        system=entry.actor_kind == "system",
        actor=words.pop("actor") if words else None,
        facts=words,
        hash=entry.hash,
    )
