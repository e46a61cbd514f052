"""Causes of defects: which conditions of the process make bad parts, and how sure that is.

from deungdae.analysis import causes

findings = causes.find(table, causes.Options(target="판정"))
findings.document["strata"][0]["verdict"]
"""

from deungdae.analysis.causes.method import METHOD, VERSION, Findings, find, levels, understand
from deungdae.analysis.causes.options import Options, Source

__all__ = ["METHOD", "VERSION", "Findings", "Options", "Source", "find", "levels", "understand"]
