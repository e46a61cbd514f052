"""The audit page: what was done in an organisation, by whom and when."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from deungdae.web.core.access import needs
from deungdae.web.core.action import VERBS
from deungdae.web.core.models import AuditEntry, RoleName

PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One line of the page; `actor` and `facts` are None once they were erased.

    `facts` says on what and how, for a reader: roles by their names, nothing of what only programs
    understand.
    """

    sequence: int
    at: datetime
    what: Any
    system: bool
    actor: str | None
    facts: dict[str, str] | None
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
        facts=None if words is None else readable(words),
        hash=entry.hash,
    )


def readable(words: dict[str, Any]) -> dict[str, str]:
    """Return what a reader understands of an entry's words: no ids, no empty values."""
    found = {}
    for name, value in words.items():
        if isinstance(value, dict):
            text = ", ".join(f"{key}: {shown}" for key, shown in readable(value).items())
        elif isinstance(value, list):
            text = ", ".join(str(part) for part in value)
        elif name == "role":
            text = str(dict(RoleName.choices).get(value, value))
        elif isinstance(value, bool):
            text = str(_("yes") if value else _("no"))
        else:
            text = "" if value is None else str(value)
        if text and not _is_id(text):
            found[name] = text
    return found


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
