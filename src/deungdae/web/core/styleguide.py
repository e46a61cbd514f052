"""Every component once, on one living page: /styleguide/, where DEUNGDAE_STYLEGUIDE says yes."""

import re
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deungdae.web.core.access import public

#: made-up defect rates of ten days; one day has no reading
RATES: Final = (1.1, 1.3, 0.9, 1.2, None, 1.0, 1.4, 2.9, 1.2, 1.1)
#: tokens that the page shows as swatches; deungdae.css has a class for each
COLOURS: Final = (
    *("ink", "muted", "paper", "card", "sunk", "line", "edge", "brand", "lamp"),
    *("alarm", "alarm-soft", "amber", "amber-soft", "link"),
)
MOMENT: Final = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Name of the line"),
        help_text=gettext_lazy("As it stands on the machine."),
    )
    part = forms.ChoiceField(
        label=gettext_lazy("Process"),
        choices=[
            ("moulding", gettext_lazy("Injection moulding")),
            ("press", gettext_lazy("Press")),
        ],
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), required=False, widget=forms.Textarea({"rows": 2})
    )
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput)
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}))
    kind = forms.ChoiceField(
        label=gettext_lazy("Result"),
        widget=forms.RadioSelect,
        choices=[("ok", gettext_lazy("Good")), ("ng", gettext_lazy("Bad"))],
    )
    sure = forms.BooleanField(label=gettext_lazy("Remember this for files of the same shape"))


#: a drawing as the report makes them: sizes in a viewBox, colours by name with those of print
DRAWING: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 420 90" role="img" '
    'aria-label="40, 25, 9">'
    + "".join(
        f'<rect x="0" y="{30 * i}" width="{9 * n}" height="20" '
        'fill="var(--chart-neutral, #8791a1)"></rect>'
        f'<text x="{9 * n + 8}" y="{30 * i + 15}" font-size="13" '
        f'fill="var(--chart-ink, #1b2433)">{n}</text>'
        for i, n in enumerate((40, 25, 9))
    )
    + "</svg>"
)


def signs() -> list[str]:
    """Return the names of all signs that `{% icon %}` knows."""
    sheet = files("deungdae.web.core") / "static" / "core" / "icons.svg"
    return re.findall(r'<symbol id="(\w+)"', sheet.read_text("utf-8"))


def _spec() -> dict[str, Any]:
    days = [{"day": f"11/{11 + i}", "rate": rate} for i, rate in enumerate(RATES)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "height": 200,
        "data": {"values": days},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "x": {
                "field": "day",
                "type": "ordinal",
                "title": None,
                # every day has its place: a day without a reading is a gap
                "scale": {"domain": [day["day"] for day in days]},
                "axis": {"labelAngle": 0, "labelOverlap": True},
            },
            "y": {"field": "rate", "type": "quantitative", "title": _("Defect rate (%)")},
            "color": {
                "condition": {"test": "datum.rate > 2", "value": "#c8321f"},
                "value": "#8791a1",
            },
        },
    }


def _reports() -> list[dict[str, Any]]:
    return [
        {"name": "9월_검사.xlsx", "at": MOMENT, "rows": 5230, "bad": 60, "kind": "suspected"},
        {
            "name": "10월_검사.xlsx",
            "at": MOMENT - timedelta(days=3),
            "rows": 4981,
            "bad": 212,
            "kind": "clear",
        },
        {
            "name": "press_line_2.csv",
            "at": MOMENT - timedelta(days=9),
            "rows": 812,
            "bad": 9,
            "kind": "not_enough_data",
        },
        {
            "name": "시험사출.csv",
            "at": MOMENT - timedelta(days=12),
            "rows": 1400,
            "bad": 14,
            "kind": "none",
        },
    ]


@public
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component; Http404 unless the setting asks for the page."""
    if not settings.STYLEGUIDE:
        raise Http404
    wrong = Sample({"name": "", "part": "press", "kind": "ok"}, prefix="wrong")
    reports = sorted(_reports(), key=lambda r: str(r["name"]))
    verdicts = {
        "clear": _("clear"),
        "suspected": _("suspected"),
        "none": _("no cause found"),
        "not_enough_data": _("not enough data"),
    }
    for report in reports:
        report["word"] = verdicts[report["kind"]]
    return render(
        request,
        "core/styleguide.html",
        {
            "rates": RATES,
            "form": Sample(initial={"part": "moulding"}),
            "wrong": wrong,
            "page": Paginator(reports, 3).get_page(request.GET.get("page")),
            "spec": _spec(),
            "drawing": DRAWING,
            "reason_header": [_("Reason"), _("Bad")],
            "reason_rows": [[_("Weld lines"), 40], [_("Scratch"), 25], [_("Gas mark"), 9]],
            "chart_header": [_("Day"), _("Defect rate (%)")],
            "chart_rows": [
                [f"11/{11 + i}", "–" if r is None else str(r)] for i, r in enumerate(RATES)
            ],
            "steps": [
                _("Drop a file"),
                _("Check what was understood"),
                _("Analyse"),
                _("Read the report"),
            ],
            "events": [
                {"title": _("File received"), "at": MOMENT, "kind": "done"},
                {"title": _("Table read: 5,230 rows"), "at": MOMENT + timedelta(minutes=1)},
                {
                    "title": _("Looking for causes"),
                    "at": MOMENT + timedelta(minutes=2),
                    "kind": "current",
                    "text": _("3 of 7 groups"),
                },
            ],
            "kinds": [
                ("clear", _("clear")),
                ("suspected", _("suspected")),
                ("none", _("no cause found")),
                ("not_enough_data", _("not enough data")),
                ("now", _("Act now")),
                ("soon", _("Soon")),
                ("running", _("running")),
                ("waiting", _("waiting")),
                ("done", _("done")),
                ("failed", _("failed")),
                ("demo", _("Demo")),
            ],
            "icons": signs(),
            "colours": COLOURS,
        },
    )
