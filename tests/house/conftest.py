"""What the house rules read: the project's own files, as git knows them."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """Files that are tracked, or would be by `git add`: so a rule speaks before the commit."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    files = sorted({ROOT / name for name in names if name and (ROOT / name).is_file()})
    assert files, "git listed no file: nothing would be inspected"
    return files


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
