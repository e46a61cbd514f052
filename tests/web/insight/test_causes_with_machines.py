"""On the page of a file, causes are searched in what machines measured: asked, joined, told."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bus_for_tests import settings_in
from django.test import Client
from django.urls import reverse
from history_of_parts import HEATER, inspection, made_at, points, signals, texts, verdicts
from history_site import HistorySite

from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.insight import work
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.plant.models import Tag

SECONDS = 6 * 3600


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("machines")) as found:
        yield found


@pytest.fixture
def plant(
    history: HistorySite, house: Any, engineer: Scope, settings: Any, request: Any
) -> Iterator[None]:
    """Machines of the company sent for six hours; one tag was given a label.

    Where the test only asks, they sent for a minute.
    """
    settings.BUS, settings.HOME = history.settings.bus, history.home
    line.hang_up()
    organisation = str(house.organisation.public_id)
    sent = SECONDS if "read" in request.fixturenames else 60
    for tag, values in signals(sent, seed=21).items():
        history.append(points(tag, values, organisation=organisation))
    history.append(texts("line2/lot", [(0, "A"), (3600, "B")], organisation=organisation))
    site = house.organisation.company.sites.within(engineer).get()
    Tag.objects.create(
        organisation=house.organisation, site=site, path=HEATER, label="배럴 온도 3", unit="°C"
    )
    yield
    line.hang_up()


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


@pytest.fixture
def read(
    plant: None,
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    tmp_path: Path,
) -> Upload:
    """The inspection of the six hours, handed in and read."""
    made = made_at(SECONDS)
    file = inspection(
        tmp_path / "검사.csv", made, verdicts(signals(SECONDS, seed=21)[HEATER], made)
    )
    upload = handed_in(engineer, file)
    worked_off()
    found: Upload = Upload.objects.within(engineer).get(pk=upload.pk)
    return found


@pytest.fixture
def seen(plant: None, house: Any) -> Upload:
    """A file as if it had been read: enough to ask something of it."""
    columns = [("검사일시", "time"), ("판정", "text")]
    made: Upload = Upload.objects.create(
        organisation=house.organisation, name="검사.csv", size=1, state=Upload.State.READY,
        table={"name": "검사.csv", "version": 0}, shape="a",
        understanding={"columns": [{"name": n, "kind": k, "unit": None} for n, k in columns]},
    )  # fmt: skip
    return made


def told(client: Client, upload: Upload, **more: Any) -> Any:
    given = {"by": "time", "window": "30", "delay": "120", "hold": "10", **more}
    return client.post(reverse("insight:machines", args=[upload.public_id]), given)


def test_causes_are_found_in_the_machines_and_told_by_their_names(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    page = client.get(reverse("insight:upload", args=[read.public_id])).content.decode()
    address = reverse("insight:machines", args=[read.public_id])
    assert f'href="{address}"' in page
    form = client.get(address).content.decode()
    assert "배럴 온도 3 – line2/imm1/heater3 (°C)" in form
    assert 'name="tags" value="line2/lot"' not in form  # a text is no feature
    response = told(client, read, tags=[HEATER, "line2/imm1/pressure"])
    assert response.status_code == 302, response.content.decode()[-3000:]
    worked_off()
    analysis = Analysis.objects.within(engineer).get()
    assert analysis.answer["en"].startswith(
        "All parts: when 배럴 온도 3 (mean of the 30 s before) is above 240"
    )
    assert "배럴 온도 3(직전 30초 평균)" in analysis.answer["ko"]
    assert analysis.method == "causes" and analysis.shape != read.shape
    report = re.sub(r"\s+", " ", client.get(analysis.get_absolute_url()).content.decode())
    assert "배럴 온도 3 (mean of the 30 s before)" in report and " · mean" not in report
    assert "the 30 s before each part, made 2 min before its time" in report
    # Searched again, it begins with the table of the file, and not with the joined one.
    assert analysis.table != read.table
    job = Job.objects.within(engineer).get(kind=Job.Kind.ANALYSE)
    again = work.analyse(job, engineer, work.Bench(lambda *_: None, threading.Event()))
    assert (again["table"], again["answer"]) == (analysis.table, analysis.answer)


def test_another_company_s_history_is_out_of_reach(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any],
    history: HistorySite, neighbour: Any,
) -> None:  # fmt: skip
    other = str(neighbour.organisation.public_id)
    history.append(points("line9/secret", [1.0] * 600, organisation=other))
    told(client, read, named="line9/secret", organisation=other)
    worked_off()
    job = Job.objects.within(engineer).get(kind=Job.Kind.ANALYSE)
    assert job.state == Job.State.FAILED
    assert job.error["template"].startswith("No tag with numbers has one of these names")
    assert "line9" not in str(job.error["values"]["known"])


def test_what_is_missing_is_said_at_the_form(client: Client, seen: Upload) -> None:
    for given, said in (
        ({}, "Choose at least one tag."),
        ({"tags": [HEATER], "by": "cycle"}, "This is needed for the way that was chosen."),
        ({"tags": [HEATER], "by": "lot", "lot_tag": "line2/lot"}, "This is needed for the way"),
        ({"tags": ["line9/secret"]}, "Select a valid choice"),
        ({"tags": [HEATER], "window": "0"}, "greater than or equal to"),
    ):
        response = told(client, seen, **given)
        assert response.status_code == 400, given
        assert said in response.content.decode(), given


def test_a_lot_and_a_line_are_asked_as_the_run_takes_them(
    client: Client, engineer: Scope, seen: Upload
) -> None:
    told(
        client, seen, named="imm1/*, line2/x", by="lot", lot_tag="line2/lot", lot="판정",
        line="판정", prefixes="OK=line1, NG=line2/imm1",
    )  # fmt: skip
    asked = Analysis.objects.within(engineer).get().options["history"]
    assert asked["tags"] == ["imm1/*", "line2/x"]
    assert asked["lot"] == {"tag": "line2/lot", "column": "판정"}
    assert asked["line"] == {"column": "판정", "prefixes": {"OK": "line1", "NG": "line2/imm1"}}
    assert "window_s" not in asked and asked["hold_s"] == 600


def test_without_a_history_the_page_says_so(
    client: Client, seen: Upload, settings: Any, tmp_path: Path
) -> None:
    settings.BUS = settings_in(tmp_path)
    line.hang_up()
    response = client.get(reverse("insight:machines", args=[seen.public_id]))
    assert response.status_code == 503
    assert "does not answer, so there is nothing to choose from" in response.content.decode()
