"""Questions about machines, asked of a file on its page and told as reports."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deungdae.web.core.scope import Scope
from deungdae.web.insight import results
from deungdae.web.insight.models import Analysis, Upload

pytestmark = pytest.mark.django_db

REFUSED = (
    ("life", {"signal": "전력량(kWh)"}, "Tell the signal and its limit, or neither."),
    ("energy", {"prices": "1,2"}, "Give nine numbers separated by commas, or nothing."),
    ("energy", {"prices": "a"}, "Give nine numbers separated by commas, or nothing."),
    ("operations", {"case": "없음"}, "Select a valid choice"),
)
DAY = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - a file has local times


@pytest.fixture
def client(enter: Callable[..., Client], house: Any) -> Client:
    return enter(house.people["engineer"])


@pytest.fixture
def read(
    engineer: Scope,
    handed_in: Callable[..., Upload],
    worked_off: Callable[[], Any],
    tmp_path: Path,
) -> Upload:
    """A list of stops and of what was made between them, handed in and read."""
    lines = ["설비,작업지시,공정,시작,종료,사유,양품수량,전력량(kWh)"]
    for n in range(24):
        start = DAY + timedelta(hours=11 * n + (n % 3))
        lines.append(
            f"1호기,W{n // 2},{'절단' if n % 2 else '포장'},{start:%Y-%m-%d %H:%M},"
            f"{start + timedelta(hours=1):%Y-%m-%d %H:%M},고장,{n + 5},{20 + n}"
        )
    path = tmp_path / "정지.csv"
    path.write_text("\n".join(lines), "utf-8")
    upload = handed_in(engineer, path)
    worked_off()
    found: Upload = Upload.objects.within(engineer).get(pk=upload.pk)
    return found


def asked(client: Client, upload: Upload, method: str, told: dict[str, str]) -> str:
    response = client.post(reverse("insight:ask", args=[upload.public_id, method]), told)
    assert response.status_code == 302, response.content.decode()[:2000]
    found = re.search(r"/reports/([0-9a-f-]{36})/$", response["Location"])
    assert found is not None
    return found[1]


def test_stops_work_and_electricity_of_one_file_are_asked_and_told(
    client: Client, engineer: Scope, read: Upload, worked_off: Callable[[], Any]
) -> None:
    told = {
        "reliability": {"failures": "고장"},
        "operations": {"case": "작업지시"},
        "energy": {"use": "전력량(kWh)", "time": "종료", "tariff": "kepco-industrial-b-2026"},
        "life": {"signal": "전력량(kWh)", "limit": "60"},
    }
    offered = client.get(reverse("insight:upload", args=[read.public_id])).content.decode()
    reports = {}
    for method, fields in told.items():
        assert f"/ask/{method}/" in offered
        form = client.get(reverse("insight:ask", args=[read.public_id, method]))
        assert form.status_code == 200
        reports[method] = asked(client, read, method, fields)
    worked_off()
    for method, report in reports.items():
        analysis = Analysis.objects.within(engineer).get(public_id=report)
        document = results.document(analysis)
        assert document["method"] == method
        shown = client.get(reverse("insight:analysis", args=[report])).content.decode()
        assert analysis.answer["en"] in shown.replace("&#x27;", "'")
    found = Analysis.objects.within(engineer).get(public_id=reports["reliability"])
    assert results.document(found)["failures"] == 23
    for method, fields, sentence in REFUSED:
        response = client.post(reverse("insight:ask", args=[read.public_id, method]), fields)
        assert response.status_code == 400
        assert sentence in response.content.decode()
