"""What the method `capability` found, told in words, tables and pictures."""

from deungdae.reports.capability.story import tell

__all__ = ["tell"]
