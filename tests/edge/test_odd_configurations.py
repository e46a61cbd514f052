"""Whatever a server sends is either in order or refused with sentences; nothing else happens."""

import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deungdae.edge import config
from deungdae.edge.drivers import DRIVERS, sample
from deungdae.edge.fields import Problem
from deungdae.edge.losses import Overflow

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
SAMPLES: list[dict[str, Any]] = [tomllib.loads(sample(kind))["driver"][0] for kind in DRIVERS]


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A driver that is in order but for one or two of its values, at any depth."""
    table = dict(draw(st.sampled_from(SAMPLES)))
    for name in draw(st.lists(st.sampled_from([*table, "tag", "unit", "x"]), max_size=2)):
        inner = table.get(name)
        if isinstance(inner, list) and inner and isinstance(inner[0], dict) and draw(st.booleans()):
            part = dict(inner[0])
            part[draw(st.sampled_from([*part, "unit", "expected_seconds", "y"]))] = draw(JSON)
            table[name] = [part, *inner[1:]]
        else:
            table[name] = draw(JSON)
    return table


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> config.Config:
    base = tmp_path_factory.mktemp("agent")
    return config.Config(
        "press-shop",
        remote=True,
        server="https://cloud.example.org",
        token="t",
        after_batch=0,
        base=base,
        folder=base / "state",
        ca_file=None,
        most_bytes=8 << 20,
        when_full=Overflow.DROP_OLDEST,
        most_readings=100,
        every_seconds=1.0,
        timeout_seconds=10.0,
        drivers=(),
    )


CALM = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@CALM
@given(st.dictionaries(st.sampled_from(["number", "drivers", "send"]), JSON) | JSON)
def test_any_document_at_all(told: config.Config, document: Any) -> None:
    if isinstance(document, dict):
        problems: list[Problem] = []
        config.read_wanted(document, told, problems)
        assert all(str(problem.what) for problem in problems)


@CALM
@given(st.lists(spoilt(), max_size=3))
def test_drivers_that_are_almost_in_order(
    told: config.Config, drivers: list[dict[str, Any]]
) -> None:
    problems: list[Problem] = []
    wanted = config.read_wanted({"number": 1, "drivers": drivers}, told, problems)
    assert problems or len(wanted.drivers) == len(drivers)
    assert all(str(problem.what) for problem in problems)


@CALM
@given(spoilt())
def test_drivers_that_are_to_be_browsed(told: config.Config, table: dict[str, Any]) -> None:
    problems: list[Problem] = []
    config.read_to_browse(table, told, problems)
    assert all(str(problem.what) for problem in problems)


def test_a_library_that_is_missing_is_a_problem_of_the_configuration(
    told: config.Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("config", "driver"):
        monkeypatch.delitem(sys.modules, f"deungdae.edge.drivers.files.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    problems: list[Problem] = []
    files = {"kind": "files", "folder": str(tmp_path), "prefix": "a", "time_column": "t"}
    config.read_wanted({"number": 1, "drivers": [files]}, told, problems)
    assert [str(problem.what) for problem in problems] == [
        "The driver files needs python_calamine, which is not installed."
    ]
