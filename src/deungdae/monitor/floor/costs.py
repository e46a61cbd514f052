"""What metered electricity costs by load period, what a part needs, and what was used standing.

Here is what a machine used: its kWh at the price of their hour. The price of demand belongs to the
whole site (its highest quarter of an hour counts, whatever machine made it) and is not shared out.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from deungdae.analysis.energy import Tariff, standing_kwh, tariff
from deungdae.analysis.energy.tariff import BANDS
from deungdae.analysis.oee import STANDING, Span, State
from deungdae.monitor.definitions import Asset, Contract
from deungdae.monitor.floor.energy import Quarter, peak
from deungdae.records.errors import UnusableOption

SEASONS: Final = ("summer", "mild", "winter")  #: in the order of nine prices
MOSTLY_KNOWN: Final = 0.5  #: of the kWh: below it nothing is said of what was used standing
FEWEST_GOOD: Final = 1.0  #: good parts, below which nothing is said of one
#: Of the kWh of several machines in a quarter, from which on it counts as measured.
MOSTLY_MEASURED: Final = 0.9


def document(
    asset: Asset, quarters: Sequence[Quarter], spans: Sequence[Span], good: float | None
) -> dict[str, Any] | None:
    """Return what was used in some quarters as JSON; None where nothing was metered.

    `spans` are what the machine did, `good` its good parts (None: nobody counts). "cost" is None
    without a tariff; "standing" where running and standing cannot be told apart, or where of most
    of it nothing is known.
    """
    if not quarters:
        return None
    kwh = sum(each.kwh for each in quarters)
    peak_kw, peak_at = peak(quarters)
    parts = good if good is not None and good >= FEWEST_GOOD else None
    cost, bands = priced(asset, quarters)
    won = None if cost is None else cost["energy_won"]
    prices = None if cost is None else cost.pop("prices")
    return {
        "kwh": round(kwh, 6),
        "peak_kw": peak_kw,
        "peak_at": peak_at,
        "per_good_kwh": None if parts is None else kwh / parts,
        "per_good_won": None if parts is None or won is None else won / parts,
        "cost": cost,
        "standing": _standing(quarters, spans, prices) if spans else None,
        "estimated": estimated(asset),
        "trend": [
            [*each[:3], None if bands is None else bands[at], each.measured]
            for at, each in enumerate(quarters)
        ],
    }


def priced(
    asset: Asset, quarters: Sequence[Quarter]
) -> tuple[dict[str, Any] | None, Sequence[str | None] | None]:
    """Return the cost of some quarters and the load period of each; None without a tariff.

    Each quarter counts by the contract that was valid on its day. One before the first contract, or
    by one without a tariff, has no price, and then the whole has none ("part").
    """
    if not asset.contracts:
        return None, None
    zone = ZoneInfo(asset.site_zone)
    sums = {name: [0.0, 0.0] for name in BANDS}
    bands: list[str | None] = []
    prices: list[float | None] = []
    warnings: list[str] = []
    last: Contract | None = None
    chosen: Tariff | None = None
    for start, _, kwh, _ in quarters:
        local = datetime.fromtimestamp(start / 1e6, zone)
        last = _valid(asset, local.date())
        day = None if last is None else _day(last, local.date())
        if last is None or day is None:
            warnings.append("part")
            bands.append(None)
            prices.append(None)
            continue
        chosen = day.tariff
        place = (local.hour * 60 + local.minute) // 15
        bands.append(day.bands[place])
        prices.append(None if day.prices is None else day.prices[place])
        sums[day.bands[place]][0] += kwh
        sums[day.bands[place]][1] += kwh * (prices[-1] or 0.0)
        warnings += day.warnings
    if chosen is None:
        return None, None
    known = None not in prices
    won = sum(each for _, each in sums.values())
    return {
        "tariff": chosen.name,
        "title": chosen.title,
        "title_en": chosen.title_en,
        "until": None if chosen.until is None else chosen.until.isoformat(),
        "bands": [[name, kwh, each if known else None] for name, (kwh, each) in sums.items()],
        "energy_won": won if known else None,
        "base": chosen.base,
        "contract_kw": None if last is None else last.contract_kw,
        "example": last is not None and last.example,
        "warnings": list(dict.fromkeys(warnings)),
        "prices": prices if known else None,
    }, bands


class _Day(NamedTuple):
    """The load period and the price (won per kWh) of each quarter of an hour of a day."""

    tariff: Tariff
    bands: tuple[str, ...]
    prices: tuple[float, ...] | None
    warnings: tuple[str, ...]


@lru_cache(maxsize=2048)
def _day(contract: Contract, day: date) -> _Day | None:
    """Return the quarters of a day by a contract; None without a tariff that is known."""
    if contract.tariff is None:
        return None
    try:
        found = tariff(contract.tariff, contract.prices, contract.base)
    except UnusableOption:
        return None  # of a later version of the program: nothing is priced by it then
    local = np.datetime64(day, "s") + np.arange(96) * np.timedelta64(15, "m")
    codes, season, factor = found.periods(local)
    bands = tuple(BANDS[code] for code in codes.tolist())
    if found.prices is None:
        return _Day(found, bands, None, ("no_prices",))
    prices = [
        found.prices[name][code] * share
        for name, code, share in zip(season, codes.tolist(), factor.tolist(), strict=True)
    ]
    held = found.since <= day and (found.until is None or day <= found.until)
    old = () if held or contract.prices is not None else ("not_valid",)
    return _Day(found, bands, tuple(prices), old)


def estimated(asset: Asset) -> bool:
    """Say whether power is worked out from the signal that tells the load, such as a current."""
    meter, power, load = (asset.signal(role) for role in ("energy", "power", "load"))
    return meter is None and power is not None and load is not None and power.tag == load.tag


def summed(several: Sequence[Sequence[Quarter]]) -> list[Quarter]:
    """Return the quarters of several machines together.

    One meter that speaks seldom, and uses little, does not hide the demand of all the others.
    """
    found: dict[tuple[int, int], list[float]] = {}
    for each in several:
        for start, end, kwh, measured in each:
            sums = found.setdefault((start, end), [0.0, 0.0])
            sums[0] += kwh
            sums[1] += kwh if measured else 0.0
    return [
        Quarter(*time, round(kwh, 6), told >= MOSTLY_MEASURED * kwh)
        for time, (kwh, told) in sorted(found.items())
    ]


def together(
    asset: Asset, documents: Sequence[dict[str, Any] | None], good: float | None
) -> dict[str, Any] | None:
    """Return what several machines used as one, `asset` being their line or any of them."""
    known = [each for each in documents if each is not None]
    whole = document(asset, summed([_quarters(each["trend"]) for each in known]), [], good)
    if whole is None:
        return None
    stood = [each["standing"] for each in known]
    if all(one is not None for one in stood):
        won = [one["won"] for one in stood]
        kwh, seen = (sum(one[name] for one in stood) for name in ("kwh", "known_kwh"))
        whole["standing"] = {
            "kwh": kwh,
            "known_kwh": seen,
            "share": kwh / seen if seen > 0 else None,
            "won": None if any(one is None for one in won) else sum(won),
        }
    else:
        whole["standing"] = None
    return whole | {"estimated": any(each["estimated"] for each in known)}


def _quarters(trend: Sequence[Sequence[Any]]) -> list[Quarter]:
    return [Quarter(start, end, kwh, measured) for start, end, kwh, _, measured in trend]


def _standing(
    quarters: Sequence[Quarter], spans: Sequence[Span], prices: Sequence[float] | None
) -> dict[str, Any] | None:
    columns = zip(*(each[:3] for each in quarters), strict=True)
    starts, ends, kwh = (np.array(column, dtype=float) for column in columns)
    ran, stood = np.zeros(len(quarters)), np.zeros(len(quarters))
    for span in spans:
        into = ran if span.state is State.RUNNING else stood if span.state in STANDING else None
        if into is not None:
            into += np.maximum(np.minimum(ends, span.end_us) - np.maximum(starts, span.start_us), 0)
    lasted = ends - starts
    known = kwh * np.minimum((ran + stood) / lasted, 1.0)
    found = standing_kwh(known, ran / 1e6, stood / 1e6)
    seen = float(known.sum())
    if found is None or seen <= 0 or seen < MOSTLY_KNOWN * float(kwh.sum()):
        return None
    return {
        "kwh": float(found.sum()),
        "known_kwh": seen,
        "share": float(found.sum()) / seen,
        "won": None if prices is None else float((found * np.array(prices)).sum()),
    }


def valid(asset: Asset, at_us: int) -> Contract | None:
    """Return the contract of an asset's site at an instant."""
    return _valid(asset, datetime.fromtimestamp(at_us / 1e6, ZoneInfo(asset.site_zone)).date())


def _valid(asset: Asset, day: date) -> Contract | None:
    return next((one for one in reversed(asset.contracts) if one.since <= day), None)


def told_tariffs(names: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return what a page offers to choose from: each tariff that is shipped."""
    found: list[Mapping[str, Any]] = []
    for name in names:
        one = tariff(name)
        found.append(
            {
                "name": name,
                "title": one.title,
                "title_en": one.title_en,
                "option": name.partition("/")[2],
                "since": one.since.isoformat(),
                "until": None if one.until is None else one.until.isoformat(),
                "base": one.base,
                "prices": None
                if one.prices is None
                else [price for season in SEASONS for price in one.prices[season]],
            }
        )
    return found
