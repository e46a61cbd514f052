"""Each direct dependency has a line in the README's table, and a licence that we may ship under."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

#: Identifiers and the free words that projects use for them. The order matters: LGPL before GPL.
LICENCES = [
    (r"\bA(ffero )?GPL|Affero", "AGPL"),
    (r"\bLGPL|Lesser General Public|Library General Public", "LGPL"),
    (r"\bGPL|GNU General Public", "GPL"),
    (r"\bMPL\b|MPL-|Mozilla Public", "MPL"),
    (r"\b0BSD\b", "0BSD"),
    (r"\bBSD\b|BSD-", "BSD"),
    (r"\bMIT\b", "MIT"),
    (r"\bApache\b|Apache-", "Apache"),
    (r"\bPSF\b|PSF-|Python Software Foundation", "PSF"),
    (r"\bISC\b|ISCL", "ISC"),
    (r"\bHPND\b", "HPND"),
    (r"\bOFL\b|OFL-|Open Font", "OFL"),
    (r"\bZlib\b", "Zlib"),
    (r"\bCC0\b|CC0-", "CC0"),
]
ALLOWED = {
    *("MIT", "BSD", "Apache", "MPL", "PSF", "ISC", "HPND", "OFL", "LGPL", "0BSD"),
    # Parts inside NumPy and others; as free as those above.
    *("Zlib", "CC0"),
}


def licence(words: str) -> str | None:
    """Return the licence that a term such as `BSD 3 clause` or `MPL-2.0` means."""
    for pattern, name in LICENCES:
        if re.search(pattern, words, re.IGNORECASE):
            return name
    return None


def allowed(expression: str) -> bool:
    """Say whether an expression (`MIT OR GPL-3.0`, `BSD-3-Clause AND Zlib`) can be met."""
    return all(
        any(licence(choice) in ALLOWED for choice in re.split(r"\bOR\b", part))
        for part in re.split(r"\bAND\b", expression.replace("(", " ").replace(")", " "))
    )


def stated(name: str) -> str:
    """Return what an installed package says its licence is."""
    metadata = distribution(name).metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    # "OSI Approved" alone names no licence; the line after it does.
    classifiers = [
        c.rsplit("::", 1)[1]
        for c in metadata.get_all("Classifier") or []
        if "License ::" in c and not c.endswith(":: OSI Approved")
    ]
    if classifiers:
        return " AND ".join(classifiers)
    if "License" in metadata and "\n" not in metadata["License"]:
        return metadata["License"]
    texts = [f for f in distribution(name).files or [] if f.name.upper().startswith("LICENSE")]
    assert texts, f"{name} states no licence"
    # Licence texts open with their own name.
    return texts[0].read_text()[:200]


def direct(project: dict[str, object]) -> dict[str, list[str]]:
    """Return the names of the direct dependencies: under "" for running, else by extra."""

    def names(lines: list[str]) -> list[str]:
        return [re.split(r"[\s<>=!~\[;]", line, maxsplit=1)[0] for line in lines]

    table: dict[str, list[str]] = project["optional-dependencies"]  # type: ignore[assignment]
    running: list[str] = project["dependencies"]  # type: ignore[assignment]
    return {"": names(running), **{extra: names(lines) for extra, lines in table.items()}}


def rows(readme: str) -> dict[str, str]:
    """Return the rows of the README's table of dependencies: name → licence."""
    return {
        match[1].lower(): match[2].strip()
        for match in re.finditer(r"^\| `([\w.-]+)` \|([^|]+)\|[^|]+\|$", readme, re.MULTILINE)
    }


@pytest.fixture(scope="module")
def project(root: Path) -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))[
        "project"
    ]
    return loaded


@pytest.mark.parametrize("readme", ["README.md", "README.ko.md"])
def test_each_dependency_has_a_line_in_the_table(
    project: dict[str, object], root: Path, readme: str
) -> None:
    table = rows((root / readme).read_text("utf-8"))
    wanted = {name.lower() for names in direct(project).values() for name in names}
    assert wanted
    assert set(table) == wanted
    assert {name: words for name, words in table.items() if not allowed(words)} == {}


def test_each_dependency_has_a_licence_that_we_may_ship_under(
    project: dict[str, object], root: Path
) -> None:
    table = rows((root / "README.md").read_text("utf-8"))
    names = direct(project)
    for name in names[""] + names["dev"]:
        assert allowed(stated(name)), f"{name}: {stated(name)}"
        assert licence(table[name.lower()]) == licence(stated(name).split(" AND ")[0]), name


def test_the_benchmarks_too_where_they_are_installed(project: dict[str, object]) -> None:
    for name in direct(project)["bench"]:
        try:
            words = stated(name)
        except PackageNotFoundError:
            continue  # held to the README's table above; `make bench` installs them
        assert allowed(words), f"{name}: {words}"


@pytest.mark.parametrize(
    ("words", "may"),
    [
        ("MIT", True),
        ("BSD 3 clause", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", True),
        ("MIT OR GPL-3.0-only", True),
        ("(MIT OR Apache-2.0) AND ISC", True),
        ("SIL Open Font License 1.1 (OFL-1.1)", True),
        ("GPL-3.0-only", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("GNU Affero General Public License v3", False),
        ("MIT AND AGPL-3.0-only", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_a_licence_is_told_by_its_words(words: str, may: bool) -> None:
    assert allowed(words) is may


def test_a_row_of_the_table_is_read() -> None:
    assert rows("| `numpy` | BSD | arrays |\n| name | licence | why |\n") == {"numpy": "BSD"}
