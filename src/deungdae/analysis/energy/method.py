"""The method `energy`: from metered electricity to demand, cost, energy per part and a forecast."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.document import input_document
from deungdae.analysis.causes.frame import to_frame
from deungdae.analysis.causes.options import Source
from deungdae.analysis.energy import warning
from deungdae.analysis.energy.demand import HOURS, billed
from deungdae.analysis.energy.options import Options
from deungdae.analysis.energy.parts import HOUR, per_part
from deungdae.analysis.energy.reading import Metered, metered
from deungdae.analysis.energy.tariff import BANDS, LIGHT, Tariff, tariff
from deungdae.analysis.seasonal import Seasonal, TooLittle
from deungdae.records.errors import UnusableOption
from deungdae.records.shoptable import SetAside

METHOD, VERSION = "energy", 1

Floats = NDArray[np.float64]
Progress = Callable[[str, float], None]

DAY: Final = warning.DAY
#: A peak is what the highest of 20 quarters reach.
HIGH: Final = 0.95
_MOST: Final = 60_000


@dataclass(frozen=True)
class Findings:
    """The result: `document` is plain JSON, `figures` the numbers behind its pictures."""

    document: dict[str, Any]
    figures: dict[str, Any]


def study(
    table: Any,
    options: Options | None = None,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Study metered electricity, one row for each metered period.

    kWh, kW and won throughout. "cost" is None without a tariff, "parts" without a count of parts,
    "forecast" with less than four known weeks, "warning" with less than six or too few peaks.
    Raises UnusableOption and UnusableFile as `reading.metered` and `tariff.tariff` do.
    """
    options, source = options or Options(), source or Source()
    tell = progress or (lambda _step, _share: None)
    tell("understanding", 0.0)
    for option, value in (("contract", options.contract), ("base", options.base)):
        if value is not None and not (np.isfinite(value) and value > 0):
            raise UnusableOption("--{option} must be a number above 0.", option=option)
    chosen = None
    if options.tariff is not None:
        chosen = tariff(options.tariff, options.prices, options.base)
    frame = to_frame(table, options.time_zone)
    found = metered(frame, options, dict(source.units))
    starts, kwh = found.starts, found.kwh
    known = np.isfinite(kwh)
    top = int(np.nanargmax(np.where(known, kwh, -np.inf))) if known.any() else None
    warnings = list(found.warnings)
    if known.mean() < 0.95:
        warnings.append("gaps")
    cost = None
    if chosen is not None:
        cost, more = _cost(found, chosen, options.contract)
        warnings += more
    tell("forecasting", 0.4)
    ahead, chance = _ahead(found, options.seed)
    main = found.columns["use"] or ""
    document = {
        "method": METHOD,
        "version": VERSION,
        "seed": options.seed,
        "input": input_document(
            source, frame.rows, found.rows,
            [a for a in [SetAside("value_missing", frame.rows - found.rows)] if a.rows], [],
            {**source.guessed, **found.guessed}, main, (),
        ),
        "columns": found.columns,
        "kind": found.kind,
        "quarters": int(known.sum()),
        "kwh": float(kwh[known].sum()),
        "peak": None
        if top is None
        else {"kw": float(kwh[top] / HOURS), "at": str(starts[top].astype("datetime64[s]"))},
        "mean_kw": float(kwh[known].mean() / HOURS) if known.any() else None,
        "cost": cost,
        "parts": _parts(found),
        "forecast": ahead,
        "warning": chance,
        "warnings": warnings,
    }  # fmt: skip
    tell("done", 1.0)
    return Findings(document, _figures(found))


def figures_of(
    starts: NDArray[np.datetime64], kwh: Floats, chosen: Tariff | None, contract: float | None
) -> dict[str, Any]:
    """Return kWh, highest demand and cost of quarters (local starts, kWh; NaN unknown) as JSON.

    For the monitor: no table, no forecast. "cost" is None without a tariff.
    """
    known = np.isfinite(kwh)
    found = Metered(starts, kwh, None, int(known.sum()), "kwh", {})
    cost = None if chosen is None else _cost(found, chosen, contract)[0]
    peak = float(kwh[known].max() / HOURS) if known.any() else None
    return {"kwh": float(kwh[known].sum()), "peak_kw": peak, "cost": cost}


def _cost(
    found: Metered, chosen: Tariff, contract: float | None
) -> tuple[dict[str, Any], list[str]]:
    band, season, factor = chosen.periods(found.starts)
    kwh = np.nan_to_num(found.kwh)
    by_band = [float(kwh[band == code].sum()) for code in range(len(BANDS))]
    warnings = []
    days = found.starts.astype("datetime64[D]")
    if (days < np.datetime64(chosen.since)).any() or (
        chosen.until is not None and (days > np.datetime64(chosen.until)).any()
    ):
        warnings.append("not_valid")
    won = None
    if chosen.prices is None:
        warnings.append("no_prices")
    else:
        price = np.array([chosen.prices[s][b] for s, b in zip(season, band, strict=True)])
        won = kwh * price * factor
    months = billed(
        found.starts, found.kwh / HOURS, band == LIGHT, chosen.demand_months, contract,
        chosen.contract_floor,
    )  # fmt: skip
    names = found.starts.astype("datetime64[M]").astype(str)
    rows = [
        {
            "month": name, "kwh": float(kwh[names == name].sum()), "peak_kw": top,
            "billed_kw": demand,
            "energy_won": None if won is None else float(won[names == name].sum()),
            "base_won": None if chosen.base is None else demand * chosen.base,
        }
        for name, top, demand in months
    ]  # fmt: skip
    return {
        "tariff": chosen.name,
        "title": chosen.title,
        "title_en": chosen.title_en,
        "source": chosen.source,
        "bands": [
            {"band": name, "kwh": by_band[code],
             "won": None if won is None else float(won[band == code].sum())}
            for code, name in enumerate(BANDS)
        ],
        "energy_won": None if won is None else float(won.sum()),
        "base_won": None if chosen.base is None else sum(m[2] for m in months) * chosen.base,
        "saved_per_kw": chosen.base,
        "months": rows,
    }, warnings  # fmt: skip


def _parts(found: Metered) -> dict[str, Any] | None:
    if found.parts is None:
        return None
    whole = found.kwh.size // HOUR * HOUR
    kwh = found.kwh[:whole].reshape(-1, HOUR).sum(axis=1)
    made = found.parts[:whole].reshape(-1, HOUR).sum(axis=1)
    return per_part(kwh, made)


def _phase(found: Metered) -> int:
    """Return how many quarters after a Monday's midnight the first one is."""
    first = found.starts[0]
    day = first.astype("datetime64[D]")
    weekday = (int(day.astype(int)) + 3) % 7
    return int(weekday * DAY + (first - day) // np.timedelta64(15, "m"))


def _ahead(found: Metered, seed: int) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the next day, and the chance of a peak within the next hour."""
    kwh, phase = found.kwh, _phase(found)
    if kwh.size > _MOST:
        cut = (kwh.size - _MOST) // (7 * DAY) * 7 * DAY
        kwh = kwh[cut:]
    if np.isfinite(kwh).sum() < 28 * DAY:
        return None, None
    try:
        model = Seasonal.learn(kwh[-84 * DAY :], (phase + max(0, kwh.size - 84 * DAY)), DAY,
                               1 / (28 * DAY))  # fmt: skip
    except TooLittle:
        return None, None
    past = kwh[-14 * DAY :]
    usual, low, high = model.forecast(past, phase + kwh.size - past.size, DAY)
    top = int(np.argmax(usual))
    begin = found.starts[-1] + np.timedelta64(15, "m")
    ahead = {
        "kwh": float(usual.sum()),
        "peak_kw": float(usual[top] / HOURS),
        "peak_low": float(low[top] / HOURS),
        "peak_high": float(high[top] / HOURS),
        "peak_at": str((begin + top * np.timedelta64(15, "m")).astype("datetime64[s]")),
    }
    level = float(np.nanquantile(kwh[-84 * DAY :], HIGH))
    warner = warning.learn(kwh, phase % (7 * DAY), level, seed)
    if warner is None:
        return ahead, None
    chance = warner.chance(past, (phase + kwh.size - past.size) % (7 * DAY))
    return ahead, {
        "level_kw": level / HOURS, "chance": chance, "threshold": warner.threshold,
        "warned": chance > warner.threshold,
    }  # fmt: skip


def _figures(found: Metered) -> dict[str, Any]:
    """Return the usual and the highest demand at each hour of the day."""
    hour = (found.starts - found.starts.astype("datetime64[D]")) // np.timedelta64(1, "h")
    kw = found.kwh / HOURS
    rows = []
    for h in range(24):
        own = kw[(hour == h) & np.isfinite(kw)]
        if own.size:
            rows.append([h, float(np.median(own)), float(own.max())])
    return {"hours": rows}
