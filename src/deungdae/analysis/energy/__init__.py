"""Metered electricity: demand, cost by tariff period, energy per part, forecast and peak warning.

`study` takes a table; `figures_of` and `tariff` serve the monitor, `warning` warns of peaks.
"""

from deungdae.analysis.energy.method import METHOD, VERSION, Findings, figures_of, study
from deungdae.analysis.energy.options import Options
from deungdae.analysis.energy.parts import per_part
from deungdae.analysis.energy.standing import standing_kwh
from deungdae.analysis.energy.tariff import Tariff, names, tariff

__all__ = [
    "METHOD",
    "VERSION",
    "Findings",
    "Options",
    "Tariff",
    "figures_of",
    "names",
    "per_part",
    "standing_kwh",
    "study",
    "tariff",
]
