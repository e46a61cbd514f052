"""What a person types: the Makefile lists it, and a machine that lacks something is told so."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What tools/environment calls besides Python and git.
NEEDED = ("dirname", "mkdir", "touch", "sh")
#: This suite may itself run under `make test`.
SETTINGS_OF_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON"}


def run(
    *command: str, cwd: Path = ROOT, path: str | None = None
) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS_OF_MAKE}
    if path:
        env["PATH"] = path
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder that can stand for PATH: a shell and little else, no Python and no git."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout without an environment."""
    folder = tmp_path / "checkout"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "environment", folder / "tools" / "environment")
    return folder


def with_git(bare_machine: Path) -> None:
    found = shutil.which("git")
    assert found
    (bare_machine / "git").symlink_to(found)


def test_make_alone_lists_what_can_be_typed() -> None:
    listed = run("make")
    assert listed.returncode == 0, listed.stderr
    names = re.findall(r"^  make ([a-z-]+) +\S", listed.stdout, re.MULTILINE)
    assert {"setup", "up", "test", "check", "bench", "clean"} <= set(names)
    assert len(names) == len(listed.stdout.splitlines())


@pytest.mark.parametrize("target", ["setup", "up", "test", "check", "bench", "clean"])
def test_each_target_can_be_planned(target: str) -> None:
    planned = run("make", "-n", target)
    assert planned.returncode == 0, planned.stderr


def test_installations_never_run_side_by_side() -> None:
    planned = run("make", "-n", "-B", "-j4", "bench", "test", "up")
    installs = re.findall(r"^tools/environment (\w+)$", planned.stdout, re.MULTILINE)
    assert installs == ["runtime", "dev", "bench"]


def test_a_machine_without_git_is_told_what_to_install(bare_machine: Path, checkout: Path) -> None:
    result = run("sh", "tools/environment", "runtime", cwd=checkout, path=str(bare_machine))
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Git is missing; install it (Debian, Ubuntu: apt install git) and run make again."
    ]


def test_a_machine_without_python_is_told_what_to_install(
    bare_machine: Path, checkout: Path
) -> None:
    with_git(bare_machine)
    result = run("sh", "tools/environment", "runtime", cwd=checkout, path=str(bare_machine))
    assert result.returncode == 1
    (sentence,) = result.stderr.splitlines()
    assert "needs Python 3.11 or newer" in sentence
    assert "apt install python3 python3-venv" in sentence
    assert not (checkout / ".venv").exists()


def test_an_unknown_extra_is_refused(checkout: Path) -> None:
    result = run("sh", "tools/environment", "everything", cwd=checkout)
    assert result.returncode == 1
    assert result.stderr == "usage: tools/environment runtime|dev|bench\n"


def test_shell_scripts_have_no_syntax_error() -> None:
    for script in ("tools/environment", "tools/pins"):
        assert run("sh", "-n", script).returncode == 0
    assert run("bash", "-n", ".ci/run").returncode == 0


def test_every_pin_is_a_name_and_a_version() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert len(pins) > 30
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.!+-]+", line)] == []
