"""Questions about machines that are put to a file: how long they still live."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.insight.ask import Ask
from deungdae.web.insight.proposals import Proposals


class AskLife(Ask):
    """Remaining lives: of several units, or of one signal on its way to a limit."""

    MAIN = ("unit", "failed", "signal", "limit")

    unit = forms.ChoiceField(
        label=_lazy("Machine, tool or part"), required=False,
        help_text=_lazy("Several of them, some of which ran until they failed."),
    )  # fmt: skip
    failed = forms.ChoiceField(
        label=_lazy("Column that says which have failed"), required=False,
        help_text=_lazy("Without it all count as failed, and nothing is foretold."),
    )  # fmt: skip
    signal = forms.ChoiceField(
        label=_lazy("One signal that wears"), required=False,
        help_text=_lazy("For one machine alone, together with a limit."),
    )  # fmt: skip
    limit = forms.FloatField(label=_lazy("Limit at which it must be changed"), required=False)
    age = forms.ChoiceField(label=_lazy("Cycles, hours or time"), required=False)
    cap = forms.FloatField(
        label=_lazy("Longest remaining life that is told apart"), min_value=0, required=False,
        help_text=_lazy("A new machine looks the same whether it lasts long or longer."),
    )  # fmt: skip

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, proposed=proposed, initial=initial)
        for name in ("unit", "failed"):
            self._one_of(name, proposed.every, _("guess it"))
        self._one_of("age", [*proposed.numbers, *proposed.times], _("guess it"))
        self._one_of("signal", proposed.numbers, _("none"))

    def clean(self) -> dict[str, Any]:
        """Refuse a signal without a limit, or a limit without a signal."""
        given = super().clean() or {}
        if not self.errors and bool(given.get("signal")) != (given.get("limit") is not None):
            raise forms.ValidationError(_("Tell the signal and its limit, or neither."))
        return given

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        return self._told("unit", "failed", "signal", "limit", "age", "cap")
