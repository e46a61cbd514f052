"""`deungdae gateway` as a person starts it: a process of its own on a free port."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEUNGDAE = Path(sys.executable).with_name("deungdae")
TAKEN_IN = "Points are taken in at http://127.0.0.1:"


def surroundings(home: Path, **told: str) -> dict[str, str]:
    """The environment of a command on a state folder, in English, whatever is set here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEUNGDAE_")}
    return {**kept, "DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "en", **told}


@contextmanager
def gateway(environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """Run one and give its address. It is asked to end; if a test fails, it is killed."""
    process = subprocess.Popen(
        [DEUNGDAE, "gateway", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith(TAKEN_IN), line
        yield process, line.split()[-1]
        process.terminate()
        process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
