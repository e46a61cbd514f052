"""Imports point down, and a new folder must be placed before it can be merged."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        # The throw-away house must be the one that is looked at, not the installed one.
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def small_house(root: Path, tmp_path: Path) -> Path:
    """A house with our contracts and our top-level folders, all of them empty."""
    (tmp_path / "pyproject.toml").write_text((root / "pyproject.toml").read_text("utf-8"), "utf-8")
    package = tmp_path / "src" / "deungdae"
    for name in (
        *("records", "bus", "lake", "analysis", "tables", "runs", "reports", "client"),
        *("edge", "gateway", "monitor", "demo_plant"),
    ):
        (package / name).mkdir(parents=True)
        (package / name / "__init__.py").touch()
    for name in (
        *("core", "companies", "insight", "plant", "floor", "alarms", "watches", "project"),
    ):
        (package / "web" / name).mkdir(parents=True)
        (package / "web" / name / "__init__.py").touch()
    (package / "web" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "cli").mkdir()
    (package / "cli" / "__init__.py").touch()
    return tmp_path


def test_imports_keep_the_contracts(root: Path) -> None:
    result = lint(root)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout
    assert ": 0 kept" not in result.stdout, "no contract was inspected"


def test_an_empty_house_keeps_the_contracts(small_house: Path) -> None:
    result = lint(small_house)
    assert result.returncode == 0, result.stdout + result.stderr


#: Imports that point the wrong way: the folder, and what must not be written there.
WRONG = [
    ("records", "import deungdae.lake"),
    ("lake", "import deungdae.tables"),
    ("runs", "import deungdae.reports"),
    ("analysis", "import time"),
    ("analysis", "import deltalake"),
    ("reports", "import deltalake"),
    ("reports", "import django"),
    ("reports", "import deungdae.web"),
    ("web/core", "import deungdae.web.companies"),
    ("web/companies", "import deungdae.analysis"),
    ("client", "import deungdae.records"),
    ("client", "import django"),
    ("web/core", "import deungdae.client"),
    ("bus", "import deungdae.lake"),
    ("demo_plant", "import deungdae.records"),
    ("lake", "import deungdae.bus"),
    ("edge", "import deungdae.gateway"),
    ("gateway", "import deungdae.web"),
    ("gateway", "import nats"),
    ("gateway", "import deltalake"),
]


def test_an_import_that_points_the_wrong_way_is_refused(small_house: Path) -> None:
    """All of them at once, each in a file of its own: the house is read once."""
    chains = []
    for number, (where, line) in enumerate(WRONG):
        file = small_house / "src" / "deungdae" / where / f"wrong_{number}.py"
        file.write_text(line + "\n", "utf-8")
        importer = f"deungdae.{where}.wrong_{number}".replace("/", ".")
        chains.append(f"{importer} -> {line.removeprefix('import ')} (l.1)")
    result = lint(small_house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert [chain for chain in chains if chain not in result.stdout] == []


def test_a_folder_that_nobody_has_placed_is_refused(small_house: Path) -> None:
    (small_house / "src" / "deungdae" / "attic").mkdir()
    (small_house / "src" / "deungdae" / "attic" / "__init__.py").touch()
    result = lint(small_house)
    assert result.returncode != 0
    assert "attic" in result.stdout + result.stderr


def test_every_folder_is_named_in_the_layers(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    (layers,) = [c for c in contracts if c["type"] == "layers" and c["containers"] == ["deungdae"]]
    assert layers["exhaustive"] is True
    placed = {name.strip(" ()") for row in layers["layers"] for name in row.split("|")}
    package = root / "src" / "deungdae"
    folders = {path.parent.name for path in package.glob("*/__init__.py")}
    assert folders
    assert folders <= placed
