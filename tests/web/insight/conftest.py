"""What the tests of insight share: a demo sheet, its upload, and a worker's work done at once."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from deungdae.records.errors import PublicError
from deungdae.runs import wire
from deungdae.tables import demo
from deungdae.web.core.access import scope_of
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, queue, work
from deungdae.web.insight.actions import (
    BeginUpload,
    CompleteUpload,
    FailJob,
    FinishAnalysis,
    FinishForgetting,
    FinishRendering,
    FinishUnderstanding,
)
from deungdae.web.insight.models import Job, Upload


@pytest.fixture(scope="session")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated inspection sheet of 600 parts, with Korean words."""
    return demo.write(tmp_path_factory.mktemp("sheet"), rows=600).path


@pytest.fixture
def engineer(house: Any) -> Scope:
    """The scope of the engineer of the first company."""
    return scope_of(house.people["engineer"])


def hand_in(scope: Scope, path: Path, name: str | None = None) -> Upload:
    """Hand a file in; it waits to be read."""
    upload = BeginUpload(
        scope=scope,
        organisation=scope.current,
        name=name or path.name,
        size=path.stat().st_size,
    ).perform()
    with folders.appending(upload) as target:
        target.write(path.read_bytes())
    return CompleteUpload(scope=scope, upload=upload).perform()


def work_off() -> list[Job]:
    """Do all that waits, as a worker does, but in this thread and this transaction."""
    done = []
    bench = work.Bench(lambda _step, _share: None, threading.Event())
    while job := queue.claim("here/1", [kind for kind, _ in Job.Kind.choices], timezone.now()):
        scope = Scope.of_system(queue.WORKER, job.organisation)
        try:
            if job.kind == Job.Kind.UNDERSTAND:
                understood = work.understand(job, scope, bench)
                assert FinishUnderstanding(scope=scope, job=job, understood=understood).perform()
            elif job.kind == Job.Kind.FORGET:
                work.forget(job, scope, bench)
                assert FinishForgetting(scope=scope, job=job).perform()
            elif job.kind == Job.Kind.RENDER:
                work.render(job, scope, bench)
                assert FinishRendering(scope=scope, job=job).perform()
            else:
                found = work.analyse(job, scope, bench)
                assert FinishAnalysis(scope=scope, job=job, found=found).perform()
        except PublicError as error:
            told = wire.to_document(error)
            FailJob(scope=scope, job=job, state=Job.State.FAILED, error=told).perform()
        done.append(job)
    return done


@pytest.fixture
def bench() -> work.Bench:
    """What work needs, telling nobody and never stopped."""
    return work.Bench(lambda _step, _share: None, threading.Event())


@pytest.fixture
def handed_in() -> Callable[..., Upload]:
    """Hand a file in."""
    return hand_in


@pytest.fixture
def worked_off() -> Callable[[], list[Job]]:
    """Do all that waits."""
    return work_off


class Floor:
    """A home of its own, and the processes that work on it."""

    program = str(Path(__file__).with_name("shop_floor.py"))
    email, password = "engineer@gaon.example", "a long enough password"

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {k: v for k, v in os.environ.items() if not k.startswith("DEUNGDAE_")}
        self.environment = {**kept, "DEUNGDAE_HOME": str(home), "DEUNGDAE_LANG": "ko"}
        self.started: list[subprocess.Popen[str]] = []
        self._clerk: subprocess.Popen[str] | None = None

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Start a program in the background."""
        process = subprocess.Popen(
            [sys.executable, *command],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def ask(self, *command: str) -> Any:
        """Let shop_floor.py carry a command out and return what it says; it starts once."""
        if self._clerk is None:
            self._clerk = self.begin(self.program)
        assert self._clerk.stdin is not None and self._clerk.stdout is not None
        self._clerk.stdin.write(json.dumps(command) + "\n")
        self._clerk.stdin.flush()
        return json.loads(self._clerk.stdout.readline())

    def worker(self) -> subprocess.Popen[str]:
        """Start a worker."""
        return self.begin("-m", "deungdae.cli.part", "worker")

    def web(self) -> tuple[subprocess.Popen[str], str]:
        """Start the server; return it and its address."""
        server = self.begin("-m", "deungdae.cli.part", "web", "--port", "0")
        assert server.stdout is not None
        address = re.search(r"http://\S+/", server.stdout.readline())
        assert address is not None
        return server, address[0]

    def end(self) -> None:
        """End whatever still runs."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a company is, and nothing more; `floor` begins with a copy of it."""
    home = tmp_path_factory.mktemp("registered") / "집"
    floor = Floor(home)
    floor.ask("company")
    floor.end()
    return home


@pytest.fixture
def floor(registered: Path, tmp_path: Path) -> Iterator[Floor]:
    started = Floor(Path(shutil.copytree(registered, tmp_path / "집")))
    try:
        yield started
    finally:
        started.end()
