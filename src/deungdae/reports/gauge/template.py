"""The empty sheet of a gauge study, to print and to fill: as a workbook or as CSV."""

import csv
from io import BytesIO, StringIO
from typing import Any, Final

import xlsxwriter

from deungdae.analysis.gauge import Plan, sheet
from deungdae.reports.words import Words
from deungdae.runs.job import JobContext, check_params

#: Parts, operators and trials that each study usually has.
USUAL: Final = {
    "crossed": (10, 3, 3), "nested": (5, 3, 2), "type1": (1, 1, 50), "linearity": (5, 1, 12),
    "attribute": (50, 3, 3),
}  # fmt: skip


def usual(
    study: str, lang: str, seed: int, *,
    parts: int | None = None, operators: int | None = None, trials: int | None = None,
) -> Plan:  # fmt: skip
    """Return the plan of a study in its usual size, with the numbers that were told.

    A study that is not there is refused when its sheet is made.
    """
    size = USUAL.get(study, USUAL["crossed"])
    return Plan(
        study,
        size[0] if parts is None else parts,
        size[1] if operators is None else operators,
        size[2] if trials is None else trials,
        seed,
        lang,
    )


def csv_of(plan: Plan, words: Words) -> bytes:
    """Return the sheet as CSV that Excel opens in the right letters."""
    table = sheet(plan)
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(table.column_names)
    writer.writerows(row.values() for row in table.to_pylist())
    return text.getvalue().encode("utf-8-sig")


def workbook_of(plan: Plan, words: Words) -> bytes:
    """Return the sheet as a workbook: a header, one row per measurement, empty cells to fill."""
    table = sheet(plan)
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    page = book.add_worksheet(words.say("Study sheet"))
    font = {"font_name": "Malgun Gothic", "font_size": 11, "border": 1}
    head = book.add_format({**font, "bold": True, "bg_color": "#F4F6F9", "text_wrap": True})
    plain, fill = book.add_format(font), book.add_format({**font, "bg_color": "#FFF8E1"})
    rows = table.to_pylist()
    for x, name in enumerate(table.column_names):
        page.write_string(0, x, name, head)
        page.set_column(x, x, 14)
        for y, row in enumerate(rows, 1):
            if row[name] is None:
                page.write_blank(y, x, None, fill)
            else:
                page.write(y, x, row[name], plain)
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_paper(9)
    page.set_footer("&C&P / &N")
    book.close()
    return content.getvalue()


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Write the empty sheet of a study as a workbook into the folder of the run.

    Parameters: study; parts, operators, trials, seed, lang (each may be left out).
    Returns {"file": its name}. Raises UnusableOption for numbers that make no study.
    """
    check_params(params, ["study"], ["parts", "operators", "trials", "seed", "lang"])
    words = Words(params.get("lang") or "ko")
    numbers = {
        name: int(params[name])
        for name in ("parts", "operators", "trials")
        if params.get(name) is not None
    }
    plan = usual(params["study"], words.lang, int(params.get("seed") or 0), **numbers)
    name = f"gauge-{plan.study}.xlsx"
    (context.folder / name).write_bytes(workbook_of(plan, words))
    return {"file": name}
