"""The pages of channels."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.alarms import letters
from deungdae.web.alarms.actions.channels import (
    ChangeChannel,
    ChooseMail,
    MakeChannel,
    NoteTried,
    RenewSecret,
    RetireChannel,
)
from deungdae.web.alarms.forms.telling import ChannelForm, MailForm
from deungdae.web.alarms.models import AlarmMail, Channel, TellingStep
from deungdae.web.alarms.telling_access import get_channel
from deungdae.web.alarms.ways import carrying
from deungdae.web.core import mailing, throttle
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.outgoing import NotSent

show_or_send = require_http_methods(["GET", "HEAD", "POST"])
Kind = Channel.Kind


@needs("alarms.see")
@require_http_methods(["GET", "HEAD"])
def channels(request: HttpRequest) -> HttpResponse:
    """List the channels, and let a member say how many alarms they want by mail."""
    scope = request.tenant_scope
    shown = _listing(request)
    if shown.file is not None:
        return shown.file
    mine = AlarmMail.objects.here(scope).filter(person=scope.person).first()
    context = {
        "list": shown,
        "count": Channel.objects.here(scope).filter(retired_at=None).count(),
        "can_mail": settings.CAN_SEND_EMAIL,
        "manages": scope.may("alarms.manage"),
        "kinds": Kind.choices,
        "form": MailForm(initial={"wants": mine.wants if mine else AlarmMail.Wants.ALL}),
    }
    return render(request, "alarms/channels.html", context)


def _listing(request: HttpRequest) -> Listing:
    return Listing(
        request,
        Channel.objects.here(request.tenant_scope).filter(retired_at=None),
        name="channels",
        caption=_("Channels"),
        columns=(
            Column("name", _("Name"), "name", lambda row: row.name),
            Column("kind", _("Way"), "kind", lambda row: row.get_kind_display()),
            Column("shown", _("Goes to"), "shown", lambda row: row.shown),
            Column("tried", _("Last try"), "tried_at", lambda row: row.tried_at),
        ),
        start="name",
        search=_("Find by name"),
        search_in=("name", "shown"),
        filters=(
            Filter("kind", _("Way"), Kind.choices, lambda rows, code: rows.filter(kind=code)),
        ),
    )


@needs("alarms.see")
@require_POST
def choose_mail(request: HttpRequest) -> HttpResponse:
    """Store how many alarms one wants by mail oneself."""
    scope = request.tenant_scope
    form = MailForm(request.POST)
    if form.is_valid():
        wants = form.cleaned_data["wants"]
        ChooseMail(scope=scope, organisation=scope.current, wants=wants).perform()
        messages.success(request, _("That is kept."))
    else:
        messages.error(request, _("There is no such choice."))
    return redirect("alarms:channels")


@needs("alarms.manage")
@sensitive_post_parameters("address")
@show_or_send
def new_channel(request: HttpRequest, kind: str) -> HttpResponse:
    """Make a channel of one kind."""
    scope = request.tenant_scope
    if kind not in Kind.values:
        raise Http404
    form = ChannelForm(
        Kind(kind), request.POST or None, initial={"language": scope.person.language}
    )
    if request.method == "POST" and form.is_valid():
        try:
            channel, secret = MakeChannel(
                scope=scope,
                organisation=scope.current,
                kind=kind,
                shown=form.shown,
                **form.cleaned_data,
            ).perform()
        except ValidationError as error:
            form.add_error("name", error)
        else:
            if secret:
                return _secret(request, channel, secret)
            messages.success(request, _("The channel stands. Try it before you count on it."))
            return redirect(channel)
    context = {"form": form, "kind": Kind(kind)}
    return render(request, "alarms/new_channel.html", context)


def _secret(request: HttpRequest, channel: Channel, secret: str) -> HttpResponse:
    answer = render(request, "alarms/channel_secret.html", {"channel": channel, "secret": secret})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@needs("alarms.manage")
@sensitive_post_parameters("address")
@show_or_send
def channel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show and change one channel; its address is not shown."""
    scope = request.tenant_scope
    found = get_channel(scope, public_id)
    form = ChannelForm(
        Kind(found.kind),
        request.POST or None,
        known=True,
        initial={"name": found.name, "language": found.language},
    )
    if request.method == "POST" and form.is_valid():
        try:
            ChangeChannel(
                scope=scope,
                organisation=found.organisation,
                channel=found,
                shown=form.shown,
                **form.cleaned_data,
            ).perform()
        except ValidationError as error:
            form.add_error("name", error)
        else:
            messages.success(request, _("The channel is changed."))
            return redirect(found)
    steps = TellingStep.objects.within(scope).filter(
        organisation=found.organisation, policy__retired_at=None
    )
    mine = (one for one in steps.select_related("policy") if str(found.public_id) in one.channels)
    policies = sorted({step.policy.name for step in mine})
    context = {"channel": found, "form": form, "policies": policies}
    return render(request, "alarms/channel.html", context)


@needs("alarms.manage")
@require_POST
def try_channel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a message through a channel now, and tell what came of it."""
    scope = request.tenant_scope
    found = get_channel(scope, public_id)
    # The channel may be another company's than the one being shown.
    if not scope.may("alarms.manage", found.organisation):
        raise PermissionDenied
    try:
        throttle.begin([("trial", str(found.organisation.public_id))], timezone.now())
    except throttle.TooMany as error:
        messages.error(request, throttle.sentence_of_trials(error))
        return redirect(found)
    words = letters.trial(found.language, found.name)
    document = {
        "kind": "test",
        "company": {"id": str(found.organisation.public_id), "name": found.organisation.name},
        "subject": words.subject,
        "text": words.text,
        "link": letters.link("/alarms/channels/"),
    }
    try:
        carrying.try_out(found, words.subject, words.text, document)
    except NotSent as error:
        well = False
        answer = mailing.spoken(
            {"template": error.message.template, "values": error.message.values}
        )
        messages.error(request, answer)
    else:
        well = True
        answer = _("It was taken. Look whether it arrived.")
        messages.success(request, answer)
    NoteTried(
        scope=scope,
        organisation=found.organisation,
        channel=found,
        well=well,
        answer=answer,
        now=timezone.now(),
    ).perform()
    return redirect(found)


@needs("alarms.manage")
@require_POST
def renew_secret(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a new secret for a program, and show it once."""
    found = get_channel(request.tenant_scope, public_id)
    if found.kind != Kind.WEBHOOK:
        raise Http404
    secret = RenewSecret(
        scope=request.tenant_scope, organisation=found.organisation, channel=found
    ).perform()
    return _secret(request, found, secret)


@needs("alarms.manage")
@require_POST
def retire_channel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a channel away."""
    found = get_channel(request.tenant_scope, public_id)
    RetireChannel(
        scope=request.tenant_scope,
        organisation=found.organisation,
        channel=found,
        now=timezone.now(),
    ).perform()
    messages.success(request, _("The channel is gone; nothing more is sent there."))
    return redirect("alarms:channels")
