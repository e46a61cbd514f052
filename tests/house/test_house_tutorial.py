"""Tutorial and how-to pages are held to the pages of the product, to pictures and to commands."""

import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

from deungdae.cli import build_parser

PAGES = {"en": "tutorial.md", "ko": "tutorial.ko.md"}
#: What each person does with the pages; bold in them is a word of the pages, too.
ROLES = ("how-to/owner.md", "how-to/engineer.md", "how-to/administrator.md")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
PICTURE = re.compile(r"!\[[^\]]+\]\(pictures/([^)]+)\)")
COMMAND = re.compile(r"^(?:make|\.venv/bin/deungdae) .+$", re.MULTILINE)
#: A call of the program, in a block of code or within a line.
CALL = re.compile(r"(?:^|`)(?:\.venv/bin/|as-)?deungdae ([a-z][^`\n]*)", re.MULTILINE)
#: Names of formats are the same in each language and stand in the templates themselves.
AS_THEY_ARE = {"PDF", "Excel"}
LARGEST_OF_ALL = 1_500_000  #: bytes of all pictures: they travel with every copy of the project


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    path = root / "tools" / "screenshots.py"
    spec = importlib.util.spec_from_file_location("screenshots", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module
    spec.loader.exec_module(module)
    return module


def said(root: Path, language: str) -> set[str]:
    """Return the words that the pages show in one language."""
    found = set(AS_THEY_ARE)
    for path in sorted((root / "src" / "deungdae" / "web").glob("**/*.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale="ko"):
                words = entry.id if language == "en" else entry.string
                found.update([words] if isinstance(words, str) else words or [])
    return found


def bold(text: str) -> list[str]:
    """Return what stands in bold, that is, what the text says a page says."""
    return [" ".join(words.split()) for words in BOLD.findall(text)]


def takes(call: str) -> bool:
    """Say whether the program takes these words."""
    try:
        build_parser().parse_args(shlex.split(call, comments=True))
    except SystemExit as end:
        return end.code == 0
    return True


def size(webp: bytes) -> tuple[int, int]:
    """Return width and height of a WebP picture in the extended form, which Chromium writes."""
    assert webp[:4] == b"RIFF" and webp[8:16] == b"WEBPVP8X", "an extended WebP picture"
    width, height = (int.from_bytes(webp[at : at + 3], "little") + 1 for at in (24, 27))
    return width, height


@pytest.mark.parametrize("language", PAGES)
def test_each_word_in_bold_stands_on_the_pages(root: Path, language: str) -> None:
    text = (root / "docs" / PAGES[language]).read_text("utf-8")
    quoted = bold(text)
    assert len(quoted) > 20
    # The first explains the rule.
    rule = {"en": "bold", "ko": "굵은 글씨"}[language]
    assert [w for w in quoted if w not in said(root, language) and w != rule] == []


@pytest.mark.parametrize("page", ROLES)
def test_each_word_in_bold_of_a_how_to_stands_on_the_pages(root: Path, page: str) -> None:
    quoted = bold((root / "docs" / page).read_text("utf-8"))
    assert len(quoted) > 5
    assert [w for w in quoted[1:] if w not in said(root, "en")] == []


def test_each_command_that_a_page_types_is_one_that_the_program_takes(root: Path) -> None:
    pages = [*(root / "docs").rglob("*.md"), root / "README.md", root / "README.ko.md"]
    calls = [
        (page.name, call)
        for page in pages
        if page.parent.name != "reference"  # there options stand in brackets; other tests hold it
        for call in CALL.findall(page.read_text("utf-8"))
    ]
    assert len(calls) > 10
    assert [(page, call) for page, call in calls if not takes(call)] == []


@pytest.mark.parametrize(
    ("call", "taken"),
    [
        ("causes a.csv --ignore 온도   # mine", True),
        ("up", True),
        ("audit verify", True),
        ("causes", False),
        ("causes a.csv --fast", False),
        ("down", False),
    ],
)
def test_a_command_is_tried_on_the_parser(call: str, taken: bool) -> None:
    assert takes(call) is taken


@pytest.mark.parametrize("language", PAGES)
def test_the_tutorial_shows_each_picture_that_the_script_makes(
    root: Path, script: ModuleType, language: str
) -> None:
    text = (root / "docs" / PAGES[language]).read_text("utf-8")
    made = [script.picture(step, language) for step in script.STEPS]
    assert len(made) > 5
    assert PICTURE.findall(text) == made


def test_the_pictures_are_there_and_small(root: Path, script: ModuleType) -> None:
    folder = root / "docs" / "pictures"
    made = {script.picture(s, language) for s in script.STEPS for language in PAGES}
    assert {path.name for path in folder.glob("*.webp")} == made
    contents = {name: (folder / name).read_bytes() for name in made}
    assert sum(map(len, contents.values())) < LARGEST_OF_ALL
    for name, content in contents.items():
        width, height = size(content)
        assert 500 <= width <= 1200 and 150 <= height <= 1200, name


def test_each_step_is_photographed_by_the_script(root: Path, script: ModuleType) -> None:
    text = (root / "tools" / "screenshots.py").read_text("utf-8")
    assert re.findall(r'self\.take\(\s*"([a-z-]+)"', text) == list(script.STEPS)


def test_both_languages_type_the_same(root: Path) -> None:
    typed = {
        language: COMMAND.findall((root / "docs" / page).read_text("utf-8"))
        for language, page in PAGES.items()
    }
    assert typed["en"] == typed["ko"]
    assert len(typed["en"]) == 3


def test_words_in_bold_are_read_across_lines() -> None:
    assert bold("press **Save\nand go on**, then *this* or **PDF**") == ["Save and go on", "PDF"]


def test_the_size_of_a_picture_is_read() -> None:
    header = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x20\0\0\0"
    assert size(header + b"\xaf\x04\0" + b"\x5b\x03\0") == (1200, 860)
