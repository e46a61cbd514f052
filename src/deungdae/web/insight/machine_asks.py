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


class AskReliability(Ask):
    """Running times between failures, from lives or from a list of stops."""

    MAIN = ("start", "end", "machine", "failures")
    NUMBERS = False

    start = forms.ChoiceField(label=_lazy("When stops began"), required=False)
    end = forms.ChoiceField(label=_lazy("When they ended"), required=False)
    machine = forms.ChoiceField(label=_lazy("Machine"), required=False)
    failures = forms.CharField(
        label=_lazy("Reasons that are failures"), required=False, max_length=500,
        help_text=_lazy("As they stand in the file, separated by commas. Left open: every stop."),
    )  # fmt: skip
    reason = forms.ChoiceField(label=_lazy("Reason of the stop"), required=False)
    life = forms.ChoiceField(
        label=_lazy("Running time, where the file lists lives"), required=False,
        help_text=_lazy("Instead of stops: one row for each life, also of those that still run."),
    )  # fmt: skip
    failed = forms.ChoiceField(label=_lazy("Column that says which have failed"), required=False)

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, proposed=proposed, initial=initial)
        for name in ("start", "end"):
            self._one_of(name, proposed.times, _("guess it"))
        for name in ("machine", "reason", "failed"):
            self._one_of(name, proposed.every, _("guess it"))
        self._one_of("life", proposed.numbers, _("none"))

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        told = self._told("start", "end", "machine", "reason", "life", "failed")
        words = [word.strip() for word in self.cleaned_data["failures"].split(",")]
        if any(words):
            told["failures"] = [word for word in words if word]
        return told


class AskOperations(Ask):
    """A log of work: its columns are guessed from their names."""

    MAIN = ("case", "activity", "resource", "start", "end")
    NUMBERS = False

    case = forms.ChoiceField(label=_lazy("Order or lot"), required=False)
    activity = forms.ChoiceField(label=_lazy("Operation"), required=False)
    resource = forms.ChoiceField(label=_lazy("Machine or person"), required=False)
    start = forms.ChoiceField(label=_lazy("When the work began"), required=False)
    end = forms.ChoiceField(label=_lazy("When it was done"), required=False)
    good = forms.ChoiceField(label=_lazy("Number of good parts"), required=False)
    rejected = forms.ChoiceField(label=_lazy("Number of rejected parts"), required=False)
    rework = forms.ChoiceField(label=_lazy("Worked on again"), required=False)

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, proposed=proposed, initial=initial)
        for name in ("case", "activity", "resource", "rework"):
            self._one_of(name, proposed.every, _("guess it"))
        for name in ("start", "end"):
            self._one_of(name, proposed.times, _("guess it"))
        for name in ("good", "rejected"):
            self._one_of(name, proposed.numbers, _("guess it"))

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        return self._told(
            "case", "activity", "resource", "start", "end", "good", "rejected", "rework"
        )
