"""Other sources: programs that write line protocol, and groups of Sparkplug nodes."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.plant import received, snippets, speech
from deungdae.web.plant.access import get_group, get_source
from deungdae.web.plant.actions.sources import (
    MakeSource,
    RegisterGroup,
    RenewGroupPassword,
    RevokeGroup,
    RevokeSource,
)
from deungdae.web.plant.brokers import broker_of
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.forms.agents import GroupForm, SourceForm
from deungdae.web.plant.models import Source, SparkplugGroup
from deungdae.web.plant.standing import moment

show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the programs that write, and below them the groups."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    counts = received.last_day(scope.current, timezone.now())
    groups = SparkplugGroup.objects.here(scope).select_related("site").order_by("name", "pk")
    context = {
        "list": listing,
        "rows": [
            (one, (counts or {}).get(one.source, 0), _last_contact(one)) for one in listing.page
        ],
        "groups": [
            (one, (counts or {}).get(one.source, 0)) for one in groups.filter(revoked_at=None)
        ],
        "counted": counts is not None,
        "admits": scope.may("plant.admit"),
    }
    return render(request, "plant/sources.html", context)


def _last_contact(source: Source) -> str:
    status = received.heard(source.organisation, source.source)
    return speech.ago(moment(status.seen_us), timezone.now()) if status else ""


def _listing(request: HttpRequest) -> Listing:
    rows = Source.objects.here(request.tenant_scope).select_related("site", "organisation")
    shown = rows if request.GET.get("state") == "revoked" else rows.filter(revoked_at=None)
    return Listing(
        request,
        shown,
        name="sources",
        caption=_("Programs that write"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("bucket", _("Bucket"), "bucket", lambda row: row.bucket),
            Column("prefix", _("Beginning of the tags"), "prefix", lambda row: row.prefix),
            Column("seen", _("Last contact"), "", lambda row: _last_contact(row)),
            Column("received", _("Points in 24 hours"), "", lambda row: None, number=True),
            Column("since", _("Since"), "created_at", lambda row: row.created_at),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name", "bucket", "prefix"),
        filters=(
            Filter(
                "state", _("State"), (("in", _("let in")), ("revoked", _("revoked"))),
                lambda narrowed, code: narrowed.filter(revoked_at__isnull=code == "in"),
            ),
        ),
    )  # fmt: skip


@needs("plant.admit")
@show_or_send
def new(request: HttpRequest) -> HttpResponse:
    """Let a program write; its token is shown once, ready to paste."""
    scope = request.tenant_scope
    form = SourceForm(scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        source, token = MakeSource(
            scope=scope, organisation=scope.current, **form.cleaned_data
        ).perform()
        return render(request, "plant/source.html", _source(request, source, token))
    return render(request, "plant/new_source.html", {"form": form})


@needs("plant.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show how a program writes, without its token, which nobody keeps."""
    source = get_source(request.tenant_scope, public_id)
    return render(request, "plant/source.html", _source(request, source, ""))


def _source(request: HttpRequest, source: Source, token: str) -> dict[str, Any]:
    scope = request.tenant_scope
    counts = received.last_day(scope.current, timezone.now())
    status = received.heard(source.organisation, source.source)
    return {
        "source": source,
        "refusal": "" if source.revoked_at else received.refusal_of(status),
        "token": token,
        "url": settings.GATEWAY_URL,
        "org": source.organisation.name,
        "snippets": snippets.of(settings.GATEWAY_URL, source, token),
        "received": None if counts is None else counts.get(source.source, 0),
        "admits": scope.may("plant.admit") and source.revoked_at is None,
    }


@needs("plant.admit")
@require_POST
def revoke(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Refuse a program from now on."""
    source = get_source(request.tenant_scope, public_id)
    RevokeSource(
        scope=request.tenant_scope, organisation=source.organisation, source=source,
        now=timezone.now(),
    ).perform()  # fmt: skip
    _say_revoked(request, source)
    return redirect("plant:sources")


@needs("plant.admit")
@show_or_send
def new_group(request: HttpRequest) -> HttpResponse:
    """Take in a group of Sparkplug nodes."""
    scope = request.tenant_scope
    form = GroupForm(scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group, password = RegisterGroup(
                scope=scope, organisation=scope.current, with_password=settings.MQTT.embedded,
                **form.cleaned_data,
            ).perform()  # fmt: skip
        except Refused as error:
            form.add_error("group", str(error.sentence))
        else:
            return render(request, "plant/group.html", _group(request, group, password))
    return render(request, "plant/new_group.html", {"form": form})


@needs("plant.see")
@require_safe
def group(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what is to be set at the nodes of a group."""
    found = get_group(request.tenant_scope, public_id)
    return render(request, "plant/group.html", _group(request, found, ""))


@needs("plant.admit")
@require_POST
def renew_group(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make another password for the nodes of a group, and show it once."""
    found = get_group(request.tenant_scope, public_id)
    try:
        password = RenewGroupPassword(
            scope=request.tenant_scope, organisation=found.organisation, group=found
        ).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect(found)
    return render(request, "plant/group.html", _group(request, found, password))


def _group(request: HttpRequest, found: SparkplugGroup, password: str) -> dict[str, Any]:
    scope = request.tenant_scope
    counts = received.last_day(scope.current, timezone.now())
    return {
        "group": found,
        "password": password,
        "broker": broker_of(found),
        "received": None if counts is None else counts.get(found.source, 0),
        "admits": scope.may("plant.admit") and found.revoked_at is None,
    }


@needs("plant.admit")
@require_POST
def revoke_group(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """No longer listen to a group."""
    found = get_group(request.tenant_scope, public_id)
    RevokeGroup(
        scope=request.tenant_scope, organisation=found.organisation, group=found,
        now=timezone.now(),
    ).perform()  # fmt: skip
    _say_revoked(request, found)
    return redirect("plant:sources")


def _say_revoked(request: HttpRequest, row: Source | SparkplugGroup) -> None:
    row.refresh_from_db()
    if row.untold:
        messages.warning(
            request,
            _(
                "%(name)s is revoked here, but the gateway cannot be reached, so it is not refused "
                "yet. That follows by itself as soon as the gateway answers."
            )
            % {"name": row.name},
        )
    else:
        messages.success(request, _("%(name)s is revoked and refused.") % {"name": row.name})
