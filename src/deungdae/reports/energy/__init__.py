"""What the method `energy` found, told in words, tables and pictures."""

from deungdae.reports.energy.story import tell

__all__ = ["tell"]
