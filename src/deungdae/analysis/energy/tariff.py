"""What electricity costs by the hour: tariffs as data, prices by season and load period.

A tariff is a file: its hours, seasons, rules of days, prices of up to three options. Sundays and
public holidays are light load throughout; on Saturdays peak load counts as mid load.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.shifts.days import public_holidays
from deungdae.records.errors import UnusableOption

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Days = NDArray[np.datetime64]

LIGHT, MID, PEAK = 0, 1, 2
BANDS: Final = ("light", "mid", "peak")


@dataclass(frozen=True)
class Tariff:
    """A tariff with the prices of one option.

    `seasons` gives the months of each, `hours` for each season those of mid and peak load, `prices`
    won per kWh of light, mid and peak load for each season, None where nobody entered them; `base`
    won per kW of billed demand and month. `title` is Korean, as on the bill; `title_en` English.
    """

    name: str
    title: str
    title_en: str
    source: str
    since: date
    until: date | None
    country: str
    seasons: Mapping[str, Sequence[int]]
    hours: Mapping[str, Mapping[str, Sequence[Sequence[int]]]]
    prices: Mapping[str, Sequence[float]] | None
    base: float | None
    demand_months: Sequence[int]
    contract_floor: float
    discount: Mapping[str, Any] | None

    def periods(self, local: Days) -> tuple[Ints, list[str], Floats]:
        """Return for each local time (datetime64) its band, its season, and the price's factor."""
        days = local.astype("datetime64[D]")
        months = (local.astype("datetime64[M]").astype(int) % 12) + 1
        hour = (local - days) / np.timedelta64(1, "h")
        weekday = (days.astype(int) + 3) % 7  # 1970-01-01 was a Thursday
        free = np.isin(days, self._holidays(days)) | (weekday == 6)
        band = np.full(local.size, LIGHT, dtype=np.intp)
        of_month = {m: name for name, months_ in self.seasons.items() for m in months_}
        season = [of_month[int(m)] for m in months]
        seasons = np.array(season)
        for name, bands in self.hours.items():
            for code, key in ((MID, "mid"), (PEAK, "peak")):
                for first, last in bands[key]:
                    band[(seasons == name) & (hour >= first) & (hour < last)] = code
        band[(weekday == 5) & (band == PEAK)] = MID
        band[free] = LIGHT
        factor = np.ones(local.size)
        if self.discount is not None:
            first, last = self.discount["hours"]
            low = (seasons == self.discount["season"]) & (free | (weekday == 5))
            low &= (hour >= first) & (hour < last)
            low &= days <= np.datetime64(self.discount["until"])
            factor[low] = 1 - float(self.discount["share"])
        return band, season, factor

    def _holidays(self, days: Days) -> Days:
        years = sorted({int(str(year)) for year in np.unique(days.astype("datetime64[Y]"))})
        found = [day for year in years for day in public_holidays(self.country, year)]
        return np.array(found, dtype="datetime64[D]")


def names() -> list[str]:
    """Return the names of the tariffs that are known, with their options: "name/2"."""
    found = []
    for entry in files("deungdae.analysis.energy").joinpath("tariffs").iterdir():
        if entry.name.endswith(".toml"):
            name = entry.name.removesuffix(".toml")
            options = tomllib.loads(entry.read_text("utf-8")).get("options")
            found += [f"{name}/{key}" for key in options] if options else [name]
    return sorted(found)


def tariff(name: str, prices: Sequence[float] | None = None, base: float | None = None) -> Tariff:
    """Return a tariff by name and option.

    `prices` are nine, won per kWh: light, mid, peak of summer, then of spring and autumn, then of
    winter; they and `base` take the place of those in the file. Raises UnusableOption.
    """
    if name not in names():
        raise UnusableOption(
            "--tariff: there is no {name}; there are {known}.", name=name, known=", ".join(names())
        )
    file, _, option = name.partition("/")
    entry = files("deungdae.analysis.energy").joinpath("tariffs", f"{file}.toml")
    given = tomllib.loads(entry.read_text("utf-8"))
    chosen = given.get("options", {}).get(option, {})
    own: Mapping[str, Sequence[float]] | None = None
    if prices is not None:
        if len(prices) != 9 or not all(np.isfinite(p) and p >= 0 for p in prices):
            raise UnusableOption(
                "--prices takes nine numbers: light, mid and peak load of summer, of spring and "
                "autumn, and of winter, in won per kWh."
            )
        own = {s: prices[3 * i : 3 * i + 3] for i, s in enumerate(("summer", "mild", "winter"))}
    elif chosen:
        own = {season: chosen[season] for season in given["seasons"]}
    return Tariff(
        name, given["title"], given["title_en"],
        given["source"], given["since"], given.get("until"),
        given["country"], given["seasons"], given["hours"], own,
        chosen.get("base") if base is None else base, given["demand_months"],
        given["contract_floor"], given.get("discount"),
    )  # fmt: skip
