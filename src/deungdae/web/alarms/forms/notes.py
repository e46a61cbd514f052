"""What was done about an alarm."""

from django import forms
from django.utils.translation import gettext_lazy as _lazy


class NoteForm(forms.Form):
    """One or two sentences."""

    text = forms.CharField(
        label=_lazy("What did you do?"),
        max_length=1000,
        help_text=_lazy("Whoever sees this alarm next reads it. One sentence is enough."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
