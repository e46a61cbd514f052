"""A code becomes an agent in a folder, or the folder stays as it was."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge import config, service
from deungdae.edge.clock import now_us
from deungdae.edge.joining import JoinFailed, join

DEUNGDAE = Path(sys.executable).with_name("deungdae")
TOLD = {"edge": "press-shop", "token": "secret-1", "organisation": "등대전자", "site": "본사"}


def joined(server: Any, folder: Path, **more: Any) -> Any:
    return join(server.url + "/", "ABCD-2345-WXYZ", folder, ca_file=None, clock_us=now_us, **more)


def test_a_code_makes_a_folder_that_an_agent_runs_from(server: Any, tmp_path: Path) -> None:
    server.answer({"status": 200, "body": TOLD | {"after": 1_999_999_999_999}, "once": True})
    made = joined(server, tmp_path / "agent")
    assert made == ("press-shop", "등대전자", "본사", tmp_path / "agent" / "agent.toml")
    token = tmp_path / "agent" / "token"
    assert token.read_text() == "secret-1\n"
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    for folder in (tmp_path / "agent", tmp_path / "agent" / "secrets"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    told = config.load(tmp_path / "agent")
    assert (told.edge, told.server, told.token) == ("press-shop", server.url, "secret-1")
    assert told.remote
    assert told.after_batch == 1_999_999_999_999
    (request,) = server.requests()
    assert request["path"] == "/plant/edge/v1/join"
    assert "Authorization" not in request
    (asked,) = server.documents()
    assert asked["code"] == "ABCD-2345-WXYZ"
    assert asked["host"] and asked["version"] and len(asked["attempt"]) >= 16


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": 404, "body": {"code": "unknown"}}, "does not know this code"),
        ({"status": 410, "body": {"code": "used"}}, "used already"),
        ({"status": 429}, "Wait a minute"),
        ({"status": 200, "body": ["a page"]}, "status 200"),
        ({"status": 200, "body": TOLD | {"edge": "press shop"}}, "status 200"),
        ({"status": 200, "body": TOLD | {"token": ""}}, "status 200"),
        ({"status": 302, "headers": {"Location": "/sign-in"}}, "status 302"),
        ({"status": 200, "close": True}, "does not answer"),
    ],
)
def test_a_code_that_did_not_work_leaves_nothing_behind(
    server: Any, tmp_path: Path, answer: dict[str, Any], words: str
) -> None:
    server.answer(answer)
    with pytest.raises(JoinFailed, match=words):
        joined(server, tmp_path / "agent")
    assert not (tmp_path / "agent").exists()
    server.answer({"status": 200, "body": TOLD})
    assert joined(server, tmp_path / "agent").edge == "press-shop"


def test_an_answer_that_was_lost_is_asked_for_again_as_the_same_attempt(
    server: Any, tmp_path: Path
) -> None:
    server.answer({"status": 200, "close": True, "once": True, "then": TOLD})
    assert joined(server, tmp_path / "agent").edge == "press-shop"
    first, second = (asked["attempt"] for asked in server.documents())
    assert first == second


def test_a_folder_that_has_an_agent_is_refused_before_the_code_is_used(
    server: Any, tmp_path: Path
) -> None:
    for name in ("agent.toml", "token"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_text("kept")
        with pytest.raises(JoinFailed, match="already an agent"):
            joined(server, folder)
        assert [path.name for path in folder.iterdir()] == [name]
    (tmp_path / "file").touch()
    with pytest.raises(JoinFailed, match="cannot be used"):
        joined(server, tmp_path / "file" / "agent")
    assert server.requests() == []


def test_a_code_is_not_sent_in_plain_words_over_a_network(tmp_path: Path) -> None:
    for url, words in (("http://192.0.2.1", "https://"), ("cloud", "must be an address")):
        with pytest.raises(JoinFailed, match=words):
            join(url, "code", tmp_path / "agent", ca_file=None, clock_us=now_us)
    with pytest.raises(JoinFailed, match="no file"):
        join(
            "https://192.0.2.1",
            "code",
            tmp_path / "agent",
            ca_file=tmp_path / "absent.pem",
            clock_us=now_us,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_in_plain_words_what_was_done(server: Any, tmp_path: Path) -> None:
    server.answer({"status": 200, "body": TOLD})
    result = subprocess.run(
        [DEUNGDAE, "edge", "join", server.url, "ABCD-2345-WXYZ", "--folder", "a b", "--service"],
        cwd=tmp_path,
        env={**os.environ, "DEUNGDAE_LANG": "ko"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert "등대전자 본사의 에이전트 press-shop입니다" in result.stdout
    unit = tmp_path / "a b" / "deungdae-edge-press-shop.service"
    assert f"systemctl --user enable --now '{unit}'" in result.stdout
    assert f'ExecStart="{DEUNGDAE}" edge run "{unit.parent}"' in unit.read_text()


def test_a_unit_for_the_whole_computer_runs_as_the_one_who_owns_the_folder(tmp_path: Path) -> None:
    made = service.write("press-shop", tmp_path, system=True)
    text = made.file.read_text()
    assert f"User={tmp_path.owner()}\n" in text
    assert "WantedBy=multi-user.target" in text
    assert made.commands == (f"sudo systemctl enable --now {made.file}",)


def test_signs_that_mean_something_to_a_system_are_taken_literally() -> None:
    program, folder = Path("/opt/50%/deungdae"), Path("/srv/a$b 'c'")
    unit = service.unit("e", folder, program, user=None)
    assert '''ExecStart="/opt/50%%/deungdae" edge run "/srv/a$$b 'c'"''' in unit
    task = service.task("e", folder, program)
    assert """-Argument 'edge run "/srv/a$b ''c''"'""" in task


def test_what_a_person_may_set_in_a_joined_folder_is_checked(server: Any, tmp_path: Path) -> None:
    server.answer({"status": 200, "body": TOLD})
    path = joined(server, tmp_path / "agent").config
    path.write_text(path.read_text("utf-8") + '\n[[driver]]\nkind = "simulator"\n', "utf-8")
    with pytest.raises(config.BadConfig) as caught:
        config.load(path)
    assert [str(p.what) for p in caught.value.problems] == [
        "The drivers come from the server; write none here."
    ]
    assert json.dumps(TOLD["edge"]) in path.read_text("utf-8")
