"""The form by which history of machines is joined to a file before its causes are searched."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.tags import Tag
from deungdae.web.insight.laid import Laid
from deungdae.web.insight.proposals import Proposals

MOST_SHOWN: Final = 200  #: tags as boxes to tick; more are named
_BY: Final = (
    ("time", _lazy("The time before each part")),
    ("cycle", _lazy("The machine cycle of each part, by a shot counter")),
    ("lot", _lazy("The time in which a tag showed the part's lot")),
    ("span", _lazy("The time between two columns, such as start and end of the lot")),
)


class AskMachines(Laid):
    """Which tags, and which time of theirs belongs to a part."""

    MAIN = ("by", "tags", "named", "window", "delay")

    by = forms.ChoiceField(
        label=_lazy("Which time belongs to a part"), choices=_BY, widget=forms.RadioSelect
    )
    tags = forms.MultipleChoiceField(
        label=_lazy("Tags"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_lazy("Those that may matter: each one more makes a proof a little harder."),
    )  # fmt: skip
    named = forms.CharField(
        label=_lazy("Tags by name"), required=False, max_length=5000,
        help_text=_lazy("Separated by commas; * stands for anything, as in line1/press1/*."),
    )  # fmt: skip
    window = forms.FloatField(
        label=_lazy("Seconds before a part"), min_value=0.001, max_value=31_622_400, initial=30,
    )  # fmt: skip
    delay = forms.FloatField(
        label=_lazy("Seconds from making to the time in the file"), min_value=0,
        max_value=31_622_400, initial=0,
        help_text=_lazy("A part that is inspected two minutes after it was made: 120."),
    )  # fmt: skip
    hold = forms.FloatField(
        label=_lazy("Minutes that a value stands without a new one"), min_value=0.01,
        max_value=500_000, initial=10,
        help_text=_lazy("Longer for setpoints that are told only when they change."),
    )  # fmt: skip
    counter = forms.ChoiceField(label=_lazy("Tag of the shot counter"), required=False)
    shot = forms.ChoiceField(label=_lazy("Column with the number of the shot"), required=False)
    lot_tag = forms.ChoiceField(label=_lazy("Tag that shows the lot"), required=False)
    lot = forms.ChoiceField(label=_lazy("Column with the lot"), required=False)
    start = forms.ChoiceField(label=_lazy("Column with the beginning"), required=False)
    end = forms.ChoiceField(label=_lazy("Column with the end"), required=False)
    line = forms.ChoiceField(
        label=_lazy("Column that names the machine"), required=False,
        help_text=_lazy("Each part then gets the tags of its own machine."),
    )  # fmt: skip
    prefixes = forms.CharField(
        label=_lazy("How the tags of each machine begin"), required=False, max_length=5000,
        help_text=_lazy("Only if they are not called the same: 1=line1, 2=line2/press1."),
    )  # fmt: skip

    def __init__(self, data: Any, *, proposed: Proposals, tags: Sequence[Tag]) -> None:
        super().__init__(data, initial={"by": "time"})
        self._proposed = proposed
        numbers = [tag for tag in tags if not tag.is_text]
        if 0 < len(numbers) <= MOST_SHOWN:
            self._choices("tags", [(tag.path, _label(tag)) for tag in numbers])
        else:
            del self.fields["tags"]
        columns = proposed.numbers + proposed.texts
        nothing = ("", _("none"))
        self._choices("counter", [nothing, *((t.path, _label(t)) for t in numbers)])
        self._choices("lot_tag", [nothing, *((t.path, _label(t)) for t in tags)])
        for name, names in (
            ("shot", proposed.numbers),
            ("lot", columns),
            ("start", proposed.times),
            ("end", proposed.times),
            ("line", columns),
        ):
            self._choices(name, [nothing, *((n, n) for n in names)])

    def clean(self) -> dict[str, Any]:
        """Refuse a way that lacks what it needs."""
        given = super().clean() or {}
        by = given.get("by")
        if not self._names(given):
            raise forms.ValidationError(_("Choose at least one tag."))
        if by == "time" and not self._proposed.times:
            raise forms.ValidationError(
                _("This file has no column of times, so history cannot be joined by time.")
            )
        for way, names in (
            ("cycle", ["counter"]),
            ("lot", ["lot_tag", "lot"]),
            ("span", ["start", "end"]),
        ):
            for name in names:
                if by == way and not given.get(name):
                    self.add_error(name, _("This is needed for the way that was chosen."))
        return given

    def history(self) -> dict[str, Any]:
        """Return what was told, as the run takes it."""
        given = self.cleaned_data
        told: dict[str, Any] = {"tags": self._names(given), "hold_s": given["hold"] * 60}
        if given["delay"]:
            told["delay_s"] = given["delay"]
        if given["by"] == "time":
            told["window_s"] = given["window"]
        elif given["by"] == "cycle":
            told["cycle"] = {"tag": given["counter"]}
            if given["shot"]:
                told["cycle"]["column"] = given["shot"]
        elif given["by"] == "lot":
            told["lot"] = {"tag": given["lot_tag"], "column": given["lot"]}
        else:
            told["span"] = {"start": given["start"], "end": given["end"]}
        if given["line"]:
            told["line"] = {"column": given["line"]}
            pairs = [pair.partition("=") for pair in given["prefixes"].split(",") if "=" in pair]
            if pairs:
                told["line"]["prefixes"] = {v.strip(): tags.strip() for v, _sign, tags in pairs}
        return told

    def _names(self, given: dict[str, Any]) -> list[str]:
        named = [name.strip() for name in (given.get("named") or "").split(",")]
        return [*(given.get("tags") or ()), *(name for name in named if name)]

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _label(tag: Tag) -> str:
    label = f"{tag.about.label} – {tag.path}" if tag.about.label else tag.path
    return f"{label} ({tag.about.unit})" if tag.about.unit else label
