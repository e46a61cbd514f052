"""The tags that somebody chose or described, and those that nobody described yet."""

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae import bus
from deungdae.records.readings import BadReading, tag_path
from deungdae.web.core import line
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.scope import Scope
from deungdae.web.plant import copies
from deungdae.web.plant.access import get_tag
from deungdae.web.plant.actions.tags import DescribeTag, RenameChosenTag, RenameTag, is_chosen
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.forms.tags import DescribeForm, RenameForm
from deungdae.web.plant.models import Agent, Source, SparkplugGroup, Tag

MOST_UNKNOWN = 200  #: shown of those that nobody described
WITHIN = 4.0

log = logging.getLogger(__name__)


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the tags; those of which only the history knows stand below."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    origins = _origins(scope)
    for tag in listing.page:
        tag.origin_name = origins.get(tag.origin, "")
    unknown = None if request.GET else _unknown(scope, origins)
    context = {
        "list": listing,
        "manages": scope.may("plant.manage"),
        "unknown": (unknown or [])[:MOST_UNKNOWN],
        "unknown_count": len(unknown or []),
        "count": Tag.objects.here(scope).filter(taken=True).count(),
    }
    return render(request, "plant/tags.html", context)


def _listing(request: HttpRequest) -> Listing:
    scope = request.tenant_scope
    origins = _origins(scope)
    return Listing(
        request,
        Tag.objects.here(scope).select_related("agent"),
        name="tags",
        caption=_("Tags"),
        columns=(
            Column("path", _("Name"), "path", lambda row: row.path),
            Column("label", _("Label"), "label", lambda row: row.label, file_only=True),
            Column("unit", _("Unit"), "unit", lambda row: row.unit),
            Column(
                "expected", _("Expected every"), "expected_seconds",
                lambda row: row.expected_seconds, number=True,
            ),
            Column(
                "origin", _("From"), "origin", lambda row: origins.get(row.origin, row.origin)
            ),
            Column("machine", _("Machine"), "machine", lambda row: row.machine, file_only=True),
            Column("address", _("Address"), "address", lambda row: row.address, file_only=True),
        ),
        start="path",
        search=_("Find by name"),
        search_in=("path", "label", "machine"),
        filters=(
            Filter(
                "from", _("From"), sorted(origins.items(), key=lambda one: one[1]),
                lambda rows, code: rows.filter(origin=code),
            ),
            Filter(
                "state", _("State"), (("taken", _("read now")), ("ended", _("no longer read"))),
                lambda rows, code: rows.filter(taken=code == "taken"),
            ),
        ),
    )  # fmt: skip


def _origins(scope: Scope) -> dict[str, str]:
    """Return the name of each source, by its name in the history."""
    found = dict(Agent.objects.here(scope).values_list("edge", "name"))
    for model in (Source, SparkplugGroup):
        found |= dict(model.objects.here(scope).values_list("source", "name"))
    return found


def _unknown(scope: Scope, origins: dict[str, str]) -> list[dict[str, Any]] | None:
    """Return the tags of the history of which nobody said anything; None when nobody knows."""
    if scope.current is None:
        return None
    question = bus.Question("history", "tags", copies.organisation_id(scope.current), within=WITHIN)
    try:
        with line.ask(question) as answer:
            told = answer.json()["tags"]
    except (bus.Unavailable, bus.Refusal) as error:
        log.info("the tags of the history are not known: %s", error)
        return None
    known = set(Tag.objects.here(scope).values_list("path", flat=True))
    return [
        {**one, "from": origins.get(one["source"], one["source"])}
        for one in told
        if one["tag"] not in known
    ]


@needs("plant.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one tag, and keep what is said of it."""
    scope = request.tenant_scope
    tag = get_tag(scope, public_id)
    form = DescribeForm(request.POST or None, initial=_said(tag))
    if request.method == "POST" and form.is_valid():
        DescribeTag(
            scope=scope, organisation=tag.organisation, path=tag.path, **form.cleaned_data
        ).perform()
        messages.success(request, _("The tag is kept."))
        return redirect(tag)
    return _page(request, tag, form, None)


@needs("plant.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def describe(request: HttpRequest) -> HttpResponse:
    """Describe a tag that only the history knows so far: `tag` and `source` say which."""
    scope = request.tenant_scope
    try:
        path = str(tag_path(request.GET.get("tag", "")))
    except BadReading as error:
        raise Http404 from error
    known = Tag.objects.here(scope).filter(path=path).first()
    if known is not None:
        return redirect(known)
    origin = request.GET.get("source", "")[:64]
    form = DescribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = DescribeTag(
            scope=scope, organisation=scope.current, path=path, origin=origin, **form.cleaned_data
        ).perform()
        messages.success(request, _("The tag is kept."))
        return redirect(made)
    context = {"path": path, "form": form, "from": _origins(scope).get(origin, origin)}
    return render(request, "plant/tag.html", context)


@needs("plant.manage")
@require_POST
def rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a tag another name."""
    scope = request.tenant_scope
    tag = get_tag(scope, public_id)
    form = RenameForm(_prefix(tag), request.POST)
    if not form.is_valid():
        return _page(request, tag, None, form)
    path = form.cleaned_data["path"]
    if path == tag.path:
        return redirect(tag)
    try:
        if is_chosen(tag):
            RenameChosenTag(
                scope=scope, organisation=tag.organisation, agent=tag.agent, tag=tag, path=path
            ).perform()
        else:
            RenameTag(scope=scope, organisation=tag.organisation, tag=tag, path=path).perform()
    except Refused as error:
        form.add_error("path", str(error.sentence))
        return _page(request, tag, None, form)
    messages.success(request, _("From now on its values are kept as %(name)s.") % {"name": path})
    return redirect(tag)


def _said(tag: Tag) -> dict[str, Any]:
    seconds = f"{tag.expected_seconds:g}" if tag.expected_seconds else ""
    return {"said_label": tag.label, "unit": tag.unit, "expected_seconds": seconds}


def _prefix(tag: Tag) -> str:
    return tag.agent.prefix if tag.agent else ""


def _page(
    request: HttpRequest, tag: Tag, form: DescribeForm | None, renaming: RenameForm | None
) -> HttpResponse:
    context = {
        "tag": tag,
        "path": tag.path,
        "form": form or DescribeForm(initial=_said(tag)),
        "renaming": renaming or RenameForm(_prefix(tag), initial={"path": tag.path}),
        "renamable": bool(tag.origin),
        "from": _origins(request.tenant_scope).get(tag.origin, tag.origin),
    }
    return render(request, "plant/tag.html", context)
