"""From the line that a person pastes to values at the gateway, with nothing made up between."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from door_for_tests import CODE, EDGE_ID, ORGANISATION, Place, a_door, until

from deungdae import bus

DEUNGDAE = Path(sys.executable).with_name("deungdae")


def deungdae(*words: object) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [DEUNGDAE, *map(str, words)],
        env={**os.environ, "DEUNGDAE_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def shop(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "simulator", "name": name, "prefix": name, "every_seconds": 0.2, **more}


async def want(place: Place, number: int, *drivers: dict[str, Any]) -> None:
    wanted = bus.Wanted(ORGANISATION, EDGE_ID, number, list(drivers))
    await place.registry.wanted.put(wanted, ORGANISATION, EDGE_ID)


def said(place: Place) -> dict[str, Any]:
    return place.door.standing.of(ORGANISATION, EDGE_ID).document


def test_a_pasted_line_makes_an_agent_that_the_server_configures(tmp_path: Path) -> None:
    async def go() -> None:
        async with a_door(tmp_path / "site") as place:
            await place.make_code()
            url = str(place.client.base_url)
            folder = tmp_path / "agent"
            running = deungdae("edge", "join", url, CODE.lower(), "--folder", folder)
            try:
                await follow(place, folder)
            finally:
                running.send_signal(signal.SIGTERM)
                output, _ = await asyncio.to_thread(running.communicate)
            assert running.returncode == 0
            assert "now the edge agent press-shop of 등대전자, 본사" in output
            again = deungdae("edge", "join", url, CODE, "--folder", tmp_path / "other")
            output, _ = await asyncio.to_thread(again.communicate)
            assert (again.returncode, "used already" in output) == (1, True)
            assert not (tmp_path / "other").exists()

    asyncio.run(go())


async def follow(place: Place, folder: Path) -> None:
    await until(lambda: said(place).get("configuration") == "server")
    assert said(place)["applied"] is None
    looked = await place.ask(driver={"kind": "simulator", "name": "new"}, most=3)
    assert len(looked["found"]) == 3
    assert looked["found"][0]["address"] == "demo/line1/imm1/melt_temperature"
    await want(place, 1, shop("a"))
    await until(lambda: said(place)["applied"] == 1 and place.kept.messages)
    await want(place, 2, shop("a", sead=1))
    await until(lambda: said(place)["refused"])
    assert (said(place)["applied"], said(place)["drivers"][0]["name"]) == (1, "a")
    await want(place, 3, shop("a"), shop("b"))
    await until(lambda: said(place)["applied"] == 3)
    assert said(place)["refused"] is None
    await until(lambda: said(place)["drivers"][1]["taken"])
    await place.registry.agents.change(
        lambda known: bus.Agent(
            ORGANISATION, EDGE_ID, sequence=0 if known is None else known.sequence, revoked=True
        ),
        ORGANISATION,
        EDGE_ID,
    )
    await until(lambda: local(folder)["link"] == "refused")
    standing = local(folder)
    assert "revoked" in standing["problem"]
    await until(lambda: local(folder)["waiting"] > standing["waiting"])


def local(folder: Path) -> dict[str, Any]:
    """What the agent writes down beside itself."""
    found: dict[str, Any] = json.loads((folder / "state" / "status.json").read_text("utf-8"))
    return found
