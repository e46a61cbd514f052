"""The report on a run of the method `causes`: text for a terminal, a page for a browser."""

from deungdae.reports.causes.page import render_html
from deungdae.reports.causes.text import render_text

__all__ = ["render_html", "render_text"]
