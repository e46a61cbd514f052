"""What the method `operations` found, told in words, tables and pictures."""

from deungdae.reports.operations.story import tell

__all__ = ["tell"]
