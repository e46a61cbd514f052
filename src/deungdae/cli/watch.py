"""Keeps the parts of an installation running, each in a process of its own, and ends them in order.

Parts belong to a tier. Tiers are started in the order in which they are given, and ended in the
order of the data: whoever sends before whoever takes in, whoever takes in before whoever shows.
"""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from deungdae.records.errors import RunFailed

#: A part that ends sooner than this many seconds after its start counts as broken.
SOON = 10.0
TRIES = 3  #: starts of a broken part before everything stops
LOOK = 0.3  #: seconds between two looks at the parts
PATIENCE = 15.0  #: seconds that the parts of a tier have to end when told to


@dataclass(frozen=True)
class Part:
    """A command of `deungdae` that runs until it is told to end.

    `ends` says when it is told: lower numbers first. One that is not `vital` may break: it is then
    started again ever more rarely, and the others go on. What only one that `speaks` prints is
    shown; complaints of all are.
    """

    words: tuple[str, ...]
    ends: int
    vital: bool = True
    speaks: bool = False

    @property
    def name(self) -> str:
        """What it is called when something is wrong with it."""
        return " ".join(self.words[:2]) if self.words[0] == "edge" else self.words[0]


@dataclass
class _Kept:
    part: Part
    process: "subprocess.Popen[bytes]"
    since: float = field(default_factory=time.monotonic)
    broken: int = 0
    rests_until: float = 0.0


class Watch:
    """Keeps parts running: starts one again that has ended, ends all when told to.

    Each part holds the other end of a pipe and ends when this process does, however that ends.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self._kept: list[_Kept] = []

    def begin(self, *parts: Part) -> None:
        """Start parts, now."""
        self._kept += [_Kept(part, _spawn(part)) for part in parts]

    def until(self, is_so: Callable[[], bool], seconds: float) -> bool:
        """Watch until something is so; False when it is not in time, or all is to end."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end or self.stop.wait(LOOK):
                return False
            self._look()
        return True

    def run(self, begin: Callable[["Watch"], None]) -> None:
        """Call `begin`, which starts the parts; watch until `stop` is set or a signal comes.

        Raises `RunFailed` when a vital part ends again and again right after its start.
        """
        before = {sign: signal.signal(sign, self._told) for sign in (signal.SIGTERM, signal.SIGINT)}
        try:
            begin(self)
            while not self.stop.wait(LOOK):
                self._look()
        finally:
            self._end()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _told(self, sign: int, frame: FrameType | None) -> None:
        self.stop.set()

    def _look(self) -> None:
        for kept in self._kept:
            status = kept.process.poll()
            now = time.monotonic()
            if status is None or now < kept.rests_until:
                continue
            if kept.rests_until == 0:
                kept.broken = kept.broken + 1 if now - kept.since < SOON else 0
                if kept.broken >= TRIES:
                    if kept.part.vital:
                        raise RunFailed(
                            "The part “{part}” ended {count} times right after its start (status "
                            "{status}). What it said stands above.",
                            part=kept.part.name,
                            count=TRIES,
                            status=status,
                        )
                    kept.rests_until = now + min(2.0**kept.broken, 60)
                    continue
            _close_pipe(kept.process)
            kept.process, kept.since, kept.rests_until = _spawn(kept.part), now, 0.0

    def _end(self) -> None:
        for place in sorted({kept.part.ends for kept in self._kept}):
            tier = [kept.process for kept in self._kept if kept.part.ends == place]
            for process in tier:
                if process.poll() is None:
                    process.terminate()
            until = time.monotonic() + PATIENCE
            for process in tier:
                try:
                    process.wait(max(0.1, until - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                _close_pipe(process)


def _close_pipe(process: "subprocess.Popen[bytes]") -> None:
    if process.stdin is not None:
        process.stdin.close()


def _spawn(part: Part) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command, no shell
        [sys.executable, "-m", "deungdae.cli.part", *part.words],
        stdin=subprocess.PIPE,
        stdout=None if part.speaks else subprocess.DEVNULL,
        process_group=0,  # Ctrl-C reaches us alone, and we end all in order
    )
