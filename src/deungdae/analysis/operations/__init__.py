"""What an event log of a shop floor says: flow, waiting, use of machines, scrap, the bottleneck.

`study` takes a table with a row for each piece of work.
"""

from deungdae.analysis.operations.method import METHOD, VERSION, Findings, study
from deungdae.analysis.operations.options import Options

__all__ = ["METHOD", "VERSION", "Findings", "Options", "study"]
