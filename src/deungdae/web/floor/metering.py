"""The card of energy: a sentence, a picture of quarters of an hour, and tiles."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from deungdae.web.companies.models import Site
from deungdae.web.core.models import Organisation
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.picturing import MOST_ROWS, Chart
from deungdae.web.floor.shown import energy as words
from deungdae.web.floor.shown.drawing import power
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.durations import clock, day_clock, money, percent
from deungdae.web.floor.shown.energy import HOUR_US, Energy, Piece
from deungdae.web.floor.span import Chosen

#: Bars that can be told apart; beyond, a bar is an hour. Load periods change on the hour.
MOST_BARS: Final = 100
#: From this share of the contracted power on, a peak needs looking at.
NEAR: Final = 0.9
WITHIN: Final = 6.0  #: seconds that a page waits for what a site used


def contract(scope: Scope, site: Site) -> dict[str, Any]:
    """Return where the electricity contract of a site is, and whether the reader may enter it."""
    return {
        "contract_url": reverse("floor:power_contract", args=(site.public_id,)),
        "may_contract": allowed("companies.manage", scope, site.organisation),
    }


def card(found: Energy | None, chosen: Chosen, now_us: int) -> Mapping[str, Any] | None:
    """Return what the card shows; None where nothing was metered."""
    if found is None or not found.pieces:
        return None
    sentence = words.sentence(found)
    pieces = by_the_hour(found.pieces) if len(found.pieces) > MOST_BARS else found.pieces
    axis = Axis(chosen.start_us, chosen.end_us)
    priced = any(one.band for one in pieces)
    header = [_("From"), _("Until"), "kWh", "kW", *([_("Load period")] if priced else [])]
    rows = [
        [
            day_clock(one.start_us, now_us),
            day_clock(one.end_us, now_us),
            f"{one.kwh:,.2f}",
            f"{one.kw:,.1f}",
            *([words.band_word(one.band) or "–"] if priced else []),
        ]
        for one in pieces
    ]
    picture = power.power_bars(pieces, axis, sentence, found.peak_at)
    return {
        "chart": Chart("energy-chart", _("Energy"), sentence, picture, header, rows[:MOST_ROWS]),
        "legend": legend(found),
        "tiles": tiles(found),
        "notes": words.notes(found),
        "costed": found.cost is not None,
    }


def by_the_hour(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces put together by hours; those of two load periods stay apart."""
    found: list[Piece] = []
    for one in pieces:
        last = found[-1] if found else None
        if (
            last is not None
            and last.end_us == one.start_us
            and last.band == one.band
            and last.start_us // HOUR_US == one.start_us // HOUR_US
        ):
            found[-1] = Piece(last.start_us, one.end_us, last.kwh + one.kwh, one.band)
        else:
            found.append(one)
    return found


def legend(found: Energy) -> list[dict[str, Any]]:
    """Return the load periods that occur, with kWh and won of each."""
    if found.cost is None:
        return []
    return [
        {
            "swatch": power.swatch(band),
            "word": words.band_word(band),
            "kwh": words.kwh(kwh),
            "won": money(won),
        }
        for band, kwh, won in found.cost.bands
        if kwh > 0
    ]


def tiles(found: Energy) -> list[dict[str, str]]:
    """Return the tiles of a card: what is not known has none."""
    state = "estimated" if found.estimated else ""
    told = [{"label": _("Electricity"), "value": words.kwh(found.kwh), "unit": "kWh"}]
    if found.cost is not None and found.cost.won is not None:
        told.append({"label": _("Energy charge"), "value": money(found.cost.won)})
    if found.per_good_kwh is not None:
        note = ""
        if found.per_good_won is not None:
            note = _("%(won)s won for each") % {"won": words.small(found.per_good_won)}
        value = words.small(found.per_good_kwh)
        told.append(
            {"label": _("For a good part"), "value": value, "unit": "kWh", "note": note}
        )  # fmt: skip
    if found.standing_share is not None:
        note = f"{words.kwh(found.standing_kwh)} kWh"
        if found.standing_won is not None:
            note = f"{note} · {money(found.standing_won)}"
        value = percent(found.standing_share)
        told.append({"label": _("Used while standing"), "value": value, "note": note})
    if found.peak_kw is not None:
        note = "" if found.peak_at is None else _("from %(at)s") % {"at": words.peak_at(found)}
        value = f"{found.peak_kw:,.1f}"
        told.append({"label": _("Highest quarter"), "value": value, "unit": "kW", "note": note})
    return [{"unit": "", "note": "", "state": state, **one} for one in told]


def of_site(
    organisation: Organisation, site: str, start_us: int, end_us: int
) -> Mapping[str, Any] | None:
    """Return what the metered machines of a site used; None where nobody tells or nothing was."""
    given = {"site": site, "start": start_us, "end": end_us}
    told = asking.ask(organisation, "power", given, WITHIN).found
    found = Energy.of(told.get("energy")) if isinstance(told, Mapping) else None
    if found is None:
        return None
    shown = [one for one in tiles(found) if one["value"]]
    agreed = told.get("contract_kw")
    if agreed and found.peak_kw is not None:
        share = found.peak_kw / agreed
        shown[-1]["note"] = _("%(share)s of the contracted %(kw)s kW, from %(at)s") % {
            "share": percent(share),
            "kw": f"{agreed:,.0f}",
            "at": clock(found.peak_at) if found.peak_at is not None else "–",
        }
        shown[-1]["state"] = "now" if share > 1 else "soon" if share >= NEAR else shown[-1]["state"]
    machines, metered = told["machines"], told["metered"]
    told_of = words.notes(found)
    if metered < machines:
        told_of.insert(
            0,
            _("%(metered)d of %(machines)d machines are metered; the site uses more.")
            % {"metered": metered, "machines": machines},
        )
    return {"tiles": shown, "notes": told_of, "costed": found.cost is not None}


def of_shift(shift: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    """Return tiles of what a shift used; one from before the program told it has none."""
    found = Energy.of(shift.get("energy"))
    return () if found is None else tiles(found)
