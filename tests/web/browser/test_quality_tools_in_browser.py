"""From a cause to the tools of the trade, as a person walks it: chart, capability, experiment."""

from typing import Any

from reader import RUN, Reader
from selenium.webdriver.support.select import Select

OWNER = "owner@hanbit.example"


def told(reader: Reader) -> None:
    """Wait until the report is there with its pictures and files."""
    reader.until(lambda: reader.all("#downloads a") and not reader.all("[data-writing]"), RUN)


def test_a_finding_leads_to_its_chart_its_capability_and_its_proof(
    reader: Reader, furnished: Any
) -> None:
    reader.become(OWNER)
    reader.open(furnished.work["report"])
    # the chart of the column that the finding names
    reader.press_and_leave(".finding a[href*='/ask/spc/']")
    assert len(reader.all("[name=columns]:checked")) >= 1
    Select(reader.one("[name=rules]")).select_by_value("nelson")
    reader.press_and_leave(".ask-form .button.main")
    told(reader)
    assert reader.all("svg.chart")
    assert reader.all("#told .across svg.chart"), "a control chart takes the width of the page"
    # the capability of the same file; its limits are there the next time
    reader.press_and_leave("#ask a[href*='/ask/capability/']")
    column = reader.one("[name=column]").get_attribute("value")
    reader.one("[name=lower]").clear()
    reader.one("[name=lower]").send_keys("1")
    reader.one("[name=upper]").clear()
    reader.one("[name=upper]").send_keys("500")
    reader.press_and_leave(".ask-form .button.main")
    told(reader)
    reader.press_and_leave("#ask a[href*='/ask/capability/']")
    assert reader.one("[name=column]").get_attribute("value") == column
    assert float(reader.one("[name=upper]").get_attribute("value") or 0) == 500
    Select(reader.one("[name=column]")).select_by_index(1)
    assert reader.one("[name=upper]").get_attribute("value") == "", "limits are those of a column"
    # the experiment that proves the finding
    reader.open(furnished.work["report"])
    reader.press_and_leave(".finding a[href*='/plan/']")
    reader.press_and_leave(".ask-form .button.main")
    told(reader)
    assert reader.all("#downloads a[href$='sheet.xlsx']")
    assert reader.all("#filled-file")
    reader.open("/causes/?method=plan")
    assert len(reader.all("main tbody tr")) >= 1
