"""The books as a page reads them: sums by hour, what is held back, page by page, and all of it."""

import base64
import json
from collections.abc import Iterator

import pytest
from history_site import HistorySite

S, HOUR = 1_000_000, 3_600_000_000
T = 1_795_348_800 * S  #: 2026-11-22 12:00 UTC
OURS, THEIRS = "가온정밀", "누리사출"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("site")) as site:
        site.count(OURS, "plc", T, received=10, stored=7, quarantined=2, duplicate=1)
        site.count(OURS, "plc", T + HOUR, received=4, stored=3)
        site.count(OURS, "mes", T, received=1, stored=1)
        site.count(THEIRS, "plc", T, received=999, stored=999)
        for n in range(5):
            site.hold(OURS, "plc", T + n * S, "time_out_of_range", f"줄 {n}".encode(), points=2)
        site.hold(OURS, "plc", T - 31 * 24 * HOUR, "tag_length", b"a month before", points=1)
        site.hold(OURS, "node", T + 9 * S, "dataset", b"\xff\x00" * 3000, points=3)
        site.hold(THEIRS, "plc", T, "tag_length", b"not yours", points=7)
        yield site


def test_the_ledger_has_a_row_for_each_source_and_hour(site: HistorySite) -> None:
    rows = site.ask("ledger", OURS, start=T, end=T + 2 * HOUR)["hours"]
    assert [(row["source"], row["hour"], row["received"]) for row in rows] == [
        ("mes", T, 1),
        ("plc", T, 10),
        ("plc", T + HOUR, 4),
    ]
    first = rows[1]
    assert first["received"] == first["stored"] + first["quarantined"] + first["duplicate"]
    (only,) = site.ask("ledger", OURS, start=T + HOUR, end=T + 2 * HOUR, source="plc")["hours"]
    assert (only["stored"], only["replayed"]) == (3, 0)  # and one is missing, as it was counted


def test_what_is_held_back_is_grouped_by_source_and_reason(site: HistorySite) -> None:
    groups = site.ask("quarantine_groups", OURS)["groups"]
    assert [(g["source"], g["reason"], g["entries"], g["points"]) for g in groups] == [
        ("node", "dataset", 1, 3),
        ("plc", "tag_length", 1, 1),
        ("plc", "time_out_of_range", 5, 10),
    ]
    assert (groups[2]["first"], groups[2]["last"]) == (T, T + 4 * S)


def test_what_is_held_back_is_read_page_by_page_the_newest_first(site: HistorySite) -> None:
    reasons, before, pages = [], None, 0
    while True:
        page = site.ask("quarantine", OURS, limit=2, before=before)
        reasons += [entry["reason"] for entry in page["entries"]]
        before, pages = page["next"], pages + 1
        if not page["more"]:
            break
    assert (reasons, pages) == (["dataset"] + ["time_out_of_range"] * 5 + ["tag_length"], 4)
    (large,) = site.ask("quarantine", OURS, source="node")["entries"]
    assert large["bytes"] == 6000
    assert base64.b64decode(large["body"]) == b"\xff\x00" * 1024


def test_an_export_holds_every_body_whole(site: HistorySite) -> None:
    lines = site.read("quarantine_export", OURS).splitlines()
    told = [json.loads(line) for line in lines]
    assert [one.get("text") for one in told][:2] == ["a month before", "줄 0"]
    assert base64.b64decode(told[-1]["base64"]) == b"\xff\x00" * 3000
    assert len(told) == 7
    assert b"not yours" not in site.read("quarantine_export", OURS)
    assert site.read("quarantine_export", "nobody") == b""


def test_another_organisations_books_are_never_seen(site: HistorySite) -> None:
    ours = [
        site.ask("ledger", OURS, start=T, end=T + HOUR),
        site.ask("quarantine", OURS),
        site.ask("quarantine_groups", OURS),
    ]
    assert "999" not in f"{ours}" and "'points': 7" not in f"{ours}"
    (theirs,) = site.ask("quarantine", THEIRS)["entries"]
    assert base64.b64decode(theirs["body"]) == b"not yours"
