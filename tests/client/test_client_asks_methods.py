"""Methods beside causes, asked by a program: a chart, a plan, and what cannot be asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deungdae.client import Failed
from deungdae.client.errors import ApiError

Table = Callable[..., Path]


def test_a_control_chart_is_asked_and_its_report_saved(
    server: Any, table: Table, tmp_path: Path
) -> None:
    with server.client() as client:
        result = client.ask(
            table(tmp_path / "april.csv", seed=13, third="cushion"),
            "spc",
            columns=["temperature"],
            wait=120,
        )
        assert result.document["method"] == "spc"
        assert result.analysis["method"] == "spc"
        assert result.answer
        assert result.findings() == []
        assert result.verdicts == []
        assert result.save(tmp_path / "chart.html").read_bytes().startswith(b"<!doctype")
        listed = [one["id"] for one in client.analyses(method="spc")]
        assert result.id in listed
        assert result.id not in [one["id"] for one in client.analyses(method="gauge")]


def test_a_plan_is_about_causes(server: Any, table: Table, tmp_path: Path) -> None:
    with server.client() as client:
        causes = client.analyse(
            table(tmp_path / "may.csv", seed=14, third="cushion"),
            target="result",
            bad=["NG"],
            wait=120,
        )
        upload = causes.analysis["upload"]
        started = client.start(
            upload, method="plan", about=causes.id, options={"place": [0, 1], "power": 0.9}
        )
        plan = client.wait(started["id"])
        assert plan.analysis["about"] == causes.id
        assert plan.document["kind"] == "plan"
        assert plan.document["findings"][0]["link"]["rank"] == 1
        for wrong in (
            {"method": "plan", "options": {"place": [0, 1]}},
            {"method": "plan", "about": causes.id, "options": {"place": "first"}},
            {"method": "experiment", "about": causes.id},
            {"method": "spc", "about": causes.id, "options": {"columns": ["temperature"]}},
        ):
            with pytest.raises(ApiError) as refused:
                client.start(upload, **wrong)
            assert refused.value.status == 409


def test_an_option_that_a_method_lacks_fails_with_a_sentence(
    server: Any, table: Table, tmp_path: Path
) -> None:
    with server.client() as client, pytest.raises(Failed, match="colour"):
        client.ask(
            table(tmp_path / "june.csv", seed=15, third="cushion"), "spc", colour="red", wait=120
        )
