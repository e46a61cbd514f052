"""What is typed about a reason of stops or scrap."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.floor.models import Reason


class ReasonForm(forms.Form):
    """Its words, and of a stop the class of time."""

    word_ko = forms.CharField(label=_lazy("In Korean"), max_length=60)
    word_en = forms.CharField(
        label=_lazy("In English"),
        max_length=60,
        required=False,
        help_text=_lazy("Empty: the Korean word stands on English pages, too."),
    )
    state = forms.ChoiceField(
        label=_lazy("What kind of stop it is"),
        choices=Reason.State.choices,
        help_text=_lazy("In the waterfall of losses its time stands there."),
    )

    def __init__(self, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind != "stop":
            del self.fields["state"]
