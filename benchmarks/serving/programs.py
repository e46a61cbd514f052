"""Programs that run beside a measurement, each with the state folder that it is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Running:
    """A program that answers at `url`, which ends with a slash."""

    url: str
    pid: int


def environment(home: Path) -> dict[str, str]:
    """Return what programs are started with: nothing of this shell's own settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DEUNGDAE_", "DJANGO_"))}
    paths = [str(BENCHMARKS), *filter(None, [kept.get("PYTHONPATH")])]
    more = {"DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "ko", "PYTHONPATH": os.pathsep.join(paths)}
    return {**kept, **more}


@contextmanager
def serving(home: Path, *words: str) -> Iterator[Running]:
    """Run `python -m WORDS`, which prints its address as the last word of a line, until the end."""
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        line = process.stdout.readline()
        url = next((word for word in line.split() if word.startswith("http://")), None)
        if url is None:
            raise SystemExit(f"{' '.join(words)} does not serve: {line}")
        try:
            yield Running(url, process.pid)
        finally:
            process.stdin.close()
