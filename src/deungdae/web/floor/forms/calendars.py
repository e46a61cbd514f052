"""What is typed about a shift calendar and its exceptions."""

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.floor.working import clock, patterns

MOST_DAYS: Final = 62  #: that one entry may span
DATE = {"type": "date"}
COUNTRIES: Final = (("KR", _lazy("Korean public holidays")), ("", _lazy("none")))


class CalendarForm(forms.Form):
    """Name and what a calendar counts by."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    country = forms.ChoiceField(
        label=_lazy("Public holidays"),
        choices=COUNTRIES,
        required=False,
        help_text=_lazy(
            "Substitute holidays are included. A pattern may work on them all the same."
        ),
    )
    day_cut = forms.CharField(
        label=_lazy("A production day begins at"),
        max_length=10,
        initial="08:00",
        help_text=_lazy("For what no shift covers. Night shifts belong to the day they begin on."),
    )
    time_zone = forms.CharField(label=_lazy("Time zone"), max_length=50, initial="Asia/Seoul")

    def clean_day_cut(self) -> int:
        """Read a time of day."""
        minute = clock.read(self.cleaned_data["day_cut"])
        if minute is None or minute >= clock.DAY:
            raise ValidationError(_("Write a time of day, such as 08:00."))
        return minute

    def clean_time_zone(self) -> str:
        """Know the zone."""
        typed: str = self.cleaned_data["time_zone"]
        if typed not in available_timezones():
            raise ValidationError(_("There is no such time zone; try Asia/Seoul."))
        return typed


class SinceForm(forms.Form):
    """From which day on a pattern holds."""

    since = forms.DateField(
        label=_lazy("From this day on"),
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=_lazy("What was worked before stays as it was."),
    )


class ExceptionForm(forms.Form):
    """A day off, or work beside the pattern."""

    WHAT = (
        ("closed", _lazy("Nobody works (day off)")),
        ("extra", _lazy("Work beside the pattern (overtime, holiday work)")),
    )

    what = forms.ChoiceField(label=_lazy("What"), choices=WHAT, initial="closed")
    day = forms.DateField(label=_lazy("Day"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=_lazy("Several days in a row, such as a summer break."),
    )
    shift = forms.ChoiceField(label=_lazy("Shift"), required=False)
    start = forms.CharField(
        label=_lazy("From"), required=False, max_length=10, help_text=_lazy("Such as 17:30.")
    )
    end = forms.CharField(label=_lazy("To"), required=False, max_length=10)
    reason = forms.CharField(
        label=_lazy("Reason"),
        required=False,
        max_length=200,
        help_text=_lazy("Such as founding day, or special work for an order."),
    )

    def __init__(self, shifts: list[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shift"].choices = [("", _("all shifts")), *((s, s) for s in shifts)]
        self.extra: dict[str, Any] | None = None

    def clean(self) -> dict[str, Any]:
        """Read the work that is done beside the pattern."""
        found: dict[str, Any] = super().clean() or {}
        day, until = found.get("day"), found.get("until")
        if day and until and not timedelta() <= until - day <= timedelta(days=MOST_DAYS):
            self.add_error("until", _("The last day comes after the first, within two months."))
        if found.get("what") == "extra":
            name = found.get("shift") or _("overtime")
            self.extra, problem = patterns.shift_of(
                str(name), found.get("start", ""), found.get("end", ""), ""
            )
            if problem:
                self.add_error("start", problem)
        return found

    def days(self) -> list[date]:
        """Return the days that are meant."""
        first: date = self.cleaned_data["day"]
        last: date = self.cleaned_data["until"] or first
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]
