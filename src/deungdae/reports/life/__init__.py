"""What the method `life` found, told in words, tables and pictures."""

from deungdae.reports.life.story import tell

__all__ = ["tell"]
