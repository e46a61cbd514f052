"""Questions about the history, as a page asks them: over the bus, for one organisation."""

from collections.abc import Iterator
from typing import Any

import pytest
from history_site import HistorySite

from deungdae.bus import Refusal

S = 1_000_000
T = 1_795_348_800 * S  #: 2026-11-22 12:00 UTC
OURS, THEIRS = "가온정밀", "누리사출"
TEMPERATURE, PRESSURE, LOT = "line1/imm1/temperature", "line1/imm1/pressure", "line1/imm1/lot"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("site")) as site:
        # A minute of ours with ten seconds of silence in it; theirs at the same times and names.
        times = [n for n in range(60) if not 20 <= n < 30]
        site.store(OURS, "plc", TEMPERATURE, [(T + n * S, 100.0 + n) for n in times], delay_us=S)
        site.store(OURS, "plc", PRESSURE, [(T + 50 * S, True)])
        site.store(OURS, "mes", LOT, [(T, "L-001"), (T + 30 * S, "L-002")])
        site.store(THEIRS, "plc", TEMPERATURE, [(T + n * S, 900.0) for n in range(120)])
        site.store(THEIRS, "plc", "secret/recipe/step", [(T, 1.0)])
        yield site


def test_the_latest_values_keep_their_kinds(site: HistorySite) -> None:
    found = {point["tag"]: point for point in site.ask("latest", OURS)["points"]}
    assert {tag: point["value"] for tag, point in found.items()} == {
        TEMPERATURE: 159.0,
        PRESSURE: True,
        LOT: "L-002",
    }
    assert found[TEMPERATURE] == {
        "tag": TEMPERATURE,
        "time": T + 59 * S,
        "received": T + 60 * S,
        "value": 159.0,
        "kind": 0,
        "quality": 192,
        "flag": 0,
        "source": "plc",
    }
    (only,) = site.ask("latest", OURS, tags=[LOT])["points"]
    assert only["tag"] == LOT


def test_tags_and_sources_are_listed(site: HistorySite) -> None:
    tags = site.ask("tags", OURS)["tags"]
    assert [(tag["tag"], tag["source"]) for tag in tags] == [
        (LOT, "mes"),
        (PRESSURE, "plc"),
        (TEMPERATURE, "plc"),
    ]
    assert site.ask("sources", OURS)["sources"] == [
        {
            "source": "mes",
            "tags": 1,
            "newest": T + 30 * S,
            "received_of_newest": T + 30 * S,
            "last_received": T + 30 * S,
        },
        {
            "source": "plc",
            "tags": 2,
            "newest": T + 59 * S,
            "received_of_newest": T + 60 * S,
            "last_received": T + 60 * S,
        },
    ]


def test_points_buckets_shapes_and_gaps(site: HistorySite) -> None:
    span: dict[str, Any] = {"tags": [TEMPERATURE], "start": T, "end": T + 60 * S}
    first, second = site.ask("raw", OURS, **span, limit=2)["points"]
    assert (first["value"], second["time"]) == (100.0, T + S)
    (series,) = site.ask("aggregate", OURS, **span, every=20 * S)["series"]
    assert series["time"] == [T, T + 20 * S, T + 40 * S]
    assert (series["count"], series["min"]) == ([20, 10, 20], [100.0, 130.0, 140.0])
    assert series["mean"] == [109.5, 134.5, 149.5]
    (series,) = site.ask("downsample", OURS, **span, count=4, method="minmax")["series"]
    assert series["value"] == [100.0, 119.0, 130.0, 159.0]
    assert site.ask("gaps", OURS, **span, expected=5 * S)["gaps"] == [
        {"tag": TEMPERATURE, "start": T + 19 * S, "end": T + 30 * S}
    ]


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("latest", {}),
        ("raw", {"start": T - S, "end": T + 999 * S}),
        ("downsample", {"start": T - S, "end": T + 999 * S, "count": 50}),
        ("aggregate", {"start": T - S, "end": T + 999 * S, "every": S}),
    ],
)
def test_another_organisations_tags_are_never_seen(
    site: HistorySite, name: str, more: dict[str, Any]
) -> None:
    both = [TEMPERATURE, "secret/recipe/step"]
    text = f"{site.ask(name, OURS, tags=both, **more)}"
    assert "159.0" in text and "900.0" not in text and "secret" not in text
    assert "900.0" in f"{site.ask(name, THEIRS, tags=both, **more)}"


@pytest.mark.parametrize("odd", ["가온정밀'", "%", "*", "' OR 1=1 --", "가온정밀\0", "가온"])
def test_an_odd_organisation_is_one_that_nobody_knows(site: HistorySite, odd: str) -> None:
    assert site.ask("latest", odd)["points"] == []
    assert site.ask("tags", odd)["tags"] == []


@pytest.mark.parametrize(
    ("name", "parameters", "sentence"),
    [
        ("everything", {}, "There is no question everything."),
        ("latest", {"organisations": [THEIRS]}, "This question has no parameter organisations."),
        ("latest", {"tags": []}, "One question may name 1 to 1000 tags, not 0."),
        ("latest", {"tags": "line1"}, "The parameter tags is missing or makes no sense."),
        ("raw", {"tags": ["a"], "start": 0}, "The parameter end is missing or makes no sense."),
        ("raw", {"tags": ["a"], "start": 5, "end": 5}, "The span ends before it begins"),
        ("gaps", {"tags": ["a"], "start": 0, "end": 9, "expected": True}, "The parameter expected"),
        ("downsample", {"tags": ["a"], "start": 0, "end": 9, "count": 1}, "The parameter count"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    site: HistorySite, name: str, parameters: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        site.ask(name, OURS, **parameters)
    assert str(refused.value).startswith(sentence)
