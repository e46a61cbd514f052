"""The forms of channels and policies."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms.models import AlarmMail, AlarmRule, Channel
from deungdae.web.alarms.ways import chat, webhook
from deungdae.web.core import mailing, outside
from deungdae.web.core.models import Person, RoleName
from deungdae.web.core.outgoing import NotSent

Kind = Channel.Kind
_HELP = {
    Kind.MAIL: _lazy("A shared mailbox, or somebody who has no account here."),
    Kind.WEBHOOK: _lazy(
        "Where the program listens: https://HOST/PATH. It is sent signed JSON, and answers with a "
        "status from 200 to 299."
    ),
    Kind.APPRISE: _lazy(
        "The address of the service as the library Apprise writes it, such as "
        "slack://TOKEN_A/TOKEN_B/TOKEN_C/#CHANNEL, tgram://BOT_TOKEN/CHAT_ID or ntfys://HOST/TOPIC."
    ),
}


class ChannelForm(forms.Form):
    """A channel of one kind. The address is typed, and never shown again."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    address = forms.CharField(label=_lazy("Address"), max_length=2000)
    language = forms.ChoiceField(label=_lazy("Language of the messages"), choices=Person.LANGUAGES)

    def __init__(self, kind: Any, *args: Any, known: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self._kind = kind
        self.shown = ""
        address = self.fields["address"]
        address.help_text = _HELP[kind]
        address.widget.attrs.update(autocomplete="off", spellcheck="false")
        if known:
            address.required = False
            address.label = _("New address")
            address.help_text = _("Leave this empty to keep the address. It is not shown again.")

    def clean_address(self) -> str:
        """Hold the address to its kind, and find what may be shown of it."""
        address: str = self.cleaned_data["address"].strip()
        if not address:
            return ""
        if self._kind == Kind.MAIL:
            validate_email(address)
            self.shown = address
        elif self._kind == Kind.WEBHOOK:
            self.shown = _judged(address)
        else:
            try:
                service, shown = chat.look(address)
            except NotSent as error:
                told = {"template": error.message.template, "values": error.message.values}
                raise ValidationError(mailing.spoken(told)) from error
            self.shown = f"{service} · {shown}" if shown else service
        return address


def _judged(address: str) -> str:
    parts = webhook.split(address)
    if parts is None:
        raise ValidationError(
            _("Type an address such as https://mes.example.org/alarms, without a name or password.")
        )
    host = str(parts.hostname)
    try:
        ips = outside.addresses(host, parts.port or 443, private=settings.WEBHOOK_PRIVATE)
    except OSError as error:
        raise ValidationError(_("No computer has the name %(host)s.") % {"host": host}) from error
    if not ips:
        raise ValidationError(
            _(
                "%(host)s is inside the own network, which is closed for channels. Whoever runs "
                "the server can open it with DEUNGDAE_WEBHOOK_PRIVATE=allow."
            )
            % {"host": host}
        )
    # A path or a question may hold a secret.
    return f"{parts.scheme}://{parts.netloc}/…"


class MailForm(forms.Form):
    """How many alarms one wants by mail."""

    wants = forms.ChoiceField(
        label=_lazy("Alarms that reach me by e-mail"), choices=AlarmMail.Wants.choices
    )


class PolicyForm(forms.Form):
    """Name and quiet hours of a policy."""

    QUIET = (
        ("", _lazy("all alarms, at any hour")),
        (AlarmRule.Priority.MEDIUM, _lazy("those of high and medium priority")),
        (AlarmRule.Priority.HIGH, _lazy("only those of high priority")),
    )

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    quiet_below = forms.ChoiceField(
        label=_lazy("Outside of shifts tell"),
        choices=QUIET,
        required=False,
        initial="high",
        help_text=_lazy("The others wait for the next shift; those that ended are not told then."),
    )


class StepForm(forms.Form):
    """One step: when, and to whom."""

    after_minutes = forms.IntegerField(
        label=_lazy("After how many minutes without acknowledgement"),
        min_value=0,
        max_value=7 * 24 * 60,
        initial=0,
        help_text=_lazy("0 tells at once."),
    )
    worked = forms.BooleanField(label=_lazy("Count only time within shifts"), required=False)
    roles = forms.MultipleChoiceField(
        label=_lazy("All members with the role"),
        choices=[(name, label) for name, label in RoleName.choices if name != RoleName.VIEWER],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    people = forms.MultipleChoiceField(
        label=_lazy("These people"), widget=forms.CheckboxSelectMultiple, required=False
    )
    channels = forms.MultipleChoiceField(
        label=_lazy("These channels"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(
        self,
        people: Sequence[tuple[str, str]],
        channels: Sequence[tuple[str, str]],
        *args: Any,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.fields["people"].choices = people
        self.fields["channels"].choices = channels
        if not channels:
            del self.fields["channels"]
