"""The report on control charts: told from the document of the method `spc`, in any language."""

from deungdae.reports.spc.story import tell

__all__ = ["tell"]
