"""Papers: what any method found, told in one language, for every medium."""

from deungdae.reports.paper.excel import render_excel
from deungdae.reports.paper.model import Paper
from deungdae.reports.paper.page import render_html
from deungdae.reports.paper.pdf import render_pdf
from deungdae.reports.paper.text import render_text

__all__ = ["Paper", "render_excel", "render_html", "render_pdf", "render_text"]
