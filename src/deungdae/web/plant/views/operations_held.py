"""What waits in quarantine: why, what it looks like, and how it is taken in again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deungdae import bus
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.actions.operations import NameHeld, ReplayHeld
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.listed import Rows
from deungdae.web.plant.operations import asking, gathering, held
from deungdae.web.plant.operations.facts import Facts, say
from deungdae.web.plant.operations.spans import moment
from deungdae.web.plant.views.operations import registered_at
from deungdae.web.plant.views.operations_files import passed_on

EXAMPLES = 5  #: on a page
MOST_NAMES = 10


@dataclass(frozen=True)
class Shown:
    """One group of what is held, as the list shows it."""

    group: asking.Group
    name: str
    why: held.Why

    @property
    def query(self) -> str:
        """What its address says after the question mark."""
        return urlencode({"source": self.group.source, "reason": self.group.reason})

    @property
    def url(self) -> str:
        """Where its examples are."""
        return f"{reverse('plant:intake_held_group')}?{self.query}"

    @property
    def first(self) -> datetime:
        """When the oldest came."""
        return moment(self.group.first_us)

    @property
    def last(self) -> datetime:
        """When the newest came."""
        return moment(self.group.last_us)


def sources_of(scope: Scope, organisation: Organisation) -> Mapping[str, Facts]:
    """Return the registered sources by their names in the history."""
    return {one.facts.source: one.facts for one in gathering.registered(scope, organisation)}


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show what is held, by source and reason."""
    scope = request.tenant_scope
    away = set()
    groups: list[asking.Group] = []
    try:
        groups = asking.groups(scope.current)
    except asking.AWAY:
        away.add("history")
    known = sources_of(scope, scope.current)
    rows = [_shown(group, known) for group in groups]
    shown = _listing(request, rows)
    if shown.file is not None:
        return shown.file
    context = {"list": shown, "away": away, "answer": _answer(groups, away)}
    return render(request, "plant/operations/held.html", context)


def _shown(group: asking.Group, known: Mapping[str, Facts]) -> Shown:
    facts = known.get(group.source)
    return Shown(group, facts.name if facts else group.source, held.why(group.reason))


def _answer(groups: list[asking.Group], away: set[str]) -> str:
    if away:
        return _("What is held back is not known at this moment.")
    points = sum(group.points for group in groups)
    if not groups:
        return _("Nothing is held back.")
    return ngettext(
        "{n:,} point waits here, as it came, until somebody has dealt with it.",
        "{n:,} points wait here, as they came, until somebody has dealt with them.",
        points,
    ).format(n=points)


def _listing(request: HttpRequest, rows: list[Shown]) -> Rows:
    return Rows(
        request,
        rows,
        name="held",
        caption=_("Quarantine"),
        columns=(
            Column("why", _("Why"), "why", lambda row: row.why.sentence),
            Column("reason", _("Code"), "", lambda row: row.group.reason, file_only=True),
            Column("todo", _("What to do"), "", lambda row: row.why.todo, file_only=True),
            Column("source", _("Source"), "source", lambda row: row.name),
            Column("points", _("Points"), "points", lambda row: row.group.points, number=True),
            Column("entries", _("Entries"), "entries", lambda row: row.group.entries, number=True),
            Column("first", _("Oldest"), "first", lambda row: row.first),
            Column("last", _("Newest"), "last", lambda row: row.last),
        ),
        start="-last",
        sorts={
            "why": lambda row: row.why.word,
            "source": lambda row: row.name,
            "points": lambda row: row.group.points,
            "entries": lambda row: row.group.entries,
            "first": lambda row: row.group.first_us,
            "last": lambda row: row.group.last_us,
        },
        text=lambda row: f"{row.name} {row.group.source} {row.why.word} {row.why.sentence}",
        search=_("Find by source or reason"),
        filters=(
            Filter(
                "reason",
                _("Reason"),
                sorted({(row.group.reason, row.why.word) for row in rows}, key=lambda x: x[1]),
                lambda kept, code: [row for row in kept if row.group.reason == code],
            ),
        ),
    )


def _chosen(request: HttpRequest, asked: Mapping[str, str]) -> tuple[Shown, asking.Group]:
    """Return the group that a request names; Http404 without one of this organisation."""
    scope = request.tenant_scope
    source, reason = asked.get("source"), asked.get("reason")
    for group in asking.groups(scope.current) if scope.current else ():
        if (group.source, group.reason) == (source, reason):
            return _shown(group, sources_of(scope, scope.current)), group
    raise Http404


@needs("plant.see")
@require_safe
def group(request: HttpRequest) -> HttpResponse:
    """Show examples of what is held of a source for one reason."""
    scope = request.tenant_scope
    try:
        shown, chosen = _chosen(request, request.GET)
        entries, more = asking.entries(
            scope.current, chosen.source, chosen.reason, EXAMPLES, request.GET.get("before")
        )
    except asking.AWAY:
        return render(request, "plant/operations/held_away.html", {"away": {"history"}}, status=503)
    facts = sources_of(scope, scope.current).get(chosen.source)
    context = {
        "row": shown,
        "entries": [(one, moment(one.received_us), held.example(one.body, one.size))
                    for one in entries],
        "names": _unnamed(entries),
        "more": more,
        "older": request.GET.get("before"),
        "mend": _mend(shown.why, facts),
        "may_manage": scope.may("plant.manage"),
    }  # fmt: skip
    return render(request, "plant/operations/held_group.html", context)


def _unnamed(entries: list[asking.Entry]) -> list[str]:
    """Return the names that need a path, as far as these entries hold them."""
    return sorted({name for entry in entries for name in entry.names})[:MOST_NAMES]


@needs("plant.manage")
@require_POST
def name(request: HttpRequest) -> HttpResponse:
    """Give a path to values whose own name cannot be one."""
    scope = request.tenant_scope
    try:
        shown, chosen = _chosen(request, request.POST)
    except asking.AWAY:
        messages.error(request, _("What is held back is not known at this moment."))
        return redirect("plant:intake_held")
    try:
        made = NameHeld(
            scope=scope,
            organisation=scope.current,
            source=chosen.source,
            name=request.POST.get("name", ""),
            path=request.POST.get("path", ""),
        ).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(
            request,
            _("From now on it is kept as {path}. Take in again what waits here.").format(
                path=made.path
            ),
        )
    return redirect(shown.url)


def _mend(why: held.Why, facts: Facts | None) -> tuple[str, str] | None:
    """Return where the cause is mended: a word and an address."""
    if why.to == "tags":
        return _("Names of tags"), reverse("plant:tags")
    if why.to == "source" and facts is not None:
        return _("Set-up of this source"), registered_at(facts)
    return None


@needs("plant.manage")
@require_POST
def replay(request: HttpRequest) -> HttpResponse:
    """Take what is held in again, and say what became of it."""
    scope = request.tenant_scope
    try:
        shown, chosen = _chosen(request, request.POST)
        action = ReplayHeld(
            scope=scope,
            organisation=scope.current,
            source=chosen.source,
            reason=chosen.reason,
        )
        action.perform()
    except bus.Unavailable:
        messages.error(
            request,
            _("The gateway does not answer. What was taken in again is marked; ask once more."),
        )
        return redirect("plant:intake_held")
    except bus.Refusal as error:
        messages.error(request, say(error.message))
        return redirect("plant:intake_held")
    _tell(request, action.outcome)
    still = action.outcome["still_held"] or action.outcome["more"]
    return redirect(shown.url if still else reverse("plant:intake_held"))


def _tell(request: HttpRequest, outcome: Mapping[str, Any]) -> None:
    points, still = int(outcome.get("points", 0)), int(outcome.get("still_held", 0))
    done = ngettext(
        "{n:,} point was taken in again.", "{n:,} points were taken in again.", points
    ).format(n=points)
    if still:
        rest = ngettext(
            "{n:,} entry still cannot be understood and stays here.",
            "{n:,} entries still cannot be understood and stay here.",
            still,
        ).format(n=still)
        messages.warning(request, f"{done} {rest}")
    elif outcome["more"]:
        rest = _("There is more than could be done at once: take in again what is left.")
        messages.warning(request, f"{done} {rest}")
    else:
        messages.success(request, done)


@needs("plant.see")
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Hand out what is held, byte for byte: all of it, or of one source and reason."""
    scope = request.tenant_scope
    given: dict[str, Any] = {
        name: request.GET[name] for name in ("source", "reason") if request.GET.get(name)
    }
    question = bus.Question(
        "history", "quarantine_export", str(scope.current.public_id), given, within=60
    )
    try:
        return passed_on(request, question)
    except bus.Unavailable:
        return render(request, "plant/operations/held_away.html", {"away": {"history"}}, status=503)
    except bus.Refusal as error:
        messages.error(request, say(error.message))
        return redirect("plant:intake_held")
