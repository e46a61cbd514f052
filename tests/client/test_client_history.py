"""The client against a real server with a gateway and a history: tags, points, causes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from history_of_parts import HEATER, START, inspection, made_at, points, signals, store, verdicts

from deungdae.client import Away, Deungdae, Invalid, NotFound, Refused, Site

SECONDS = 6 * 3600
PRESSURE = "line2/imm1/pressure"
ZERO = datetime.fromtimestamp(START / 1e6, UTC)


@pytest.fixture(scope="module")
def site(server: Any) -> Iterator[Site]:
    """The site of a company whose machines sent for six hours, with who answers about them."""
    home = Path(server.environment["DEUNGDAE_HOME"])
    with server.client(pauses=()) as alone:
        [found] = alone.sites()
        # Nobody answers yet: that is an error with words, at once.
        with pytest.raises(Away, match="does not answer"):
            found.tags()
        organisation = found.organisation
    shown = signals(SECONDS, seed=21)
    many = [points(f"line3/t{n:03}", [float(n)], organisation=organisation) for n in range(150)]
    tables = [points(tag, values, organisation=organisation) for tag, values in shown.items()]
    store(home, *tables, *many)
    for command in (("gateway", "--port", "0"), ("history",)):
        assert server.start(*command).stdout.readline()
    with server.client() as client:
        [found] = client.sites()
        yield found


def test_sites_say_where_they_are(site: Site) -> None:
    assert (site.name, site.time_zone, site.main) == ("Main", "Asia/Seoul", True)


def test_tags_are_found_by_words(site: Site) -> None:
    found = site.tags("imm1 heater")
    assert [tag["tag"] for tag in found] == ["line2/imm1/heater2", HEATER]
    assert found[1]["kind"] == "float"
    assert len(site.tags()) == 155


def test_points_become_an_arrow_table(site: Site) -> None:
    # On the clock of Seoul it is nine hours later.
    table = site.history(HEATER, "2026-09-01T09:00", "2026-09-01T09:01")
    assert table.column_names[:3] == ["tag", "time", "value"]
    assert table.column("value").to_pylist() == list(signals(SECONDS, seed=21)[HEATER][:60])
    assert table.column("time")[0].as_py() == ZERO
    with_zone = site.history(HEATER, ZERO, ZERO + timedelta(minutes=1))
    assert with_zone.equals(table)


def test_long_spans_come_in_buckets(site: Site) -> None:
    for every in ("1h", 3600, timedelta(hours=1)):
        table = site.history([HEATER, PRESSURE], "2026-09-01", "2026-09-02", every=every)
        assert table.num_rows == 12
        assert set(table.column("count").to_pylist()) == {3600}


def test_a_span_without_points_is_an_empty_table_of_the_same_columns(site: Site) -> None:
    full = site.history(HEATER, "2026-09-01T09:00", "2026-09-01T09:01")
    empty = site.history(HEATER, "2020-01-01", "2020-01-02")
    assert (empty.num_rows, empty.schema) == (0, full.schema)


def test_more_tags_than_one_address_holds_are_asked_in_turn(site: Site) -> None:
    names = [tag["tag"] for tag in site.tags("line3")]
    table = site.history(names, "2026-09-01", "2026-09-02")
    assert sorted(table.column("value").to_pylist()) == [float(n) for n in range(150)]


def test_a_long_history_is_read_piece_by_piece(site: Site) -> None:
    batches = site.batches([HEATER, PRESSURE], ZERO, "2026-09-02")
    assert next(batches).num_rows == 0  # the columns, before any point has come
    assert sum(batch.num_rows for batch in batches) == 2 * SECONDS


def test_what_cannot_be_answered_is_an_error_of_its_kind(server: Any, site: Site) -> None:
    with pytest.raises(Invalid, match="cannot be understood"):
        site.history(HEATER, "yesterday", "2026-09-02")
    with pytest.raises(Invalid):
        site.history([], "2026-09-01", "2026-09-02")
    with pytest.raises(ValueError, match="no length of time"):
        site.causes("검사.csv", window="a while")
    with server.client("owner@nuri") as stranger:
        [other] = stranger.sites()
        assert other.tags() == []
        path = f"/sites/{site.id}/tags"
        with pytest.raises(NotFound):
            stranger._transport.json("GET", path)


def test_the_planted_cause_is_found_in_the_machines(site: Site, tmp_path: Path) -> None:
    made = made_at(SECONDS)
    file = inspection(
        tmp_path / "inspection.csv", made, verdicts(signals(SECONDS, seed=21)[HEATER], made)
    )
    result = site.causes(file, ["line2/imm1/*"], delay="2min", wait=240)
    assert f"{HEATER} (mean of the 30 s before) is above 240" in result.answer
    assert result.findings()[0]["columns"] == [f"{HEATER} · mean"]


def some_file(client: Deungdae, folder: Path) -> str:
    """A file on the server; whether it was read yet does not matter here."""
    file = folder / "any.csv"
    file.write_text("lot,result\nA,OK\n")
    return str(client.upload(file)["id"])


def test_history_is_for_causes_alone(server: Any, site: Site, tmp_path: Path) -> None:
    with server.client() as client:
        upload = some_file(client, tmp_path)
        with pytest.raises(Refused, match="joined to a search for causes"):
            client.start(upload, method="spc", history={"tags": []})


def test_a_stranger_s_home_cannot_be_named(server: Any, site: Site, tmp_path: Path) -> None:
    client: Deungdae
    with server.client() as client:
        upload = some_file(client, tmp_path)
        with pytest.raises(Invalid):
            client.start(upload, history={"tags": [], "home": "/", "organisation": "x"})
