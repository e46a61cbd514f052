"""What was sent to whom, what waits, and what could not be sent."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core import mailing, throttle
from deungdae.web.core.access import get_owned, needs
from deungdae.web.core.actions.outgoing import NoteMailTried, SendAgain
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.models import Outgoing
from deungdae.web.core.outgoing import BY_MAIL, NotSent

State = Outgoing.State


@needs("core.see_outgoing")
@require_http_methods(["GET", "HEAD"])
def outgoing(request: HttpRequest) -> HttpResponse:
    """List the messages of the organisation, the newest first."""
    scope = request.tenant_scope
    shown = _listing(request)
    if shown.file is not None:
        return shown.file
    rows = Outgoing.objects.here(scope)
    for row in shown.page:
        row.why = mailing.spoken(row.error)
    context = {
        "list": shown,
        "can_mail": settings.CAN_SEND_EMAIL,
        "manages": scope.may("core.manage_outgoing"),
        "waiting": rows.filter(state=State.WAITING, carrier__in=BY_MAIL).count(),
        "failed": rows.filter(state=State.FAILED).count(),
        "total": rows.count(),
    }
    return render(request, "core/outgoing.html", context)


def _listing(request: HttpRequest) -> Listing:
    return Listing(
        request,
        Outgoing.objects.here(request.tenant_scope),
        name="messages",
        caption=_("Messages sent"),
        columns=(
            Column("at", _("When"), "made_at", lambda row: row.made_at),
            Column("to", _("Recipient"), "to", lambda row: row.to),
            Column("subject", _("What"), "subject", lambda row: row.subject),
            Column("state", _("State"), "state", lambda row: row.get_state_display()),
            Column("sent", _("Sent at"), "sent_at", lambda row: row.sent_at, file_only=True),
            Column("tries", _("Tries"), "tries", lambda row: row.tries, file_only=True),
            Column(
                "why", _("Why not"), "", lambda row: mailing.spoken(row.error), file_only=True
            ),
        ),
        start="-at",
        search=_("Find by recipient or subject"),
        search_in=("to", "subject"),
        filters=(
            Filter("state", _("State"), State.choices, lambda rows, code: rows.filter(state=code)),
            Filter(
                "kind", _("About"), Outgoing.Kind.choices, lambda rows, code: rows.filter(kind=code)
            ),
        ),
    )  # fmt: skip


@needs("core.manage_outgoing")
@require_POST
def again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a message that was given up on its way once more."""
    message = get_owned(Outgoing, request.tenant_scope, public_id)
    action = SendAgain(
        scope=request.tenant_scope,
        organisation=message.organisation,
        message=message,
        now=timezone.now(),
    )
    try:
        action.perform()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The message is on its way again."))
    return redirect("core:outgoing")


@needs("core.manage_outgoing")
@require_POST
def try_mail(request: HttpRequest) -> HttpResponse:
    """Send a letter to whoever asks, at once, and tell what the mail server said."""
    scope = request.tenant_scope
    try:
        throttle.begin([("trial", str(scope.current.public_id))], timezone.now())
    except throttle.TooMany as error:
        messages.error(request, throttle.sentence_of_trials(error))
        return redirect("core:outgoing")
    to = scope.person.email
    letter = EmailMessage(
        _("Deungdae: a letter to try the mail server"),
        _("This letter was sent because %(name)s pressed “Send me a test letter”.\n\n%(link)s\n")
        % {"name": scope.person, "link": settings.WEB_URL},
        None,
        [to],
    )
    try:
        mailing.send(letter)
    except NotSent as error:
        answer = mailing.spoken(
            {"template": error.message.template, "values": error.message.values}
        )
        messages.error(request, answer)
    else:
        answer = _("The mail server took the letter for %(to)s.") % {"to": to}
        messages.success(request, answer)
    NoteMailTried(scope=scope, organisation=scope.current, answer=answer).perform()
    return redirect("core:outgoing")
