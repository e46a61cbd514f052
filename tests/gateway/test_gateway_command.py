"""`deungdae gateway` as a user starts it: lines in by HTTP, points in the lake, nothing lost."""

import asyncio
import signal
import subprocess
from pathlib import Path

import httpx
from deltalake import DeltaTable
from gateway_process import DEUNGDAE, gateway, surroundings

from deungdae import bus
from deungdae.bus.joining import code_digest, new_code
from deungdae.lake.intake import Ledger, Sum
from deungdae.records.environment import Settings


def new_token(home: Path, *more: str) -> str:
    told = subprocess.run(
        [DEUNGDAE, "token", "등대전자", "telegraf", *more],
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.splitlines()[0].removeprefix("Token: ")


def write(url: str, token: str, lines: str) -> int:
    """Send `time value` lines of one tag."""
    text = "\n".join(
        "press temperature={1} {0}".format(*line.split()) for line in lines.split("\n")
    )
    return httpx.post(
        f"{url}api/v2/write?org=o&bucket=plant&precision=s",
        headers={"Authorization": f"Token {token}"},
        content=text.encode(),
        timeout=30,
    ).status_code


def test_lines_that_were_acknowledged_survive_a_kill_and_reach_the_lake_once(
    tmp_path: Path,
) -> None:
    with gateway(surroundings(tmp_path)) as (process, url):
        token = new_token(tmp_path)
        assert write(url, "wrong", "1795348800 1") == 401
        assert write(url, token, "1795348800 1\n1795348801 2") == 204
        process.kill()
    with gateway(surroundings(tmp_path)) as (process, url):
        assert write(url, token, "1795348801 2\n1795348802 3") == 204
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    table = DeltaTable(tmp_path / "telemetry" / "points").to_pyarrow_table()
    assert sorted(table.column("value").to_pylist()) == [1.0, 2.0, 3.0]
    assert set(table.column("organisation").to_pylist()) == {"등대전자"}
    assert Ledger(tmp_path).tally().total() == Sum(received=4, stored=3, duplicate=1)


def test_a_second_gateway_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with gateway(surroundings(tmp_path)) as (process, url):
        told = subprocess.run(
            [DEUNGDAE, "gateway", "--port", "0"],
            env=surroundings(tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
        assert told.returncode == 2
        assert told.stderr.startswith(f"A gateway runs already on the data in {tmp_path}.")
        assert httpx.get(f"{url}health").status_code == 200
        process.terminate()
        assert process.wait(60) == 0


def open_a_door(home: Path, code: str) -> None:
    """Put a code on the bus, as the web does."""

    async def work() -> None:
        settings = Settings.from_environment(surroundings(home)).bus
        async with await bus.Connection.open(bus.address(settings), "test") as connection:
            joins = await bus.Mirror.open(connection, bus.JOINS)
            join = bus.Join("o", "press-shop", "press-shop", 1 << 60)
            await joins.put(join, code_digest(code) or "")
            await joins.close()

    asyncio.run(work())


def test_neither_code_nor_token_is_left_anywhere(tmp_path: Path) -> None:
    code = new_code()
    with gateway(surroundings(tmp_path)) as (process, url):
        open_a_door(tmp_path, code)
        told = {"code": code, "host": "h", "version": "1"}
        token = httpx.post(f"{url}edge/v1/join", json=told, timeout=30).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.post(f"{url}edge/v1/status", json={"a": 1}, headers=headers, timeout=30)
        assert answer.status_code == 204
        waiting = httpx.get(f"{url}edge/v1/work?wait=0", headers=headers, timeout=30)
        assert waiting.status_code == 204
        process.send_signal(signal.SIGTERM)
        said, failed = process.communicate(timeout=60)
        assert process.returncode == 0
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"press-shop" in text for text in kept), "nothing was looked at"
    plain = code.replace("-", "")
    for secret in (code, plain, token):
        assert not any(secret.encode() in text for text in (*kept, said.encode(), failed.encode()))


def quota(home: Path, *words: str) -> tuple[int, str]:
    told = subprocess.run(
        [DEUNGDAE, "quota", *words],
        env=surroundings(home),
        capture_output=True,
        text=True,
        check=False,
    )
    return told.returncode, (told.stdout or told.stderr).strip()


def test_a_quota_is_set_at_the_terminal_and_counts_at_once(tmp_path: Path) -> None:
    command = [str(DEUNGDAE), "company", "등대전자", "owner@example.org"]
    subprocess.run(command, env=surroundings(tmp_path), check=True, capture_output=True)
    with gateway(surroundings(tmp_path)):
        bound = (0, "등대전자 may send 60,000 points a minute.")
        assert quota(tmp_path, "등대전자", "60000") == bound
        assert quota(tmp_path, "등대전자") == bound
        free = (0, "등대전자 may send as many points as it likes.")
        assert quota(tmp_path, "등대전자", "none") == free
        assert quota(tmp_path, "Nobody") == (2, "There is no company Nobody.")
    code, said = quota(tmp_path, "등대전자", "many")
    assert (code, said.partition(";")[0]) == (2, "many is no number of points")


def test_a_token_needs_a_bus_that_runs(tmp_path: Path) -> None:
    told = subprocess.run(
        [DEUNGDAE, "token", "등대전자", "telegraf"],
        env=surroundings(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "deungdae gateway" in told.stderr
