"""The program itself: it waits for the bus, answers, survives the bus's death, ends when told."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from bus_in_a_thread import BusInAThread
from history_site import table

from deungdae.bus import Question, Refusal, Unavailable, ask
from deungdae.lake.telemetry import Telemetry
from deungdae.records.environment import Settings

T = 1_795_348_800_000_000
OURS = "가온정밀"


def test_it_waits_for_the_bus_answers_and_ends_in_order(tmp_path: Path) -> None:
    settings = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)})
    Telemetry(tmp_path).append(table(OURS, "plc", "a/b/c", [(T, 7.5)]), "tests", 1)
    told = {key: value for key, value in os.environ.items() if not key.startswith("DEUNGDAE_")}
    program = subprocess.Popen(
        [sys.executable, "-m", "deungdae.cli", "history"],
        env={**told, "DEUNGDAE_HOME": str(tmp_path), "DEUNGDAE_LANG": "en"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with BusInAThread(settings.bus) as bus:

            async def latest() -> object:
                question = Question("history", "latest", OURS, within=10)
                async with await ask(bus.connection, question) as answer:
                    return (await answer.json())["points"][0]["value"]

            assert program.stdout is not None
            assert program.stdout.readline() == "Questions can be asked.\n"
            assert bus.run(latest()) == 7.5
            bus.kill()
            until = time.monotonic() + 30
            while True:
                try:
                    assert bus.run(latest()) == 7.5
                    break
                except (Unavailable, Refusal):
                    assert time.monotonic() < until
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
    finally:
        program.kill()
        _, said = program.communicate()
    assert said == ""
