"""Statistical process control: charts, limits, rules, and what else changed at the signals.

from deungdae.analysis import spc

findings = spc.draw(table, spc.Options(columns=("두께",), size=5))
findings.document["charts"][0]["verdict"]
"""

from deungdae.analysis.causes.options import Source
from deungdae.analysis.spc.method import METHOD, VERSION, Findings, draw
from deungdae.analysis.spc.options import Options, rules_of

__all__ = ["METHOD", "VERSION", "Findings", "Options", "Source", "draw", "rules_of"]
