"""What is typed about one tag."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.plant.forms.fields import TagField
from deungdae.web.plant.forms.machines import MOST_UNIT


class DescribeForm(forms.Form):
    """Label, unit and interval of a tag."""

    said_label = forms.CharField(
        label=_lazy("Label"),
        max_length=100,
        required=False,
        help_text=_lazy("How people call it, such as melt temperature of press 3."),
    )
    unit = forms.CharField(label=_lazy("Unit"), max_length=MOST_UNIT, required=False)
    expected_seconds = forms.FloatField(
        label=_lazy("Expected interval (seconds)"),
        min_value=0.001,
        max_value=31_622_400,
        required=False,
        help_text=_lazy("A value is due so often. After three intervals it counts as stale."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )

    def clean_unit(self) -> str:
        """Refuse signs that nobody sees."""
        unit: str = self.cleaned_data["unit"]
        if not unit.isprintable():
            raise ValidationError(_("The name holds a sign that cannot be shown."))
        return unit


class RenameForm(forms.Form):
    """Another name of a tag."""

    def __init__(self, prefix_of_site: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["path"] = TagField(prefix_of_site, label=_("New name"))
