"""What the method `gauge` found, told in words, tables and pictures."""

from deungdae.reports.gauge.story import tell

__all__ = ["tell"]
