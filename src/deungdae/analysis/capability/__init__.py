"""Process capability: do the parts keep within their limits, and how surely.

from deungdae.analysis import capability

limits = {"diameter": capability.Spec(lower=73.95, upper=74.05)}
findings = capability.study(table, capability.Options(specs=limits, size=5))
findings.document["results"][0]["indices"]["cpk"]
"""

from deungdae.analysis.capability.method import METHOD, VERSION, Findings, study
from deungdae.analysis.capability.options import DISTRIBUTIONS, WITHIN, Options, Spec

__all__ = ["DISTRIBUTIONS", "METHOD", "VERSION", "WITHIN", "Findings", "Options", "Spec", "study"]
