"""The report on an experiment: its plan, the sheet to fill, and what came out."""

from deungdae.reports.experiment.story import tell

__all__ = ["tell"]
