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


TARIFFS = (
    ("kepco-industrial-b-2026", "산업용(을) (2026-04-16)"),
    ("kepco-industrial-a2-high-a-2024-10/1", "산업용(갑)Ⅱ 고압A 선택Ⅰ (2024-10-24)"),
    ("kepco-industrial-a2-high-a-2024/1", "산업용(갑)Ⅱ 고압A 선택Ⅰ (2024-01-01)"),
    ("kepco-industrial-a2-high-a-2024/2", "산업용(갑)Ⅱ 고압A 선택Ⅱ (2024-01-01)"),
    ("kepco-industrial-b-high-a-2021/1", "산업용(을) 고압A 선택Ⅰ (2021-01-01)"),
    ("kepco-industrial-b-high-a-2021/2", "산업용(을) 고압A 선택Ⅱ (2021-01-01)"),
    ("kepco-industrial-b-high-a-2021/3", "산업용(을) 고압A 선택Ⅲ (2021-01-01)"),
)


class AskEnergy(Ask):
    """Metered electricity, and the tariff it is billed by."""

    MAIN = ("use", "parts", "tariff", "contract")

    use = forms.ChoiceField(label=_lazy("Metered electricity"), required=False)
    parts = forms.ChoiceField(label=_lazy("Parts made"), required=False)
    tariff = forms.ChoiceField(label=_lazy("Tariff"), required=False)
    contract = forms.FloatField(label=_lazy("Contracted power (kW)"), min_value=0, required=False)
    prices = forms.CharField(
        label=_lazy("Prices of your bill (won per kWh)"), required=False, max_length=200,
        help_text=_lazy(
            "Nine, separated by commas: light, mid and peak load of summer, of spring and autumn, "
            "and of winter."
        ),
    )  # fmt: skip
    base = forms.FloatField(
        label=_lazy("Price of demand (won per kW)"), min_value=0, required=False
    )
    time = forms.ChoiceField(label=_lazy("End of each metered period"), required=False)
    kind = forms.ChoiceField(
        label=_lazy("What the column holds"), required=False,
        choices=(
            ("", _lazy("guess it")),
            ("kwh", _lazy("kWh of each period")),
            ("kw", _lazy("mean power in kW")),
            ("meter", _lazy("a meter that counts kWh")),
        ),
    )  # fmt: skip

    def __init__(self, data: Any, *, proposed: Proposals, initial: Any = None) -> None:
        super().__init__(data, proposed=proposed, initial=initial)
        self._one_of("use", proposed.numbers, _("guess it"))
        self._one_of("parts", proposed.numbers, _("guess it"))
        self._one_of("time", proposed.times, _("guess it"))
        field = self.fields["tariff"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("none: no cost")), *TARIFFS]

    def clean_prices(self) -> list[float]:
        """Refuse anything but nine numbers, or nothing."""
        words = [word for word in self.cleaned_data["prices"].split(",") if word.strip()]
        try:
            found = [float(word) for word in words]
        except ValueError:
            found = [-1.0]
        if found and (len(found) != 9 or min(found) < 0):
            raise forms.ValidationError(_("Give nine numbers separated by commas, or nothing."))
        return found

    def options(self) -> dict[str, Any]:
        """Return what was told."""
        return self._told("use", "parts", "tariff", "contract", "prices", "base", "time", "kind")
