"""The forms of core; they check what is typed, the actions check what may be done."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core import throttle
from deungdae.web.core.models import Person
from deungdae.web.core.models.people import plain_address


def _email(**options: Any) -> forms.EmailField:
    return forms.EmailField(label=_lazy("E-mail address"), max_length=254, **options)


def _password(label: Any, kind: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(label=label, strip=False, max_length=1024, widget=widget, **options)


class SignInForm(forms.Form):
    """E-mail address and password."""

    email = _email(widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = _password(_lazy("Password"), "current-password")


class CodeForm(forms.Form):
    """The six digits of the phone, or a recovery code."""

    code = forms.CharField(
        label=_lazy("Code"),
        max_length=20,
        help_text=_lazy("The six digits that your phone shows, or one of your recovery codes."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


class NewPasswordForm(forms.Form):
    """A new password, typed once: whoever wants to check it can show it."""

    new_password = _password(_lazy("New password"), "new-password")

    def __init__(self, person: Person, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._person = person
        self.fields["new_password"].help_text = " ".join(password_validators_help_texts())

    def clean_new_password(self) -> str:
        """Hold the password to the rules of the house."""
        password: str = self.cleaned_data["new_password"]
        validate_password(password, self._person)
        if self._person.pk and self._person.check_password(password):
            raise ValidationError(_("This is the password that you have now."))
        return password


class PasswordForm(NewPasswordForm):
    """The password that somebody has, and the one that they want."""

    old_password = _password(_lazy("Present password"), "current-password")
    field_order = ("old_password", "new_password")

    def clean_old_password(self) -> str:
        """Make sure that it is the person who asks."""
        return _own_password(self._person, self.cleaned_data["old_password"])


def _own_password(person: Person, typed: str) -> str:
    """Return the password that somebody typed to confirm who they are; guesses are counted."""
    who = str(person.pk)
    try:
        attempt = throttle.begin([("confirm", who)], timezone.now())
    except throttle.TooMany as error:
        raise ValidationError(throttle.sentence(error)) from error
    if not person.check_password(typed):
        raise ValidationError(_("This is not your present password."))
    throttle.succeeded(attempt, "confirm", who)
    return typed


class ConfirmForm(forms.Form):
    """The present password, asked again before something that protects the account changes."""

    old_password = _password(_lazy("Present password"), "current-password")

    def __init__(self, person: Person, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._person = person

    def clean_old_password(self) -> str:
        """Make sure that it is the person who asks."""
        return _own_password(self._person, self.cleaned_data["old_password"])


class ProfileForm(forms.Form):
    """One's own name and language."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    language = forms.ChoiceField(label=_lazy("Language"), choices=Person.LANGUAGES)


class JoinForm(NewPasswordForm):
    """What an invited person types to have an account."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    field_order = ("name", "new_password")


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = _email()
    role = forms.ChoiceField(label=_lazy("Role"))

    def __init__(self, roles: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = list(reversed(roles))

    def clean_email(self) -> str:
        """Bring the address into the form in which it is compared."""
        return plain_address(self.cleaned_data["email"])


class RoleForm(forms.Form):
    """A member's new role."""

    role = forms.ChoiceField(label=_lazy("Role"))

    def __init__(self, roles: list[tuple[str, Any]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["role"].choices = roles


class TokenForm(forms.Form):
    """What a key is called, and how long it opens."""

    DAYS = (("30", _lazy("30 days")), ("90", _lazy("90 days")), ("365", _lazy("one year")))

    name = forms.CharField(
        label=_lazy("Name"),
        max_length=100,
        help_text=_lazy("What the key is for, such as the program that will use it."),
    )
    days = forms.ChoiceField(label=_lazy("Valid for"), choices=DAYS, initial="90")
