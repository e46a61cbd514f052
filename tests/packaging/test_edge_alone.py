"""A PC near the machines gets the agent alone: what is installed there is enough, and no more."""

import re
import subprocess
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Runs a command where only some libraries are to be found, as on a PC that got no more.
_ALONE = """
import sys
from importlib.abc import MetaPathFinder

HIDDEN, words = set(sys.argv[1].split(",")), sys.argv[2:]

class Gone(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Gone())
from deungdae.cli import main
sys.exit(main(words))
"""


def listed(*drivers: str) -> list[str]:
    """What would be installed, as distributions are named."""
    told = subprocess.run(
        [sys.executable, ROOT / "tools" / "edge.py", "--list", *drivers],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [named(line) for line in told.stdout.splitlines()]


def named(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def with_what_they_need(names: list[str]) -> set[str]:
    """These and whatever they need in turn, without extras."""
    todo, found = list(names), set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            with suppress(PackageNotFoundError):  # what another Python or system needs
                todo += [named(line) for line in requires(name) or () if "extra ==" not in line]
    return found


@pytest.fixture(scope="module")
def hidden() -> str:
    """The modules of all other libraries that are installed here."""
    here = with_what_they_need(listed())
    return ",".join(
        module
        for module, owners in packages_distributions().items()
        if not {named(owner) for owner in owners} & (here | {"deungdae"})
    )


def alone(hidden: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _ALONE, hidden, *words], capture_output=True, text=True, check=False
    )


def test_drivers_are_chosen_by_name_and_an_odd_name_is_refused() -> None:
    assert listed("opcua") == ["babel", "python-calamine", "tzdata", "asyncua"]
    assert set(listed()) == {*listed("opcua"), "pymodbus", "paho-mqtt", "sqlalchemy"}
    odd = subprocess.run(
        [sys.executable, ROOT / "tools" / "edge.py", "profibus"], capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert odd.returncode == 2
    assert "no such driver: profibus" in odd.stderr


def test_each_of_them_is_held_to_the_version_that_we_tested() -> None:
    pinned = {named(line) for line in (ROOT / "constraints.txt").read_text().splitlines()
              if re.match(r"\w", line)}  # fmt: skip
    assert set(listed()) <= pinned
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert set(told["dependency-groups"]["edge"]) <= set(told["project"]["dependencies"])


def test_nothing_of_the_server_comes_along() -> None:
    assert not with_what_they_need(listed()) & {"django", "duckdb", "pyarrow", "scipy", "numpy"}


def test_an_agent_needs_nothing_else(hidden: str, tmp_path: Path) -> None:
    assert "django" in hidden
    (tmp_path / "token").write_text("a-token")
    (tmp_path / "token").chmod(0o600)
    (tmp_path / "agent.toml").write_text(
        '[edge]\nid = "press"\nserver = "https://cloud.example.org"\ntoken_file = "token"\n'
        'folder = "state"\ndrivers = "file"\n\n[[driver]]\nkind = "simulator"\nname = "plant"\n'
    )
    browsed = alone(hidden, "edge", "browse", tmp_path)
    assert browsed.returncode == 0, browsed.stderr
    assert "line1/imm1" in browsed.stdout


def test_a_command_of_the_server_says_that_it_is_not_installed(hidden: str) -> None:
    told = alone(hidden, "causes", "table.csv", "--target", "OK")
    assert told.returncode == 1
    assert told.stderr.startswith("`deungdae causes` needs the server's parts, which are not ")
    assert "  edge " in alone(hidden, "--help").stdout
