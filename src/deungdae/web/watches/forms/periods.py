"""A good period, and how it is watched."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.watches.shown.words import METHODS, PER_WEEK

OFTEN = [(f"{count:g}", word) for count, word in PER_WEEK.items()]
SHORTEST_US = 10 * 60 * 1_000_000
LONGEST_US = 100 * 86_400 * 1_000_000
INPUT = "%Y-%m-%dT%H:%M"


class PeriodForm(forms.Form):
    """From when to when, which tags, how many false alarms."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    start = forms.DateTimeField(label=_lazy("The good period begins"), input_formats=[INPUT])
    end = forms.DateTimeField(label=_lazy("and ends"), input_formats=[INPUT])
    per_week = forms.ChoiceField(label=_lazy("False alarms you would accept"), choices=OFTEN)
    method = forms.ChoiceField(
        label=_lazy("Method"),
        required=False,
        choices=[("", _lazy("choose by trying all of them (recommended)")), *METHODS.items()],
    )
    tags = forms.MultipleChoiceField(label=_lazy("Tags"))

    def __init__(self, *args: Any, tags: list[str], named: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].choices = [(tag, tag) for tag in tags]
        if not named:
            del self.fields["name"]

    def clean(self) -> dict[str, Any]:
        """Bring the period into microseconds; refuse one that makes no sense."""
        values: dict[str, Any] = super().clean() or {}
        start, end = values.get("start"), values.get("end")
        if start is None or end is None:
            return values
        values["start_us"], values["end_us"] = _us(start), _us(end)
        length = values["end_us"] - values["start_us"]
        if length < SHORTEST_US:
            self.add_error("end", _("A good period lasts at least ten minutes."))
        elif length > LONGEST_US:
            self.add_error("end", _("A good period lasts at most a hundred days."))
        elif end > timezone.now():
            self.add_error("end", _("The good period must be over."))
        values["per_week"] = float(values.get("per_week") or 1)
        return values


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def written(time_us: int) -> str:
    """Return a time as the field of a form has it."""
    local = datetime.fromtimestamp(time_us / 1e6, timezone.get_current_timezone())
    return local.strftime(INPUT)
