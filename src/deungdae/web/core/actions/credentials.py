"""A person's keys for programs, and the second factor."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.core.models import PersonalToken, RecoveryCode, SecondFactor
from deungdae.web.core.second_factor import matching_step, new_secret
from deungdae.web.core.tokens import new_recovery_code, new_token, recovery_hash, token_hash

RECOVERY_CODES = 10


@dataclass(kw_only=True)
class MakeToken(Action[tuple[PersonalToken, str]]):
    """Make a key for a program, which may then do whatever its person may."""

    verb = "core.token_made"
    right = "core.change_self"
    label = _lazy("made an access key")

    name: str
    expires_at: datetime | None = None

    def change(self) -> tuple[PersonalToken, str]:
        """Return the record and the key, which is not kept."""
        token = new_token()
        made = PersonalToken.objects.create(
            person=self.scope.person,
            name=self.name,
            token_hash=token_hash(token),
            expires_at=self.expires_at,
        )
        return made, token

    def details(self, result: tuple[PersonalToken, str]) -> dict[str, Any]:
        """Say which key."""
        return {"name": self.name, "token": str(result[0].public_id)}


@dataclass(kw_only=True)
class RevokeToken(Action[None]):
    """Make a key worthless from this moment."""

    verb = "core.token_revoked"
    right = "core.change_self"
    label = _lazy("revoked an access key")

    token: PersonalToken
    now: datetime

    def change(self) -> None:
        """Mark it; a second time changes nothing."""
        PersonalToken.objects.filter(
            pk=self.token.pk, person=self.scope.person, revoked_at=None
        ).update(revoked_at=self.now)

    def details(self, result: None) -> dict[str, Any]:
        """Say which key."""
        return {"name": self.token.name, "token": str(self.token.public_id)}


@dataclass(kw_only=True)
class BeginSecondFactor(Action[SecondFactor]):
    """Make a secret for a phone; it is in force once a code has confirmed it."""

    verb = "core.second_factor_begun"
    right = "core.change_self"
    label = _lazy("began to set up a second factor")

    def change(self) -> SecondFactor:
        """Return the unconfirmed second factor; one in force is not touched."""
        factor, _made = SecondFactor.objects.get_or_create(
            person=self.scope.person, defaults={"secret": new_secret()}
        )
        if factor.confirmed_at is not None:
            raise ValidationError(_("A second factor is in force already."))
        return factor


@dataclass(kw_only=True)
class ConfirmSecondFactor(Action[list[str]]):
    """Put the second factor in force: the phone has shown the right code."""

    verb = "core.second_factor_on"
    right = "core.change_self"
    label = _lazy("switched the second factor on")

    code: str
    now: datetime

    def change(self) -> list[str]:
        """Return the recovery codes, which are shown once."""
        factor = SecondFactor.objects.filter(person=self.scope.person, confirmed_at=None).first()
        step = factor and matching_step(factor, self.code, self.now)
        if not factor or step is None:
            raise ValidationError(_("This code does not match. Is the phone's clock right?"))
        factor.confirmed_at, factor.last_step = self.now, step
        factor.save()
        return _new_codes(self.scope.person)


@dataclass(kw_only=True)
class RenewRecoveryCodes(Action[list[str]]):
    """Make new recovery codes; the old ones are worthless."""

    verb = "core.recovery_codes_renewed"
    right = "core.change_self"
    label = _lazy("made new recovery codes")

    def change(self) -> list[str]:
        """Return the codes, which are shown once."""
        return _new_codes(self.scope.person)


@dataclass(kw_only=True)
class DropSecondFactor(Action[None]):
    """Go back to the password alone."""

    verb = "core.second_factor_off"
    right = "core.change_self"
    label = _lazy("switched the second factor off")

    def change(self) -> None:
        """Forget the secret and the recovery codes."""
        SecondFactor.objects.filter(person=self.scope.person).delete()
        RecoveryCode.objects.filter(person=self.scope.person).delete()


def _new_codes(person: Any) -> list[str]:
    RecoveryCode.objects.filter(person=person).delete()
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(person=person, code_hash=recovery_hash(person, code)) for code in codes
    )
    return codes
