"""The wheel holds all that the program needs, and nothing that only developers run."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_every_file_of_the_package_is_in_the_wheel(names: set[str]) -> None:
    package = ROOT / "src"
    wanted = {
        str(path.relative_to(package))
        for path in (package / "deungdae").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert "deungdae/records/errors.py" in wanted
    assert wanted <= names


def test_only_the_package_and_its_metadata_are_in_the_wheel(names: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in names} == {"deungdae"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_installed_program_needs_no_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    script = (
        "import sys; sys.path.insert(0, 'site')\n"
        "from pathlib import Path\n"
        "import deungdae.cli, deungdae.tables.demo\n"
        "assert Path(deungdae.__file__).is_relative_to(Path('site').resolve())\n"
        "print(deungdae.tables.demo.write(Path('out'), rows=400).path)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert (tmp_path / result.stdout.strip()).is_file()
