"""What the method `reliability` found, told in words, tables and pictures."""

from deungdae.reports.reliability.story import tell

__all__ = ["tell"]
