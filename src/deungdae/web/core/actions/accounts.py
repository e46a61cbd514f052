"""What persons do to their own account, and how accounts come to be and end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deungdae.records.errors import UnusableOption
from deungdae.web.core.action import Action
from deungdae.web.core.models import AuditDetail, Invitation, Membership, Person, SecondFactor
from deungdae.web.core.models.people import plain_address
from deungdae.web.core.scope import Scope
from deungdae.web.core.tokens import new_password


@dataclass(kw_only=True)
class EnrolPerson(Action[tuple[Person, str]]):
    """Make an account with a one-time password, which must be changed at the first sign-in."""

    verb = "core.person_enrolled"
    right = "core.run_installation"
    label = _("made an account")

    email: str
    name: str
    language: str = "ko"

    def change(self) -> tuple[Person, str]:
        """Return the person and the one-time password."""
        password = new_password()
        person = Person(
            email=self.email, name=self.name, language=self.language, must_change_password=True
        )
        person.set_password(password)
        person.save()
        return person, password

    def details(self, result: tuple[Person, str]) -> dict[str, Any]:
        """Say whose account it is."""
        return {"email": result[0].email}


@dataclass(kw_only=True)
class JoinByInvitation(Action[Person]):
    """Make the account of an invited person, who chose the password."""

    verb = "core.person_joined"
    right = "core.run_installation"
    label = _("made an account by an invitation")

    email: str
    name: str
    password: str
    language: str

    def change(self) -> Person:
        """Return the person."""
        person = Person(email=self.email, name=self.name, language=self.language)
        person.set_password(self.password)
        person.save()
        return person

    def details(self, result: Person) -> dict[str, Any]:
        """Say whose account it is."""
        return {"email": result.email}


@dataclass(kw_only=True)
class ResetPassword(Action[str]):
    """Give a person a new one-time password; all sessions end."""

    verb = "core.password_reset"
    right = "core.run_installation"
    label = _("gave a one-time password")

    person: Person
    drop_second_factor: bool = False

    def change(self) -> str:
        """Return the one-time password."""
        password = new_password()
        if self.drop_second_factor:
            SecondFactor.objects.filter(person=self.person).delete()
            self.person.recovery_codes.all().delete()
        self.person.set_password(password)
        self.person.must_change_password = True
        self.person.save()
        return password

    def details(self, result: str) -> dict[str, Any]:
        """Say whose password it is."""
        return {"email": self.person.email, "second_factor_dropped": self.drop_second_factor}


@dataclass(kw_only=True)
class SignIn(Action[None]):
    """Write down that a person has proved who they are; the session is the view's."""

    verb = "core.signed_in"
    right = "core.change_self"
    label = _("signed in")

    second_factor: bool

    def change(self) -> None:
        """Nothing else changes."""

    def details(self, result: None) -> dict[str, Any]:
        """Say how they proved it."""
        return {"second_factor": self.second_factor}


@dataclass(kw_only=True)
class ChangePassword(Action[None]):
    """Set one's own password; all other sessions end by that."""

    verb = "core.password_changed"
    right = "core.change_self"
    label = _("changed the password")

    password: str

    def change(self) -> None:
        """Store the new password; a one-time password has served."""
        person = self.scope.person
        person.set_password(self.password)
        person.must_change_password = False
        person.save()


@dataclass(kw_only=True)
class ChangeProfile(Action[None]):
    """Change one's own name and language."""

    verb = "core.profile_changed"
    right = "core.change_self"
    label = _("changed the profile")

    name: str
    language: str

    def change(self) -> None:
        """Store both."""
        person = self.scope.person
        person.name, person.language = self.name, self.language
        person.save(update_fields=("name", "language", "email"))

    def details(self, result: None) -> dict[str, Any]:
        """Say what they are now."""
        return {"name": self.name, "language": self.language}


@dataclass(kw_only=True)
class ErasePerson(Action[int]):
    """Erase what is known of a person: account, memberships, invitations, words in the audit.

    The audit entries stay, and their chains stay valid; only their words go. The row of the person
    stays without name and address, because what they made for an organisation stays too.
    """

    verb = "core.person_erased"
    right = "core.run_installation"
    label = _("erased a person's data")

    person: Person
    now: datetime

    def change(self) -> int:
        """Return how many audit entries lost their words.

        Raises `UnusableOption` for the last owner of an organisation.
        """
        person, everything = self.person, Scope.everything(self.scope.actor)
        address = plain_address(person.email)
        _leave_an_owner(person, everything)
        Membership.objects.within(everything).filter(person=person).delete()
        Invitation.objects.within(everything).filter(
            Q(email__iexact=address) | Q(accepted_by=person)
        ).delete()
        person.tokens.all().delete()
        person.recovery_codes.all().delete()
        SecondFactor.objects.filter(person=person).delete()
        mentioned = Q(actor=person) | Q(words__icontains=f'"{address}"')
        erased, _all = AuditDetail.objects.filter(mentioned).delete()
        person.email = f"erased-{person.public_id}@invalid"
        person.name, person.is_active, person.last_login = "", False, None
        person.set_unusable_password()
        person.save()
        for session in Session.objects.filter(expire_date__gt=self.now).iterator():
            if session.get_decoded().get("_auth_user_id") == str(person.pk):
                session.delete()
        return int(erased)

    def details(self, result: int) -> dict[str, Any]:
        """Say how much went, not whose it was."""
        return {"entries": result}


def _leave_an_owner(person: Person, everything: Scope) -> None:
    owners = Membership.objects.within(everything).filter(role="owner").select_for_update()
    for mine in owners.filter(person=person).select_related("organisation"):
        if owners.filter(organisation=mine.organisation).count() < 2:
            raise UnusableOption(
                "{email} is the last owner of {organisation}; make somebody else an owner first.",
                email=person.email,
                organisation=mine.organisation.name,
            )
