"""Who belongs to an organisation: invited, joined, given another role, removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import override

from deungdae.web.core.action import Action, NotAllowed
from deungdae.web.core.models import Invitation, Membership, Organisation, Person, RoleName
from deungdae.web.core.models.people import plain_address
from deungdae.web.core.scope import Role, Scope
from deungdae.web.core.tokens import new_token, token_hash

#: How long an invitation can be accepted.
OPEN_FOR = timedelta(days=7)


def roles_to_give(scope: Scope, organisation: Organisation) -> list[tuple[str, Any]]:
    """Return the roles that an actor may give: an administrator makes no owners."""
    held = scope.role_in(organisation) or 0
    return [(name, label) for name, label in RoleName.choices if Role[name.upper()] <= held]


def _ask_for(scope: Scope, organisation: Organisation, *roles: str) -> None:
    for role in roles:
        if role not in dict(roles_to_give(scope, organisation)):
            raise NotAllowed(f"Only an owner may deal with the role {role}.")


@dataclass(kw_only=True)
class InviteMember(Action[tuple[Invitation, str]]):
    """Offer a role to somebody by a link; an older open invitation to the same address ends."""

    verb = "core.member_invited"
    right = "core.manage_members"
    label = _lazy("invited a member")

    email: str
    role: str
    now: datetime

    def change(self) -> tuple[Invitation, str]:
        """Return the invitation and the token for its link, which is not kept."""
        _ask_for(self.scope, self.organisation, self.role)
        address = plain_address(self.email)
        here = {"organisation": self.organisation}
        if Membership.objects.within(self.scope).filter(person__email=address, **here).exists():
            raise ValidationError(_("%(email)s is a member already.") % {"email": address})
        Invitation.objects.within(self.scope).filter(
            email=address, accepted_at=None, withdrawn_at=None, **here
        ).update(withdrawn_at=self.now)
        token = new_token()
        invitation = Invitation.objects.create(
            email=address,
            role=self.role,
            token_hash=token_hash(token),
            expires_at=self.now + OPEN_FOR,
            **here,
        )
        return invitation, token

    def details(self, result: tuple[Invitation, str]) -> dict[str, Any]:
        """Say who was invited, as what."""
        return {"email": result[0].email, "role": self.role}


@dataclass(kw_only=True)
class WithdrawInvitation(Action[None]):
    """Make an open invitation worthless."""

    verb = "core.invitation_withdrawn"
    right = "core.manage_members"
    label = _lazy("withdrew an invitation")

    invitation: Invitation
    now: datetime

    def change(self) -> None:
        """Mark it; one that was accepted meanwhile stays accepted."""
        _ask_for(self.scope, self.organisation, self.invitation.role)
        still_open = Invitation.objects.within(self.scope).filter(
            pk=self.invitation.pk, accepted_at=None, withdrawn_at=None
        )
        if not still_open.update(withdrawn_at=self.now):
            raise ValidationError(_("This invitation is no longer open."))

    def details(self, result: None) -> dict[str, Any]:
        """Say whose it was."""
        return {"email": self.invitation.email}


@dataclass(kw_only=True)
class AcceptInvitation(Action[Membership]):
    """Join an organisation; performed by the person whose address was invited."""

    verb = "core.invitation_accepted"
    right = "core.change_self"
    label = _lazy("joined the organisation")
    from_outside = frozenset({"invitation"})

    invitation: Invitation
    now: datetime

    def change(self) -> Membership:
        """Return the membership; an invitation counts once."""
        person: Person = self.scope.person
        if person.email != self.invitation.email:
            raise NotAllowed("An invitation is for the address it was sent to.")
        reached = Scope(person, {self.invitation.organisation_id: Role.VIEWER})
        taken = (
            Invitation.objects.within(reached)
            .filter(
                pk=self.invitation.pk,
                accepted_at=None,
                withdrawn_at=None,
                expires_at__gt=self.now,
            )
            .update(accepted_at=self.now, accepted_by=person)
        )
        if not taken:
            raise ValidationError(_("This invitation is no longer open."))
        organisation = self.invitation.organisation
        known = Membership.objects.within(reached).filter(person=person, organisation=organisation)
        membership = known.first() or Membership(person=person, organisation=organisation)
        if membership.pk is None or membership.rank < Role[self.invitation.role.upper()]:
            membership.role = self.invitation.role
        membership.save()
        return membership

    def recorded_in(self, result: Membership) -> Organisation:
        """The organisation that was joined."""
        return result.organisation

    def details(self, result: Membership) -> dict[str, Any]:
        """Say as what."""
        return {"role": result.role}


@dataclass(kw_only=True)
class ChangeRole(Action[None]):
    """Give a member another role; the last owner stays an owner."""

    verb = "core.role_changed"
    right = "core.manage_members"
    label = _lazy("changed a role")

    membership: Membership
    role: str

    def change(self) -> None:
        """Store the role."""
        _ask_for(self.scope, self.organisation, self.membership.role, self.role)
        if Role[self.role.upper()] != Role.OWNER:
            _keep_an_owner(self.scope, self.membership)
        self.membership.role = self.role
        self.membership.save()

    def details(self, result: None) -> dict[str, Any]:
        """Say whose, and what it is now."""
        return {"email": self.membership.person.email, "role": self.role}


@dataclass(kw_only=True)
class RemoveMember(Action[None]):
    """End a membership; the last owner cannot be removed."""

    verb = "core.member_removed"
    right = "core.manage_members"
    label = _lazy("removed a member")

    membership: Membership

    def change(self) -> None:
        """Delete the membership; the person and what they made stay."""
        _ask_for(self.scope, self.organisation, self.membership.role)
        _keep_an_owner(self.scope, self.membership)
        self.membership.delete()

    def details(self, result: None) -> dict[str, Any]:
        """Say whose it was."""
        return {"email": self.membership.person.email, "role": self.membership.role}


def _keep_an_owner(scope: Scope, leaving: Membership) -> None:
    if leaving.role != RoleName.OWNER:
        return
    owners = (
        Membership.objects.within(scope)
        .filter(organisation=leaving.organisation, role=RoleName.OWNER)
        # Locked, so that two owners cannot remove one another at the same moment.
        .select_for_update()
    )
    if len(owners) < 2:
        raise ValidationError(_("An organisation keeps at least one owner."))


def send_invitation(invitation: Invitation, link: str, language: str) -> None:
    """Send the link by e-mail, in the language of the one who invites."""
    with override(language):
        subject = _("Invitation to %(organisation)s") % {"organisation": invitation.organisation}
        text = _(
            "You are invited to join %(organisation)s on Deungdae.\n\n"
            "Open this link to accept; it can be used for seven days:\n\n%(link)s\n"
        ) % {"organisation": invitation.organisation, "link": link}
    send_mail(subject, text, None, [invitation.email])
