"""The agent as a person starts it: a configuration, a process, a server."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge.config import BadConfig, load
from deungdae.records.readings import EARLIEST_US

DEUNGDAE = Path(sys.executable).with_name("deungdae")
CONFIG = """
[edge]
id = "press-shop"
server = "{server}"
token_file = "token"

[buffer]
mebibytes = 64

[send]
every_seconds = 0.05

[[driver]]
kind = "simulator"
every_seconds = 0.05
"""


@pytest.fixture
def config(tmp_path: Path, server: Any) -> Path:
    (tmp_path / "token").write_text("secret\n")
    path = tmp_path / "agent.toml"
    path.write_text(CONFIG.format(server=server.url), "utf-8")
    return path


def deungdae(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DEUNGDAE, *map(str, words)],
        env={**os.environ, "DEUNGDAE_LANG": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def start() -> Iterator[Callable[[Path], "subprocess.Popen[str]"]]:
    """Starts agents; whatever a test leaves running ends with it."""
    with contextlib.ExitStack() as running:

        def begin(config: Path) -> "subprocess.Popen[str]":
            process = subprocess.Popen(
                [DEUNGDAE, "edge", "run", str(config)],
                env={**os.environ, "DEUNGDAE_LANG": "en"},
                stdout=subprocess.PIPE,
                text=True,
            )
            running.callback(process.communicate)
            running.callback(process.kill)
            assert process.stdout is not None
            assert "press-shop is running" in process.stdout.readline()
            return process

        yield begin


def rounds(server: Any, more_than: int) -> Iterator[None]:
    """Go on once more batches than that have come."""
    for _ in range(1200):
        if len(list((server.folder / "batches").glob("*.batch"))) > more_than:
            yield
            return
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)  # a moment, not a guess
    pytest.fail("no batch came")


def test_a_killed_agent_goes_on_where_it_was_and_a_stopped_one_says_so(
    config: Path, server: Any, start: Any
) -> None:
    for round_ in range(3):
        process = start(config)
        next(rounds(server, more_than=3 * round_))
        process.kill()
        process.wait()
    process = start(config)
    next(rounds(server, more_than=12))
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    sequences = [batch.sequence for batch in server.batches()]
    assert sequences == list(range(sequences[0], sequences[0] + len(sequences)))
    assert not (server.folder / "two_contents").exists()
    status = json.loads((config.parent / "state" / "status.json").read_text("utf-8"))
    assert status["link"] == "stopped"
    assert status["taken"] == status["acknowledged"] + status["waiting"]
    assert status["losses"] == []
    assert status["drivers"][0]["problem"] is None
    readings = server.readings()
    assert len({(r.tag, r.time_us) for r in readings}) == len(readings)
    wrong = [r for r in readings if r.tag.startswith("demo/line3/")]
    assert wrong
    assert all(r.time_us - (r.received_us or EARLIEST_US) == 9 * 3600 * 1_000_000 for r in wrong)


def test_a_configuration_in_order_is_said_to_be_so(config: Path) -> None:
    result = deungdae("edge", "check", config)
    assert (result.returncode, result.stderr) == (0, "")
    assert "in order" in result.stdout


def test_an_agent_needs_nothing_of_what_a_server_needs(config: Path) -> None:
    names = ("django", "pyarrow", "numpy", "duckdb", "deltalake", "nats", "uvicorn", "asyncua")
    program = (
        f"import sys; sys.modules.update(dict.fromkeys({names!r})); "
        f"from deungdae.cli import main; sys.exit(main(['edge', 'check', {str(config)!r}]))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert (result.returncode, result.stderr) == (0, b"")


def test_browse_lists_what_is_there_with_values(config: Path) -> None:
    result = deungdae("edge", "browse", config, "--driver", "simulator", "--most", "3")
    assert result.returncode == 0, result.stdout
    assert len(result.stdout.splitlines()) == 4
    assert "demo/line1/imm1/melt_temperature" in result.stdout


def test_browse_of_a_driver_that_is_not_there_names_those_that_are(config: Path) -> None:
    result = deungdae("edge", "browse", config, "--driver", "press")
    assert result.returncode == 2
    assert "simulator" in result.stderr


def test_all_problems_are_named_at_once_before_anything_connects(tmp_path: Path) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(
        """
        colour = "red"
        [edge]
        id = "press shop"
        server = "http://cloud.example.org"
        token_file = "missing"
        [buffer]
        mebibytes = 1
        when_full = "forget"
        [send]
        every_seconds = "often"
        [[driver]]
        kind = "simulator"
        seed = 1.5
        sead = 7
        [[driver]]
        kind = "simulator"
        name = "second"
        [[driver]]
        kind = "telepathy"
        """,
        "utf-8",
    )
    result = deungdae("edge", "check", path)
    assert result.returncode == 2
    for words in (
        "agent: colour is not known here",
        "[edge]: The id “press shop”",
        "https://",
        "with the token cannot be read",
        "[buffer]: mebibytes is 1",
        "drop_oldest | refuse_new | wait",
        "[send]: every_seconds is often",
        "seed is 1.5",
        "sead is not known here",
        "already belongs to simulator",
        "kind is telepathy",
    ):
        assert words in result.stdout, words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[edge", "cannot be read"),
        ("", "problems"),
        ("edge = 3\n", "problems"),
        ("driver = 3\n", "problems"),
        ("[driver]\nkind = 'simulator'\n", "problems"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "agent.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadConfig, match=words):
        load(path)
    with pytest.raises(BadConfig, match="no file"):
        load(tmp_path / "absent.toml")


def test_a_server_elsewhere_must_be_reached_by_https(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a b\n")
    path = tmp_path / "agent.toml"
    for server, fine in [
        ("https://cloud.example.org", True),
        ("http://localhost:8000", True),
        ("http://127.0.0.1.example.org", False),
        ("https://user:word@cloud.example.org", False),
        ("ftp://cloud.example.org", False),
        ("https://[", False),
    ]:
        path.write_text(CONFIG.format(server=server), "utf-8")
        with pytest.raises(BadConfig) as caught:
            load(path)
        said = [problem.what.template for problem in caught.value.problems]
        assert said[-1] == "The file {file} does not hold one token."
        assert (len(said) == 1) is fine, (server, said)
