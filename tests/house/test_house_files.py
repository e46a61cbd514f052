"""What may stand in a file, how long it may be, and what it may be called."""

import re
import unicodedata
from pathlib import Path

import pytest

LONGEST = 600
CODE = {".py", ".html", ".css", ".js", ".md", ".toml", ".jinja", ".j2"}
NAMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "stuff", "shared"}

# Written in pieces, so that this file may be held to its own rules.
REGISTRIES = re.compile(
    "|".join(
        re.escape(a + b)
        for a, b in [
            ("py", "pi.org"),
            ("files.python", "hosted.org"),
            ("registry.np", "mjs.org"),
            ("registry.yarn", "pkg.com"),
            ("deb.deb", "ian.org"),
            ("security.deb", "ian.org"),
            ("archive.ubun", "tu.com"),
            ("conda.ana", "conda.org"),
            ("repo.mav", "en.apache.org"),
            ("proxy.gol", "ang.org"),
            ("--index", "-url"),
            ("--extra-index", "-url"),
            ("--find", "-links"),
        ]
    ),
    re.IGNORECASE,
)
FOREIGN_ASSET = re.compile(
    r"""<(?:script|img|link|iframe|source|video|audio|embed|object|use)\b[^>]*"""
    r"""(?:src|href|data)\s*=\s*["']?(?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//"""
    r"""|@import\s+["'](?:https?:)?//""",
    re.IGNORECASE,
)
MACHINE_PATH = re.compile(
    r"(?<![\w./~$}-])/(?:"
    + "|".join(["wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers", "tm" + "p"])
    + r")/\w"
    r"|\b[A-Z]:\\+Users\b"
)
#: Joiners and marks that nobody sees, fillers that look like nothing, and the replacement sign.
UNSEEN = {0x00AD, 0x034F, 0x115F, 0x1160, 0x2028, 0x2029, 0x3164, 0xFEFF, 0xFFA0, 0xFFFC, 0xFFFD}


def odd_characters(text: str) -> list[str]:
    """Return the characters that a reader cannot see or that turn the direction of a line."""
    return [
        f"U+{ord(sign):04X}"
        for sign in text
        if sign not in "\n\t"
        and (unicodedata.category(sign) in {"Cc", "Cf", "Co", "Cn"} or ord(sign) in UNSEEN)
    ]


def too_long(text: str) -> bool:
    return text.count("\n") > LONGEST


def says_nothing(path: Path) -> bool:
    """A name that says nothing about what is inside."""
    return bool({path.stem, *(part.lower() for part in path.parts[:-1])} & NAMELESS)


def hits(texts: dict[Path, str], pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path, text in texts.items():
        for match in pattern.finditer(text):
            found.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}")
    return found


def test_no_file_is_longer_than_a_person_reads(texts: dict[Path, str]) -> None:
    inspected = {p: t for p, t in texts.items() if p.suffix in CODE or p.name == "Makefile"}
    assert inspected
    assert [str(p) for p, t in inspected.items() if too_long(t)] == []


@pytest.mark.parametrize(("lines", "refused"), [(600, False), (601, True)])
def test_the_limit_of_lines_is_600(lines: int, refused: bool) -> None:
    assert too_long("x\n" * lines) is refused


def test_every_file_has_a_name_that_says_something(root: Path, project_files: list[Path]) -> None:
    assert [str(p) for p in project_files if says_nothing(p.relative_to(root))] == []


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("src/deungdae/lake/originals.py", False),
        ("src/deungdae/lake/utils.py", True),
        ("src/deungdae/misc/originals.py", True),
    ],
)
def test_a_name_that_says_nothing_is_refused(name: str, refused: bool) -> None:
    assert says_nothing(Path(name)) is refused


def test_no_file_names_a_package_registry(texts: dict[Path, str]) -> None:
    assert hits(texts, REGISTRIES) == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("pip install -c constraints.txt -e .", False),
        ("pip install --index" + "-url https://x/simple .", True),
        ("see https://py" + "pi.org/project/numpy", True),
    ],
)
def test_an_address_of_a_registry_is_refused(line: str, refused: bool) -> None:
    assert bool(hits({Path("a.md"): line}, REGISTRIES)) is refused


def test_no_page_loads_anything_from_another_host(texts: dict[Path, str]) -> None:
    assert hits(texts, FOREIGN_ASSET) == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("<svg xmlns='http://www.w3.org/2000/svg'>", False),
        ("<a href='https://example.org/'>", False),
        ("<script src='chart.js'>", False),
        ("<scr" + "ipt src='https://example.org/chart.js'>", True),
        ("<li" + "nk rel='stylesheet' href='//example.org/a.css'>", True),
        ("background: ur" + "l(https://example.org/a.png)", True),
    ],
)
def test_an_asset_of_another_host_is_refused(line: str, refused: bool) -> None:
    assert bool(hits({Path("a.html"): line}, FOREIGN_ASSET)) is refused


def test_no_file_names_a_path_of_one_machine(texts: dict[Path, str]) -> None:
    assert hits(texts, MACHINE_PATH) == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("cd src/home/pages", False),
        ("https://example.org/home/page", False),
        ("Path('/ho" + "me/kim/data.csv')", True),
        ("open('/tm" + "p/x')", True),
        ("C:\\Us" + "ers\\kim", True),
    ],
)
def test_a_path_of_one_machine_is_refused(line: str, refused: bool) -> None:
    assert bool(hits({Path("a.py"): line}, MACHINE_PATH)) is refused


def test_no_file_holds_characters_that_nobody_sees(texts: dict[Path, str]) -> None:
    assert {str(p): odd_characters(t) for p, t in texts.items() if odd_characters(t)} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("사출속도 58 mm/s, 95 % × 3 “가”\n", []),
        ("a" + chr(0x202E) + "b", ["U+202E"]),
        ("a" + chr(0x200B) + "b", ["U+200B"]),
        ("a" + chr(0x3164) + "b", ["U+3164"]),
        ("a\r\n", ["U+000D"]),
    ],
)
def test_a_character_that_nobody_sees_is_refused(text: str, found: list[str]) -> None:
    assert odd_characters(text) == found
