"""What the house rules read: the project's own files, as git knows them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


def listed(*options: str) -> set[Path]:
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", *options]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return {Path(name) for name in names.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Files that are tracked or soon will be, so that a rule speaks before the commit.

    What a user leaves in the checkout, such as a folder with a report, is none of ours.
    """
    tracked = listed()
    assert tracked, "git listed no file: nothing would be inspected"
    folders = {path.parts[0] for path in tracked if len(path.parts) > 1}
    new = listed("--others", "--exclude-standard")
    return sorted(ROOT / path for path in tracked | {p for p in new if p.parts[0] in folders})


@pytest.fixture(scope="session")
def texts(project_files: list[Path]) -> dict[Path, str]:
    """The text of each file that is text; samples of odd encodings among the tests are data."""
    found = {}
    for path in project_files:
        data = path.read_bytes()
        if b"\0" in data or path.suffix in {".csv", ".tsv", ".xls", ".xlsx", ".parquet", ".mo"}:
            continue
        found[path] = data.decode("utf-8")
    return found


@pytest.fixture(scope="session")
def sources(texts: dict[Path, str]) -> dict[Path, str]:
    """The Python files of the product itself."""
    found = {p: t for p, t in texts.items() if p.suffix == ".py" and (ROOT / "src") in p.parents}
    assert found, "no source file was found: nothing would be inspected"
    return found
