"""When the level of a series shifted, by how much, and how sure both are.

segments  a series that is known whole: all shifts, with intervals of their place and size
online    while it happens, within a stated time between false alarms
"""

from deungdae.analysis.changepoint.online import Cusum, Found
from deungdae.analysis.changepoint.segments import Noise, Shift, noise, shifts

__all__ = ["Cusum", "Found", "Noise", "Shift", "noise", "shifts"]
