"""Methods beside causes: asked on a page, told as a paper, followed up to the proof."""

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, results
from deungdae.web.insight.actions import AskMethod, StartAnalysis
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Analysis, Specification, Upload

ROWS = 240


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


def shots(folder: Path) -> Path:
    """Widths of shots around 10 mm, one far out, with an inspection that fails above 110 bar."""
    rng = np.random.default_rng(4)
    pressure = rng.normal(100, 8, 1500)
    bad = rng.random(1500) < np.where(pressure > 110, 0.3, 0.01)
    lines = ["폭(mm),압력(bar),판정"]
    for n, (p, b) in enumerate(zip(pressure, bad, strict=True)):
        width = 10.6 if n == 40 else 10 + 0.05 * rng.standard_normal()
        lines.append(f"{width:.3f},{p:.2f},{'불량' if b else '양호'}")
    path = folder / "폭.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """What the worker left when it read the shots, once for all tests: the home, what is known."""
    return tmp_path_factory.mktemp("read") / "home", {}


@pytest.fixture
def read(
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    left: tuple[Path, dict[str, Any]],
    tmp_path: Path,
) -> Upload:
    """The shots, handed in and read."""
    kept, known = left
    home = folders.home_of(engineer.current)
    if known:
        shutil.copytree(kept, home)
        again: Upload = Upload.objects.create(organisation=engineer.current, **known)
        return again
    upload = handed_in(engineer, shots(tmp_path))
    worked_off()
    found: Upload = Upload.objects.within(engineer).get(pk=upload.pk)
    shutil.copytree(home, kept)
    of_others = {"id", "organisation", "site", "uploaded_by"}
    names = {field.name for field in Upload._meta.fields} - of_others
    known.update((name, getattr(found, name)) for name in names)
    return found


def asked(client: Client, upload: Upload, method: str, **told: Any) -> str:
    """Send the form of a method; return the id of the analysis that it leads to."""
    url = reverse("insight:ask", args=[upload.public_id, method])
    response = client.post(url, told)
    assert response.status_code == 302, response.content.decode()[:2000]
    found = re.search(r"/reports/([0-9a-f-]{36})/$", response["Location"])
    assert found is not None
    return found[1]


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_a_control_chart_is_asked_on_a_page_and_told_as_a_report(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    form = page(client, "insight:ask", read.public_id, "spc")
    assert 'value="폭(mm)"' in form
    report = asked(client, read, "spc", columns=["폭(mm)"], rules="nelson")
    waiting = page(client, "insight:analysis", report)
    assert "Control chart" in page(client, "insight:home")
    assert 'class="finding' not in waiting
    worked_off()
    analysis = Analysis.objects.within(engineer).get(public_id=report)
    assert analysis.options["rules"] == ["n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8"]
    assert analysis.rows == 1500
    assert analysis.verdict == "now"
    shown = page(client, "insight:analysis", report)
    assert analysis.answer["en"] in shown.replace("&#x27;", "'")
    assert '<svg xmlns="http://www.w3.org/2000/svg" class="chart"' in shown
    document = results.document(analysis)
    assert document["method"] == "spc"
    for ending, begins in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        response = client.get(reverse("insight:download", args=[report, ending]), {"lang": "ko"})
        assert b"".join(response).startswith(begins)


def test_the_words_of_a_report_are_there_before_its_pictures(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    report = asked(client, read, "spc", columns=["폭(mm)"])
    worked_off()
    analysis = Analysis.objects.within(engineer).get(public_id=report)
    written = results.paper(analysis, "ko")
    assert written is not None and written[1], "drawn, once the files were written"
    whole = results.report_file(analysis, "en", "html")
    assert whole is not None
    for path in whole.parent.iterdir():
        path.unlink()
    bare = page(client, "insight:analysis", report)
    assert analysis.answer["en"] in bare.replace("&#x27;", "'")
    assert "Make them again" in bare
    client.post(reverse("insight:renew", args=[report]))
    worked_off()
    assert results.files(analysis, "en") == ["html", "pdf", "xlsx"]


def test_limits_are_remembered_for_the_column_and_drawn_in_its_chart(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    told = {"column": "폭(mm)", "lower": "9.7", "upper": "10.3", "target": "10"}
    report = asked(client, read, "capability", **told)
    kept = Specification.objects.within(engineer).get()
    assert (kept.column, kept.lower, kept.upper, kept.target) == ("폭(mm)", 9.7, 10.3, 10.0)
    again = page(client, "insight:ask", read.public_id, "capability")
    assert 'name="lower" value="9.7"' in again
    chart = asked(client, read, "spc", columns=["폭(mm)"])
    worked_off()
    analysis = Analysis.objects.within(engineer).get(public_id=chart)
    assert analysis.options["spec"] == {"폭(mm)": [9.7, 10.3]}
    found = results.document(Analysis.objects.within(engineer).get(public_id=report))
    assert found["method"] == "capability"
    # changed limits take the place of the old ones
    asked(client, read, "capability", **{**told, "upper": "10.4"})
    assert Specification.objects.within(engineer).get().upper == 10.4


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"column": "폭(mm)"}, "Give at least one specification limit."),
        ({"column": "폭(mm)", "lower": "3", "upper": "2"}, "must lie below the upper one"),
        ({"column": "판정", "lower": "3"}, "Select a valid choice"),
        ({"column": "폭(mm)", "lower": "1", "size": "5", "subgroup": "압력(bar)"}, "not both"),
    ],
)
def test_what_cannot_be_asked_is_said_on_the_form(
    client: Client, engineer: Scope, read: Upload, told: dict[str, str], sentence: str
) -> None:
    url = reverse("insight:ask", args=[read.public_id, "capability"])
    response = client.post(url, told)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not Specification.objects.within(engineer).exists()


def test_a_gauge_study_needs_no_result_column(
    client: Client,
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(1)
    lines = ["부품,측정자,반복,두께(mm)"]
    for part in range(10):
        for operator in "ABC":
            for trial in (1, 2):
                value = 10 + part * 0.05 + 0.005 * rng.standard_normal()
                lines.append(f"{part + 1},{operator},{trial},{value:.4f}")
    path = tmp_path / "gauge.csv"
    path.write_text("\n".join(lines), "utf-8")
    upload = handed_in(engineer, path)
    worked_off()
    upload = Upload.objects.within(engineer).get(pk=upload.pk)
    assert upload.problem is not None, "causes could not be searched here"
    assert "Gauge study" in page(client, "insight:upload", upload.public_id)
    report = asked(client, upload, "gauge", study="crossed", tolerance="1")
    worked_off()
    analysis = Analysis.objects.within(engineer).get(public_id=report)
    assert analysis.verdict in ("fine", "soon")
    assert "Gauge R&amp;R" in page(client, "insight:analysis", report)


def test_an_empty_gauge_sheet_is_handed_out(client: Client) -> None:
    response = client.get(reverse("insight:gauge_sheet", args=["crossed"]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    assert book.worksheets[0].max_row > 60
    assert client.get(reverse("insight:gauge_sheet", args=["palmistry"])).status_code == 404


def test_a_cause_is_planned_carried_out_and_confirmed(
    client: Client,
    engineer: Scope,
    read: Upload,
    worked_off: Callable[[], Any],
) -> None:
    causes = StartAnalysis(scope=engineer, upload=read).perform()
    worked_off()
    report = page(client, "insight:analysis", causes.public_id)
    plan_url = reverse("insight:plan", args=[causes.public_id])
    assert f"{plan_url}?finding=0-1" in report
    form = page(client, "insight:plan", causes.public_id, finding="0-1")
    assert "압력(bar)" in form
    told = {
        "finding": "0-1", "power": "0.8", "runs_per_day": "4", "most_parts": "1000",
        "most_runs": "32", "centre_points": "0", "change_cost": "100", "seed": "3",
    }  # fmt: skip
    response = client.post(plan_url, told)
    assert response.status_code == 302
    worked_off()
    plan = Analysis.objects.within(engineer).get(method="plan")
    assert plan.about == causes
    planned = results.document(plan)
    assert planned["feasible"] is True
    sheet = client.get(reverse("insight:sheet", args=[plan.public_id]))
    filled = fill(b"".join(sheet), planned)
    judged = client.post(
        reverse("insight:judge", args=[plan.public_id]),
        {"file": SimpleUploadedFile("filled.xlsx", filled)},
    )
    assert judged.status_code == 302
    worked_off()
    experiment = Analysis.objects.within(engineer).get(method="experiment")
    assert experiment.about == plan
    assert results.document(experiment)["findings"][0]["verdict"] == "confirmed"
    report = page(client, "insight:analysis", causes.public_id)
    assert "What the experiment said" in report
    assert experiment.get_absolute_url() in report
    assert experiment.get_absolute_url() in page(client, "insight:analysis", plan.public_id)


def fill(sheet: bytes, plan: dict[str, Any]) -> bytes:
    """Fill the sheet of a plan in: the bad level makes 30 % bad parts, the good one 1 %."""
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    page = book.worksheets[0]
    (factor,) = plan["factors"]
    header = next(r for r in page.iter_rows() if str(r[0].value).lower() in ("run", "실험 번호"))
    places = {str(cell.value): n for n, cell in enumerate(header)}
    runs = {run["run"]: run for run in plan["runs"]}
    parts = plan["size"]["parts"]
    made = next(n for name, n in places.items() if name.lower().startswith("parts"))
    bad = next(n for name, n in places.items() if name.lower().startswith("bad"))
    setting = next(n for name, n in places.items() if name.startswith(factor["name"]))
    for row in page.iter_rows(min_row=header[0].row + 1):
        if row[0].value in runs:
            row[made].value = parts
            worse = row[setting].value == factor["bad"]
            row[bad].value = round(parts * (0.3 if worse else 0.01))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_sheet_that_is_none_says_what_is_wrong(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    causes = StartAnalysis(scope=engineer, upload=read).perform()
    url = reverse("insight:judge", args=[causes.public_id])
    file = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    assert client.post(url, {"file": file}).status_code == 302
    assert not Analysis.objects.within(engineer).filter(method="experiment").exists()
    response = client.post(url, {}, follow=True)
    assert "This is no plan of an experiment." in response.content.decode()


def test_only_a_file_that_was_read_can_be_asked(engineer: Scope, house: Any) -> None:
    upload = Upload.objects.create(organisation=house.organisation, name="x.csv", size=1)
    with pytest.raises(Refused, match="not understood yet"):
        AskMethod(scope=engineer, upload=upload, method="spc", options={}).perform()


def test_the_same_question_twice_leads_to_the_same_report(engineer: Scope, read: Upload) -> None:
    def ask(**options: Any) -> Analysis:
        found: Analysis = AskMethod(
            scope=engineer, upload=read, method="spc", options=options
        ).perform()
        return found

    first = ask(columns=["폭(mm)"])
    assert ask(columns=["폭(mm)"]) == first
    assert ask(columns=["압력(bar)"]) != first


def test_an_option_that_a_method_does_not_have_ends_in_a_sentence(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    analysis = AskMethod(
        scope=engineer, upload=read, method="spc", options={"colour": "red"}
    ).perform()
    worked_off()
    analysis.refresh_from_db()
    assert analysis.finished_at is None
    assert "colour" in page(client, "insight:analysis", analysis.public_id)


def test_the_list_is_narrowed_to_a_method(client: Client, engineer: Scope, read: Upload) -> None:
    AskMethod(scope=engineer, upload=read, method="spc", options={"columns": ["폭(mm)"]}).perform()
    assert read.name in page(client, "insight:home", method="spc")
    assert "Nothing matches" in page(client, "insight:home", method="gauge")
    text = client.get(reverse("insight:export", args=["csv"])).content.decode("utf-8-sig")
    assert "Control chart" in text


def test_columns_that_causes_named_are_proposed_first(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    StartAnalysis(scope=engineer, upload=read).perform()
    worked_off()
    form = page(client, "insight:ask", read.public_id, "spc")
    assert "Named by the search for causes" in form
    named = re.search(r'value="([^"]+)" id="id_columns_0_0" checked', form)
    assert named is not None and named[1] == "압력(bar)"
    known = json.loads(
        re.search(
            r'id="limits">(.*?)</script>', page(client, "insight:ask", read.public_id, "capability")
        )[1]  # type: ignore[index]
    )
    assert known == {}
