"""What an experiment shall prove: a form over the findings of a search for causes."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.insight.laid import Laid

_POWERS: Final = (("0.8", "80 %"), ("0.9", "90 %"), ("0.95", "95 %"))


class AskPlan(Laid):
    """Which finding, how sure, and what can be afforded."""

    MAIN = ("finding", "power", "runs_per_day", "most_parts")

    finding = forms.ChoiceField(label=_lazy("What shall be proved"), widget=forms.RadioSelect)
    power = forms.ChoiceField(
        label=_lazy("How surely a true cause shall be confirmed"), choices=_POWERS, initial="0.8"
    )
    runs_per_day = forms.IntegerField(
        label=_lazy("Runs in a day"), min_value=1, max_value=100, initial=4,
        help_text=_lazy("A run is one setting of the machine with its parts."),
    )  # fmt: skip
    most_parts = forms.IntegerField(
        label=_lazy("Most parts in one run"), min_value=2, max_value=100_000, initial=1000
    )
    most_runs = forms.IntegerField(
        label=_lazy("Most runs in all"), min_value=2, max_value=256, initial=32
    )
    centre_points = forms.IntegerField(
        label=_lazy("Runs at the middle setting, each day"), min_value=0, max_value=10, initial=0
    )
    change_cost = forms.IntegerField(
        label=_lazy("Parts that one change of settings costs"), min_value=0, max_value=100_000,
        initial=100,
    )  # fmt: skip
    seed = forms.IntegerField(
        label=_lazy("Seed"), min_value=0, max_value=2**31 - 1, initial=0,
        help_text=_lazy("The order of the runs is drawn by lot; the same seed draws the same."),
    )  # fmt: skip

    def __init__(
        self, data: Any, *, findings: Sequence[tuple[str, str]], initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        field = self.fields["finding"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(findings)

    def options(self) -> dict[str, Any]:
        """Return what was told, with the place of the finding: [stratum, rank]."""
        given = dict(self.cleaned_data)
        stratum, _, rank = given.pop("finding").partition("-")
        given["power"] = float(given["power"])
        return {**given, "place": [int(stratum), int(rank)]}
