"""What was metered in a time, read from the monitor's plain data, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deungdae.web.floor.shown.durations import money, percent, within

BANDS: Final = ("light", "mid", "peak")
HOUR_US: Final = 3_600_000_000
#: A share standing below which nothing is made of it.
WORTH_SAYING: Final = 0.01


@dataclass(frozen=True, slots=True)
class Piece:
    """kWh of a quarter of an hour or longer, and its load period ("" without a tariff)."""

    start_us: int
    end_us: int
    kwh: float
    band: str = ""

    @property
    def kw(self) -> float:
        """Its mean power."""
        return self.kwh * HOUR_US / max(self.end_us - self.start_us, 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """What energy costs by a tariff: kWh and won of each load period; won None without prices."""

    title: str
    bands: Sequence[tuple[str, float, float | None]]
    won: float | None
    base: float | None = None
    contract_kw: float | None = None
    example: bool = False
    until: str = ""
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Energy:
    """What was metered; `standing_*` is what was used while nothing ran."""

    kwh: float | None
    per_good_kwh: float | None = None
    per_good_won: float | None = None
    peak_kw: float | None = None
    peak_at: int | None = None
    cost: Cost | None = None
    standing_kwh: float | None = None
    standing_share: float | None = None
    standing_won: float | None = None
    estimated: bool = False
    pieces: Sequence[Piece] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> "Energy | None":
        """Read what was told; None where nothing was metered."""
        if not isinstance(data, Mapping) or not data:
            return None
        stood = data.get("standing") or {}
        at = _number(data, "peak_at")
        return cls(
            kwh=_number(data, "kwh"),
            per_good_kwh=_number(data, "per_good_kwh"),
            per_good_won=_number(data, "per_good_won"),
            peak_kw=_number(data, "peak_kw"),
            peak_at=None if at is None else int(at),
            cost=_cost(data.get("cost")),
            standing_kwh=_number(stood, "kwh"),
            standing_share=_number(stood, "share"),
            standing_won=_number(stood, "won"),
            estimated=data.get("estimated") is True,
            pieces=[
                Piece(int(row[0]), int(row[1]), float(row[2]), str((*row, None)[3] or ""))
                for row in data.get("trend") or ()
            ],
        )


def _number(data: Mapping[str, Any], name: str) -> float | None:
    found = data.get(name)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _cost(data: Any) -> Cost | None:
    if not isinstance(data, Mapping):
        return None
    return Cost(
        tariff_title(data),
        [(str(band), float(kwh), won) for band, kwh, won in data.get("bands") or ()],
        _number(data, "energy_won"),
        _number(data, "base"),
        _number(data, "contract_kw"),
        example=data.get("example") is True,
        until=str(data.get("until") or ""),
        warnings=[str(one) for one in data.get("warnings") or ()],
    )


def band_word(band: str) -> str:
    """Return what a load period is called."""
    return {"light": _("Light load"), "mid": _("Mid load"), "peak": _("Peak load")}.get(band, band)


def kwh(amount: float | None) -> str:
    """Return an amount as a person reads it; empty for None."""
    if amount is None:
        return ""
    return f"{amount:,.0f}" if amount >= 1000 else f"{amount:,.1f}"


def small(amount: float | None) -> str:
    """Return an amount of one part, with three digits; empty for None."""
    if amount is None:
        return ""
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"


def sentence(found: Energy) -> str:
    """Return what an owner would say: how much, what it cost, and what was used standing."""
    won = None if found.cost is None else found.cost.won
    values = {"kwh": kwh(found.kwh), "won": money(won)}
    parts = []
    if won is None:
        parts.append(_("%(kwh)s kWh in this time.") % values)
    else:
        parts.append(_("%(kwh)s kWh, %(won)s of energy charge.") % values)
    share = found.standing_share
    if share is not None:
        stood = {
            "share": percent(share),
            "kwh": kwh(found.standing_kwh),
            "won": money(found.standing_won),
        }
        if share < WORTH_SAYING:
            parts.append(_("Next to nothing of it was used while standing."))
        elif found.standing_won is None:
            parts.append(_("%(share)s of it (%(kwh)s kWh) was used while standing.") % stood)
        else:
            parts.append(_("%(share)s of it (%(won)s) was used while standing.") % stood)
    if found.peak_kw is not None and found.peak_at is not None:
        parts.append(
            _("The highest quarter of an hour was %(kw)s kW, at %(at)s.")
            % {"kw": f"{found.peak_kw:,.1f}", "at": peak_at(found)}
        )
    return " ".join(parts)


def peak_at(found: Energy) -> str:
    """Return when the highest quarter was, with its day where the time is longer than one."""
    peak = found.peak_at or 0
    start, end = (found.pieces[0].start_us, found.pieces[-1].end_us) if found.pieces else (0, 0)
    return within(peak, start, end)


def notes(found: Energy) -> list[str]:
    """Return what must be known of the figures: what is estimated, of another time, or missing."""
    told = []
    if found.estimated:
        told.append(
            _("Estimated: worked out from the signal of the load by its scale, not from a meter.")
        )
    cost = found.cost
    if cost is None:
        return told
    if cost.example:
        told.append(_("Prices of an example contract for the demo: %(tariff)s.") % _title(cost))
    else:
        told.append(_("Prices: %(tariff)s.") % _title(cost))
    if "no_prices" in cost.warnings:
        told.append(_("The tariff's prices are not known here; enter those of the bill."))
    if "not_valid" in cost.warnings:
        if cost.until:
            told.append(
                _("These prices were verified until %(day)s only; enter those of the bill.")
                % {"day": cost.until}
            )
        else:
            told.append(_("The tariff did not hold on all of these days."))
    if "part" in cost.warnings:
        told.append(_("No contract with a tariff holds for all of this time, so it has no cost."))
    if cost.base is not None:
        told.append(
            _(
                "The basic charge (%(won)s won per kW of the highest demand and month) belongs to "
                "the whole site and is not in the cost."
            )
            % {"won": f"{cost.base:,.0f}"}
        )
    return told


def tariff_title(told: Mapping[str, Any]) -> str:
    """Return what a tariff is called in the reader's language; what was kept before has Korean."""
    english = not (get_language() or "ko").startswith("ko")
    return str((english and told.get("title_en")) or told.get("title") or "")


def _title(cost: Cost) -> dict[str, str]:
    return {"tariff": cost.title}
