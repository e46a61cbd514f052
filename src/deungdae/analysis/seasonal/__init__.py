"""One signal with a daily and a weekly shape: forecast, chance of a peak, and anomalies.

shape  the usual day of each kind of weekday, and the level that it drifts on
model  what comes next with an interval, and what is unlike it, within a budget of false alarms
"""

from deungdae.analysis.seasonal.model import Forecast, Seasonal, TooLittle
from deungdae.analysis.seasonal.shape import Shape

__all__ = ["Forecast", "Seasonal", "Shape", "TooLittle"]
