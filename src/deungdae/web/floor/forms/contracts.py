"""What is typed about a site's electricity contract."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

FIRST: Final = date(2000, 1, 1)
AHEAD: Final = timedelta(days=400)
MOST_WON: Final = 100_000.0  #: for a kWh; and for a kW and month, a hundred times as much
MOST_KW: Final = 1_000_000.0
SEASONS: Final = (
    ("summer", _lazy("Summer (June to August)")),
    ("mild", _lazy("Spring and autumn")),
    ("winter", _lazy("Winter (November to February)")),
)
BANDS: Final = (
    ("light", _lazy("Light load")), ("mid", _lazy("Mid load")), ("peak", _lazy("Peak load")),
)  # fmt: skip
PRICES: Final = tuple(f"{season}_{band}" for season, _w in SEASONS for band, _b in BANDS)


def _number(label: Any, most: float, help_text: Any = "", **attrs: str) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=most,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", **attrs}),
    )


class ContractForm(forms.Form):
    """Tariff, contracted power, prices; each may be left empty, all together not."""

    tariff = forms.ChoiceField(
        label=_lazy("Tariff"),
        required=False,
        help_text=_lazy("It says which hours are light, mid and peak load."),
    )
    contract_kw = _number(
        _lazy("Contracted power (kW)"),
        MOST_KW,
        _lazy("As on the bill. The highest demand is shown against it."),
    )
    base = _number(
        _lazy("Basic charge (won per kW and month)"),
        100 * MOST_WON,
        _lazy("Empty: that of the tariff, where it is known."),
    )
    since = forms.DateField(
        label=_lazy("From this day on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_lazy("What was used before is priced by the contract of then."),
    )

    def __init__(
        self, tariffs: Sequence[tuple[str, str]], kept: str, *args: Any, **options: Any
    ) -> None:
        """Offer tariffs as (name, word); `kept` is offered although nobody may tell it now."""
        super().__init__(*args, **options)
        known = [("", _("none")), *tariffs]
        if kept and kept not in dict(known):
            known.append((kept, kept))
        self.fields["tariff"].choices = known
        for (season, name), (band, word) in ((s, b) for s in SEASONS for b in BANDS):
            label = _("%(season)s, %(band)s (won per kWh)") % {"season": name, "band": word}
            self.fields[f"{season}_{band}"] = _number(label, MOST_WON, **{"aria-label": label})

    @property
    def plain(self) -> list[BoundField]:
        """Return the fields above the prices."""
        return [self[name] for name in ("tariff", "contract_kw", "base", "since")]

    @property
    def rows(self) -> list[tuple[Any, list[tuple[Any, BoundField]]]]:
        """Return the fields of prices: seasons with their bands."""
        return [
            (name, [(word, self[f"{season}_{band}"]) for band, word in BANDS])
            for season, name in SEASONS
        ]

    @property
    def wrong_prices(self) -> list[str]:
        """Return what is wrong with single prices, each with its name."""
        return [
            f"{self.fields[name].label}: {problem}"
            for name in PRICES
            for problem in self.errors.get(name, ())
        ]

    def clean_since(self) -> date:
        """Keep to days of which there is something to know."""
        typed: date = self.cleaned_data["since"]
        if not FIRST <= typed <= timezone.localdate() + AHEAD:
            raise ValidationError(
                _("A contract begins between %(first)s and a year from now.")
                % {"first": FIRST.isoformat()}
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """Hold the parts against one another."""
        found: dict[str, Any] = super().clean() or {}
        if any(name in self.errors for name in PRICES):
            return found
        typed = [found.get(name) for name in PRICES]
        missing = sum(one is None for one in typed)
        if 0 < missing < len(typed):
            raise ValidationError(
                _("Enter all nine prices or none: %(n)d are missing.") % {"n": missing}
            )
        tariff = found.get("tariff", "")
        if not missing and not tariff and "tariff" not in self.errors:
            self.add_error(
                "tariff", _("Choose a tariff: without its hours nobody knows when a price holds.")
            )
        if missing and not tariff and not found.get("contract_kw") and not self.errors:
            raise ValidationError(_("Choose a tariff, or enter the contracted power."))
        return found

    def values(self) -> dict[str, Any]:
        """Return what the action takes."""
        found = self.cleaned_data
        prices = [found[name] for name in PRICES]
        return {
            "since": found["since"],
            "tariff": found["tariff"],
            "prices": None if None in prices else prices,
            "base": found["base"] or None,
            "contract_kw": found["contract_kw"] or None,
        }


def initial(row: Any) -> Mapping[str, Any]:
    """Return what a form begins with: the present contract, from today on."""
    today = {"since": timezone.localdate()}
    if row is None:
        return today
    prices = dict(zip(PRICES, row.prices, strict=True)) if row.prices else {}
    return {
        **today, **prices,
        "tariff": row.tariff, "base": row.base, "contract_kw": row.contract_kw,
    }  # fmt: skip
