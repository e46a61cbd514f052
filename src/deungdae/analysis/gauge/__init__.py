"""Gauge studies: how much of what is measured is the gauge's own doing.

from deungdae.analysis import gauge

findings = gauge.study(table, gauge.Options(tolerance=0.2))
findings.document["verdict"]
"""

from deungdae.analysis.gauge.method import METHOD, VERSION, Findings, study
from deungdae.analysis.gauge.options import STUDIES, Options
from deungdae.analysis.gauge.template import Plan, sheet

__all__ = ["METHOD", "STUDIES", "VERSION", "Findings", "Options", "Plan", "sheet", "study"]
