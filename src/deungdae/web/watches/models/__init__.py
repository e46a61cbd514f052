"""The tables of watches."""

from deungdae.web.watches.models.watches import AnomalyVerdict, Watch

__all__ = ["AnomalyVerdict", "Watch"]
