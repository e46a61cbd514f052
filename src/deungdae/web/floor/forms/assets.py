"""What is typed about a line or a machine."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.records.readings import BadReading, tag_path
from deungdae.web.companies.models import Site
from deungdae.web.core.scope import Scope
from deungdae.web.floor.kinds import TEMPLATES
from deungdae.web.floor.models import Asset, ShiftCalendar
from deungdae.web.plant import speech

LONGEST_CYCLE: Final = 86_400.0
MOST_PRODUCTS: Final = 500


def _seconds(label: Any, help_text: Any = "", **options: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0.01,
        max_value=LONGEST_CYCLE,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        **options,
    )


class AssetForm(forms.Form):
    """A line or machine. Fields that make no sense for its kind are not there."""

    name = forms.CharField(label=_lazy("Name"), max_length=100)
    site = forms.ModelChoiceField(Site.objects.none(), label=_lazy("Site"), empty_label=None)
    line = forms.ModelChoiceField(
        Asset.objects.none(),
        label=_lazy("Its line"),
        required=False,
        empty_label=_lazy("in no line"),
    )
    template = forms.ChoiceField(label=_lazy("Type of machine"))
    path = forms.CharField(
        label=_lazy("Names of its tags begin with"),
        max_length=500,
        required=False,
        help_text=_lazy("Such as line1/imm1. Tags below it are offered first."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    calendar = forms.ModelChoiceField(
        ShiftCalendar.objects.none(),
        label=_lazy("Shift calendar"),
        required=False,
        empty_label=_lazy("the usual one"),
    )
    output = forms.ModelChoiceField(
        Asset.objects.none(),
        label=_lazy("The line's count is that of"),
        required=False,
        empty_label=_lazy("all machines added (side by side)"),
        help_text=_lazy(
            "For machines one after another: the last one, whose parts are the line's."
        ),
    )
    ideal_seconds = _seconds(
        _lazy("Ideal cycle (seconds for one part)"),
        _lazy("The shortest time in which it can make one part. Performance is measured by it."),
    )
    corrects = forms.BooleanField(
        label=_lazy("This ideal cycle was right from the beginning"),
        required=False,
        help_text=_lazy(
            "Past shifts are worked out with it, too. Otherwise each keeps the one of its time."
        ),
    )
    parts_per_count = forms.FloatField(
        label=_lazy("Parts per count"),
        min_value=0.001,
        max_value=100_000,
        initial=1,
        help_text=_lazy("Several cavities or parts a stroke: say how many."),
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
    )
    stop_after_seconds = _seconds(
        _lazy("Counts as stopped after (seconds)"),
        _lazy("Without a part for so long. Empty: worked out from its usual cycle."),
    )
    micro_stop_seconds = _seconds(
        _lazy("Short stops are up to (seconds)"),
        _lazy("Shorter ones need no reason; they count as micro-stops."),
    )
    hour_cost = forms.FloatField(
        label=_lazy("An hour of standing costs (won)"),
        min_value=0,
        max_value=1e9,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "numeric"}),
    )
    products = forms.CharField(
        label=_lazy("Ideal cycles of single products"),
        required=False,
        max_length=40_000,
        help_text=_lazy("One product a line with its seconds, such as: Connector 24.0"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(
        self, scope: Scope, kind: str, asset: Asset | None, *args: Any, **options: Any
    ) -> None:
        """Offer the rows of the organisation that `scope` shows, which is that of `asset`."""
        super().__init__(*args, **options)
        self.kind = kind
        here = Asset.objects.here(scope).filter(retired_at=None)
        sites = Site.objects.here(scope)
        self.fields["site"].queryset = sites
        self.fields["calendar"].queryset = ShiftCalendar.objects.here(scope).filter(retired_at=None)
        self.fields["template"].choices = [(c, t.word) for c, t in TEMPLATES.items()]
        if asset is not None or sites.count() < 2:
            del self.fields["site"]
        if kind == "line":
            for name in (
                *("line", "template", "ideal_seconds", "parts_per_count", "stop_after_seconds"),
                *("micro_stop_seconds", "products", "corrects"),
            ):
                del self.fields[name]
            self.fields["output"].queryset = here.filter(kind="machine", line=asset)
            if asset is None:
                del self.fields["output"]
        else:
            del self.fields["output"]
            lines = here.filter(kind="line")
            if asset is None:
                del self.fields["corrects"]
            self.fields["line"].queryset = lines if asset is None else lines.filter(site=asset.site)

    @property
    def touched(self) -> bool:
        """Whether anything stands in it that is not said of the asset already."""
        return any(
            _text(self.data.get(name)) != _text(self.initial.get(name)) for name in self.fields
        )

    def clean_path(self) -> str:
        """Refuse what cannot begin the name of a tag."""
        typed: str = self.cleaned_data["path"].strip().strip("/")
        if not typed:
            return ""
        try:
            return str(tag_path(typed))
        except BadReading as error:
            raise ValidationError(speech.words().say_message(error.message)) from error

    def clean_micro_stop_seconds(self) -> float:
        """Take five minutes where nothing is said."""
        return self.cleaned_data["micro_stop_seconds"] or 300.0

    def clean_products(self) -> dict[str, float]:
        """Read a line for each product; its last word is the number."""
        found: dict[str, float] = {}
        for number, text in enumerate(self.cleaned_data["products"].splitlines(), 1):
            words = text.replace("\t", " ").replace("=", " ").split()
            if not words:
                continue
            seconds = _number(words[-1])
            if len(words) < 2 or seconds is None:
                raise ValidationError(
                    _("Line %(n)s is not understood: “%(text)s”. Write the product, then seconds.")
                    % {"n": number, "text": text.strip()[:60]}
                )
            found[" ".join(words[:-1])[:100]] = seconds
        if len(found) > MOST_PRODUCTS:
            raise ValidationError(_("At most %(n)s products.") % {"n": MOST_PRODUCTS})
        return found

    def values(self) -> dict[str, Any]:
        """Return what is said, by the names of an asset's fields."""
        others = ("site", "corrects")
        found = {name: value for name, value in self.cleaned_data.items() if name not in others}
        if found.get("ideal_seconds") and "ideal_seconds" in found:
            found["ideal_confirmed"] = True
        elif "ideal_seconds" in found:
            found["ideal_confirmed"] = False
        return found


def initial_of(asset: Asset) -> dict[str, Any]:
    """Return what stands in the form of an asset."""
    return {
        "name": asset.name,
        "line": asset.line_id,
        "template": asset.template,
        "path": asset.path,
        "calendar": asset.calendar_id,
        "output": asset.output_id,
        "ideal_seconds": _typed(asset.ideal_seconds),
        "parts_per_count": _typed(asset.parts_per_count),
        "stop_after_seconds": _typed(asset.stop_after_seconds),
        "micro_stop_seconds": _typed(asset.micro_stop_seconds),
        "hour_cost": _typed(asset.hour_cost),
        "products": "\n".join(f"{name} {seconds:g}" for name, seconds in asset.products.items()),
    }


def shown_of(asset: Asset) -> str:
    """Return what a page shows in the form, for `unchanged`."""
    return json.dumps({name: _text(value) for name, value in initial_of(asset).items()})


def unchanged(data: Mapping[str, Any], asset: Asset) -> dict[str, Any]:
    """Return the present value of each field that is as its page showed it (`shown`).

    A page may have been opened before somebody else changed what it shows: only what was typed on
    it is to be kept.
    """
    try:
        shown = json.loads(data.get("shown") or "{}")
    except ValueError:
        return {}
    if not isinstance(shown, dict):
        return {}
    now = initial_of(asset)
    return {
        name: _text(now[name])
        for name, text in shown.items()
        if name in now and name in data and _text(data[name]) == text
    }


def _text(value: object) -> str:
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _typed(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 < value <= LONGEST_CYCLE else None
