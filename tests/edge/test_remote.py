"""What a server wants is checked, applied while everything runs, kept, and answered."""

import json
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge import config, kept
from deungdae.edge.agent import Agent
from deungdae.edge.browsing import browse
from deungdae.edge.clock import now_us
from deungdae.edge.config import Config, Wanted
from deungdae.edge.remote import Remote
from deungdae.edge.wire import Server

CONFIG = """
[edge]
id = "press-shop"
server = "{server}"
token_file = "token"
drivers = "server"

[send]
every_seconds = 0.05
"""


def shop(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "simulator", "name": name, "prefix": name, "every_seconds": 0.05, **more}


def mes(**more: Any) -> dict[str, Any]:
    return {
        "kind": "sql",
        "url_file": "mes-url",
        "query": "SELECT id, at, weight FROM shots WHERE id > :after",
        "cursor_column": "id",
        "time_column": "at",
        "prefix": "mes",
        **more,
    }


@pytest.fixture
def told(tmp_path: Path, server: Any) -> Config:
    return configured(tmp_path, server)


def configured(tmp_path: Path, server: Any) -> Config:
    (tmp_path / "token").write_text("secret\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "agent.toml").write_text(CONFIG.format(server=server.url), "utf-8")
    return config.load(tmp_path)


class Running:
    """An agent in a thread of this process."""

    def __init__(self, told: Config) -> None:
        self.agent = Agent(told)
        self._thread = threading.Thread(target=self.agent.run)

    def __enter__(self) -> Agent:
        self._thread.start()
        return self.agent

    def __exit__(self, *_: object) -> None:
        self.agent.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture
def last(server: Any) -> Callable[[], Mapping[str, Any]]:
    """What the agent said of itself last."""
    return lambda: said_last(server)


def said_last(server: Any) -> Mapping[str, Any]:
    said = server.statuses() or [{"applied": None, "drivers": [], "losses": []}]
    return dict(said[-1])


def names(status: Mapping[str, Any]) -> list[str]:
    return [driver["name"] for driver in status["drivers"]]


def test_a_configuration_changes_while_everything_runs_and_nothing_is_lost_in_silence(
    told: Config, server: Any, until: Any, last: Any
) -> None:
    server.wanted(1, shop("a"), shop("b"))
    with Running(told):
        until(lambda: last()["applied"] == 1 and all(d["taken"] for d in last()["drivers"]))
        server.wanted(2, shop("b"), shop("a", seed=8), shop("c"), send={"most_readings": 7})
        until(lambda: last()["applied"] == 2)
        until(lambda: {r.tag[0] for r in server.readings()} == {"a", "b", "c"})
        until(lambda: last()["losses"])
        assert names(last()) == ["b", "a", "c"]
        assert [(one["source"], one["reason"]) for one in last()["losses"]] == [("a", "gap")]
        server.wanted(3)
        until(lambda: last()["applied"] == 3)
        assert last()["drivers"] == []
    status = last()
    assert status["configuration"] == "server"
    assert status["taken"] == status["acknowledged"] + status["waiting"]
    asked = [one["path"] for one in server.requests() if "/work" in one["path"]]
    assert [path.partition("number=")[2][0] for path in asked][:3] == ["0", "1", "2"]


def test_a_changed_unit_restarts_nothing(told: Config, server: Any, until: Any, last: Any) -> None:
    server.wanted(1, shop("a"))
    with Running(told) as agent:
        until(lambda: last()["applied"] == 1)
        (sink,) = agent.crew.sinks
        server.wanted(2, shop("a", tag=[{"tag": "a/line1/imm1/pressure", "unit": "bar"}]))
        until(lambda: last()["applied"] == 2)
        assert agent.crew.sinks == [sink]


def test_a_refused_configuration_is_reported_and_the_former_one_goes_on(
    told: Config, server: Any, until: Any, last: Any
) -> None:
    server.wanted(1, shop("a"))
    with Running(told):
        until(lambda: last()["applied"] == 1)
        server.wanted(2, shop("a", sead=7), {"kind": "telepathy"})
        until(lambda: last().get("refused"))
        refused = last()["refused"]
        assert (last()["applied"], names(last())) == (1, ["a"])
    assert refused["number"] == 2
    assert refused["problems"][0]["where"] == "[[driver]] a"
    said = [p["what"]["template"].format(**p["what"]["values"]) for p in refused["problems"]]
    assert "sead is not known here" in said[0]
    assert any("kind is telepathy" in one for one in said)


def test_a_start_without_network_runs_what_was_applied_last(
    tmp_path: Path, mortal: Any, until: Any
) -> None:
    told = configured(tmp_path, mortal)
    mortal.wanted(4, shop("a"))
    with Running(told):
        until(lambda: said_last(mortal)["applied"] == 4)
        mortal.wanted(5, shop("a", seed="?"))
        until(lambda: said_last(mortal)["refused"])
    mortal.kill()
    with Running(told) as again:
        until(lambda: again.crew.sinks and again.crew.sinks[0].taken)
        until(lambda: again.sender.state.problem is not None)
        status = again.status(str)
        assert (status["applied"], status["refused"]["number"]) == (4, 5)
        mortal.start()
        until(lambda: again.sender.state.link == "sending")
    assert stat.S_IMODE((told.folder / kept.FILE).stat().st_mode) == 0o600


def test_who_is_revoked_keeps_everything_and_says_so(
    told: Config, server: Any, until: Any, last: Any
) -> None:
    server.wanted(1, shop("a"))
    with Running(told):
        until(lambda: last()["applied"] == 1 and last()["acknowledged"])
    server.answer({"status": 401})
    before = len(server.requests())
    with Running(told) as again:
        until(lambda: again.sender.state.link == "refused")
        until(lambda: again.buffer.standing().waiting > 100)
        until(lambda: len(server.requests()) == before + 2)  # one for a batch, one for work
        again.write_status()
        status = json.loads((told.folder / "status.json").read_text("utf-8"))
    assert "revoked" in status["problem"]
    assert len(server.requests()) == before + 2, "nobody asked again and again"


@pytest.fixture
def applied() -> list[Wanted]:
    return []


@pytest.fixture
def remote(told: Config, server: Any, applied: list[Wanted]) -> Iterator[Remote]:
    told.folder.mkdir()
    line = Server(server.url, "secret", ca_file=None, clock_us=now_us)
    made = Remote(told, line, applied.append, lambda where: where, recheck_seconds=0)
    yield made
    ended = threading.Event()
    ended.set()
    made.run(ended)


def test_a_password_that_is_not_there_yet_is_waited_for(
    told: Config, server: Any, remote: Remote, applied: list[Wanted]
) -> None:
    server.wanted(1, mes())
    remote.step()
    remote.look_again()
    assert applied == []
    assert "There is no file" in str(remote.refused and remote.refused.problems[0].what)
    (told.base / "secrets" / "mes-url").write_text("sqlite://")
    remote.look_again()
    assert (remote.applied, remote.refused) == (1, None)
    mark = applied[-1].drivers[0].mark
    (told.base / "secrets" / "mes-url").write_text("sqlite:///other.db")
    remote.look_again()
    assert applied[-1].drivers[0].mark != mark, "it is made anew with the new password"
    (told.base / "secrets" / "mes-url").unlink()
    count = len(applied)
    remote.look_again()
    assert (len(applied), remote.refused) == (count, None), "what runs goes on"


@pytest.mark.parametrize("name", ["../token", "/etc/hostname", "a/../../token"])
def test_a_server_cannot_name_files_outside_the_folder_for_secrets(
    remote: Remote, server: Any, applied: list[Wanted], name: str
) -> None:
    server.wanted(1, mes(url_file=name))
    remote.step()
    assert applied == []
    assert remote.refused is not None
    assert "in the folder" in str(remote.refused.problems[0].what)


@pytest.mark.parametrize(
    "odd",
    [
        {"number": 1, "drivers": "none"},
        {"number": 1, "drivers": [7]},
        {"number": 1, "drivers": [], "send": "quickly"},
        {"number": 1, "drivers": [], "send": {"every_seconds": 0}},
        {"number": 1, "drivers": [{"kind": ["sql"]}]},
    ],
)
def test_what_makes_no_sense_is_refused_whatever_it_is(
    remote: Remote, server: Any, applied: list[Wanted], odd: dict[str, Any]
) -> None:
    server.answer({"status": 200, "body": odd})
    remote.step()
    assert applied == []
    assert remote.refused is not None
    assert remote.refused.number == 1


@pytest.mark.parametrize(
    ("answer", "least"),
    [
        ({"status": 401}, 30),
        ({"status": 403}, 30),
        ({"status": 404}, 30),
        ({"status": 503, "headers": {"Retry-After": "7"}}, 7),
        ({"status": 500}, 0.5),
        ({"status": 200, "body": ["a page"]}, 0),
        ({"status": 200, "body": {"number": "1"}}, 0),
        ({"status": 200, "body": {"task": {"id": 7}}}, 0),
        ({"status": 200, "close": True}, 0.5),
    ],
)
def test_whatever_else_a_server_says_changes_nothing(
    remote: Remote, server: Any, applied: list[Wanted], answer: dict[str, Any], least: float
) -> None:
    server.answer(answer)
    assert remote.step() >= least
    assert (applied, remote.refused) == ([], None)


def test_a_full_disk_stops_no_configuration(
    told: Config, server: Any, remote: Remote, applied: list[Wanted]
) -> None:
    (told.folder / f"{kept.FILE}.draft").mkdir()  # as unwritable as a full disk
    server.wanted(1, shop("a"))
    remote.step()
    assert len(applied) == 1
    assert kept.load(told.folder) == (None, None)


def test_a_spoilt_file_of_what_was_kept_counts_as_none(tmp_path: Path) -> None:
    for text in ("", "[]", '{"received": 3, "applied": "x"}', "\ud800"):
        (tmp_path / kept.FILE).write_bytes(text.encode("utf-8", "surrogatepass"))
        assert kept.load(tmp_path) == (None, None)


def test_a_machine_is_looked_at_before_it_is_configured(
    told: Config, server: Any, until: Any
) -> None:
    with Running(told):
        server.task("t1", {"kind": "simulator", "prefix": "new"}, most=2)
        until(lambda: server.answered("t1"))
        server.task("t2", {"kind": "opcua", "url": "http://192.0.2.1"})
        until(lambda: server.answered("t2"))
    first = server.answered("t1")
    assert first["more"] is True
    assert [row["address"] for row in first["found"]] == [
        "new/line1/imm1/melt_temperature",
        "new/line1/imm1/mould_temperature",
    ]
    assert set(first["found"][0]) == {"address", "name", "value", "kind", "quality", "path", "unit"}
    second = server.answered("t2")
    assert "opc.tcp://" in second["error"]["template"]
    assert len(second["problems"]) == 2


def test_a_machine_that_says_nothing_is_given_up_in_time(told: Config) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"opc.tcp://127.0.0.1:{port}"
        driver = {"kind": "opcua", "url": url, "security": "none", "timeout_seconds": 2}
        answer = browse(told, {"driver": driver, "most": 5}, seconds=0.2)
    assert answer["error"] == {
        "template": "The machine did not answer within {seconds} seconds.",
        "values": {"seconds": 0.2},
    }


def test_columns_are_shown_before_anybody_said_which_one_is_the_time(
    told: Config, tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "a.csv").write_text("시각,weight\n2025-11-25 09:00:00,12.5\n", "utf-8")
    files = {"kind": "files", "folder": str(tmp_path / "results")}
    found = browse(told, {"driver": files})["found"]
    assert [(row["name"], row["value"]) for row in found] == [
        ("시각", "2025-11-25 09:00:00"),
        ("weight", "12.5"),
    ]
    (told.base / "secrets" / "mes-url").write_text("sqlite://")
    query = "SELECT 3 AS id, 'x' AS lot, NULL AS weight WHERE 3 > :after"
    sql = {"kind": "sql", "url_file": "mes-url", "query": query}
    found = browse(told, {"driver": sql})["found"]
    assert [(row["name"], row["value"]) for row in found] == [
        ("id", 3),
        ("lot", "x"),
        ("weight", None),
    ]
