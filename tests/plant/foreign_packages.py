"""Packages that others wrote, installed once into the cache of the tests."""

import shutil
import subprocess
from pathlib import Path

import pytest


def installed(config: pytest.Config, name: str, commands: list[list[str]]) -> Path:
    """Return the folder in which a package was installed, now or by an earlier run."""
    assert config.cache is not None
    folder = config.cache.mkdir(name)
    if (folder / "complete").exists():
        return folder
    for command in commands:
        try:
            subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=240)
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"{name} cannot be installed here: {error}")
    (folder / "complete").touch()
    return folder


def from_npm(config: pytest.Config, name: str, version: str) -> tuple[str, Path]:
    """Return node, and the folder in which a package of npm was installed; skip without either."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"{name} needs node and npm")
    package = f"{name}@{version}"
    install = [npm, "install", "--no-audit", "--no-fund", "--prefix", ".", package]
    return node, installed(config, name, [install])
