"""Who belongs to an organisation: the list, invitations, roles."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from deungdae.web.core.access import (
    CURRENT,
    get_invitation,
    get_membership,
    needs,
    public,
    scope_of,
)
from deungdae.web.core.actions.accounts import JoinByInvitation
from deungdae.web.core.actions.members import (
    AcceptInvitation,
    ChangeRole,
    InviteMember,
    RemoveMember,
    WithdrawInvitation,
    roles_to_give,
    send_invitation,
)
from deungdae.web.core.forms import InviteForm, JoinForm, RoleForm
from deungdae.web.core.lists import Listing
from deungdae.web.core.models import Invitation, Membership, Person
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.core.tokens import token_hash
from deungdae.web.core.views import listed
from deungdae.web.core.views.signing import enter

INVITATIONS = SystemActor("invitations")
show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("core.see_members")
@require_http_methods(["GET", "HEAD"])
def members(request: HttpRequest) -> HttpResponse:
    """List the members; who may manage them sees invitations and the form as well."""
    shown = listed.members(request)
    return shown.file or _page(request, shown, None)


@needs("core.manage_members")
@require_http_methods(["GET", "HEAD"])
def invitations(request: HttpRequest) -> HttpResponse:
    """List all invitations: open, accepted, withdrawn, expired."""
    shown = listed.invitations(request)
    scope = request.tenant_scope
    roles = [name for name, _label in roles_to_give(scope, scope.current)]
    context = {"list": shown, "role_names": roles}
    return shown.file or render(request, "core/invitations.html", context)


def _page(request: HttpRequest, shown: Listing, form: InviteForm | None) -> HttpResponse:
    scope = request.tenant_scope
    manages = scope.may("core.manage_members")
    roles = roles_to_give(scope, scope.current) if manages else []
    opened = Invitation.objects.here(scope).filter(
        accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now()
    )
    context = {
        "list": shown,
        "count": Membership.objects.here(scope).count(),
        "manages": manages,
        "roles": roles,
        "role_names": [name for name, _label in roles],
        "invited": opened.count() if manages else 0,
        "form": (form or InviteForm(roles)) if manages else None,
    }
    return render(request, "core/members.html", context)


@needs("core.manage_members")
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, and sent where a mail server is set."""
    scope = request.tenant_scope
    form = InviteForm(roles_to_give(scope, scope.current), request.POST)
    if not form.is_valid():
        return _page(request, listed.members(request), form)
    try:
        invitation, token = InviteMember(
            scope=scope, organisation=scope.current, now=timezone.now(), **form.cleaned_data
        ).perform()
    except ValidationError as error:
        form.add_error("email", error)
        return _page(request, listed.members(request), form)
    link = request.build_absolute_uri(reverse("core:invitation", args=(token,)))
    sent = False
    if settings.CAN_SEND_EMAIL:
        try:
            send_invitation(invitation, link, translation.get_language() or "ko")
            sent = True
        except OSError:  # smtplib's errors are OSErrors
            messages.warning(request, _("The mail could not be sent; copy the link instead."))
    context = {"invitation": invitation, "link": link, "sent": sent}
    return render(request, "core/invitation_made.html", context)


@needs("core.manage_members")
@require_POST
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make an open invitation worthless."""
    invitation = get_invitation(request.tenant_scope, public_id)
    action = WithdrawInvitation(
        scope=request.tenant_scope,
        organisation=invitation.organisation,
        invitation=invitation,
        now=timezone.now(),
    )
    return _done(request, action, _("The invitation is withdrawn."), "core:invitations")


@needs("core.manage_members")
@require_POST
def change_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give a member another role."""
    scope = request.tenant_scope
    membership = get_membership(scope, public_id)
    form = RoleForm(roles_to_give(scope, membership.organisation), request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such role, or it is not yours to give."))
        return redirect("core:members")
    action = ChangeRole(
        scope=scope,
        organisation=membership.organisation,
        membership=membership,
        role=form.cleaned_data["role"],
    )
    return _done(request, action, _("The role is changed."))


@needs("core.manage_members")
@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a membership."""
    membership = get_membership(request.tenant_scope, public_id)
    action = RemoveMember(
        scope=request.tenant_scope, organisation=membership.organisation, membership=membership
    )
    name = str(membership.person)
    return _done(request, action, _("%(name)s no longer belongs here.") % {"name": name})


def _done(
    request: HttpRequest,
    action: WithdrawInvitation | ChangeRole | RemoveMember,
    sentence: str,
    page: str = "core:members",
) -> HttpResponse:
    try:
        action.perform()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, sentence)
    return redirect(page)


@public
@never_cache
@sensitive_post_parameters("new_password")
@show_or_send
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever holds its link, and let them accept it."""
    found = (
        Invitation.objects.within(Scope.everything(INVITATIONS))
        .filter(token_hash=token_hash(token), accepted_at=None, withdrawn_at=None)
        .filter(expires_at__gt=timezone.now())
        .select_related("organisation")
        .first()
    )
    if found is None:
        return render(request, "core/invitation_gone.html", status=404)
    person = request.tenant_scope.person
    known = Person.objects.filter(email=found.email).exists()
    context = {"invitation": found, "known": known, "stranger": False}
    if person is not None and person.email != found.email:
        return render(request, "core/invitation.html", {**context, "stranger": True})
    if person is None and known:
        sign_in = f"{reverse('core:sign_in')}?next={request.path}"
        return render(request, "core/invitation.html", {**context, "sign_in": sign_in})
    draft = Person(email=found.email)
    form = None if person else JoinForm(draft, request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            with transaction.atomic():
                if form is not None:
                    person = JoinByInvitation(
                        scope=Scope.everything(INVITATIONS),
                        email=found.email,
                        name=form.cleaned_data["name"],
                        password=form.cleaned_data["new_password"],
                        language=translation.get_language() or "ko",
                    ).perform()
                AcceptInvitation(
                    scope=scope_of(person), invitation=found, now=timezone.now()
                ).perform()
        except ValidationError:
            return render(request, "core/invitation_gone.html", status=404)
        if form is not None:
            enter(request, person, with_code=False)
        request.session[CURRENT] = str(found.organisation.public_id)
        return redirect("/")
    return render(request, "core/invitation.html", {**context, "form": form})
