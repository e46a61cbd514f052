"""The audit page: what was done in an organisation, by whom and when."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from deungdae.reports.codes import VERDICTS, spoken
from deungdae.reports.words import Words
from deungdae.web.core.access import needs
from deungdae.web.core.action import VERBS
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.models import AuditEntry, RoleName

PER_PAGE = 50
#: What only programs understand of an entry's words.
FOR_PROGRAMS = frozenset({"kind", "counted", "run", "state", "job"})
#: Parts of the program that act by themselves, as a reader calls them.
PROGRAMS: dict[str, Any] = {
    "worker": _lazy("the program that reads and searches"),
    "demo": _lazy("the set-up of the demo"),
    "operator": _lazy("whoever runs the server"),
    "invitations": _lazy("the page of invitations"),
}


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
    """Show the entries of the current organisation, newest first."""
    shown = _listing(request)
    if shown.file is not None:
        return shown.file
    lines = [line(entry) for entry in shown.page]
    return render(request, "core/audit.html", {"list": shown, "lines": lines})


def _listing(request: HttpRequest) -> Listing:
    now = timezone.now()
    return Listing(
        request,
        AuditEntry.objects.here(request.tenant_scope).select_related("detail"),
        name="audit",
        caption=_("Record"),
        columns=(
            Column("what", _("What was done"), "action", lambda row: _sentence(line(row))),
            Column("who", _("Who"), "", lambda row: line(row).actor or _("erased")),
            Column("when", _("When"), "at", lambda row: row.at),
            Column("number", _("No."), "sequence", lambda row: row.sequence, number=True),
            Column("hash", _("Seal"), "", lambda row: row.hash, file_only=True),
        ),
        start="-number",
        search=_("Find names, files or addresses"),
        search_in=("detail__words",),
        filters=(
            Filter(
                "action",
                _("What was done"),
                sorted(VERBS.items(), key=lambda verb: str(verb[1])),
                lambda rows, verb: rows.filter(action=verb),
            ),
            Filter(
                "by",
                _("Who"),
                (("person", _("people")), ("system", _("programs"))),
                lambda rows, kind: rows.filter(actor_kind=kind),
            ),
            Filter(
                "days",
                _("When"),
                (("1", _("last 24 hours")), ("7", _("last 7 days")), ("30", _("last 30 days"))),
                lambda rows, days: rows.filter(at__gt=now - timedelta(days=int(days))),
            ),
        ),
        per_page=PER_PAGE,
    )


def _sentence(shown: Line) -> str:
    what = capfirst(str(shown.what))
    facts = " · ".join((shown.facts or {}).values())
    return f"{what}: {facts}" if facts else what


def line(entry: AuditEntry) -> Line:
    """Return what the page shows of an entry."""
    detail = getattr(entry, "detail", None)
    words: dict[str, Any] | None = json.loads(detail.words) if detail else None
    actor = words.pop("actor") if words else None
    system = entry.actor_kind == "system"
    return Line(
        sequence=entry.sequence,
        at=entry.at,
        what=VERBS.get(entry.action, entry.action),
        system=system,
        actor=str(PROGRAMS.get(actor, actor)) if system and actor else actor,
        facts=None if words is None else readable(words),
        hash=entry.hash,
    )


def readable(words: dict[str, Any]) -> dict[str, str]:
    """Return what a reader understands of an entry's words: no ids, no empty values."""
    found = {}
    for name, value in words.items():
        text = "" if name in FOR_PROGRAMS else _shown(name, value)
        if text and not _is_id(text):
            found[name] = text
    return found


def _shown(name: str, value: Any) -> str:
    if name == "error" and isinstance(value, dict):
        return ""  # its sentence stands on the page of what failed
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown}" for key, shown in readable(value).items())
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    if name == "role":
        return str(dict(RoleName.choices).get(value, value))
    if name == "verdict" and value:
        return spoken(Words(get_language() or "en"), VERDICTS, str(value))
    if name == "size" and isinstance(value, int):
        return str(filesizeformat(value))
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return "" if value is None else str(value)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
