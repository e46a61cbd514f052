"""The report on a run of the method `causes`: for a terminal, a browser, a printer and Excel."""

from deungdae.reports.causes.excel import render_excel
from deungdae.reports.causes.page import render_html
from deungdae.reports.causes.pdf import render_pdf
from deungdae.reports.causes.text import render_text

__all__ = ["render_excel", "render_html", "render_pdf", "render_text"]
