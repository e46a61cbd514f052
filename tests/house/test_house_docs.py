"""Documentation is held to the code: what can be typed or set is described, and nothing else."""

import argparse
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from deungdae.cli import build_parser
from deungdae.records.environment import SETTINGS

HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"\bDEUNGDAE_[A-Z][A-Z_]*[A-Z]\b")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def sections(text: str) -> dict[str, str]:
    """Return the text under each heading of the second level, by heading without backquotes."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        title.replace("`", "").strip(): body for title, body in zip(*[iter(parts)] * 2, strict=True)
    }


def headings(text: str) -> list[int]:
    """Return the levels of the headings, those in code blocks left out."""
    return [len(match[1]) for match in HEADING.finditer(FENCED.sub("", text))]


def code(text: str) -> list[str]:
    """Return the lines of the code blocks that are commands, without remarks at their end."""
    lines = [line for block in FENCED.findall(text) for line in block.splitlines()[1:-1]]
    commands = [re.sub(r"\s+#.*", "", line).strip() for line in lines]
    return [c for c in commands if re.match(r"(git|cd|make|deungdae|\.venv)\b", c)]


def commands(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Go through the parser and its subcommands: their names as typed, and their parsers."""
    yield parser.prog, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from commands(child)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """Return the long options of one command, without those that every command has."""
    names = {name for action in parser._actions for name in action.option_strings}
    return {name for name in names if name.startswith("--")} - {"--help"}


def targets(makefile: str) -> set[str]:
    """Return the targets that `make` lists."""
    return set(re.findall(r"^([a-z][a-z-]*):.*##", makefile, re.MULTILINE))


def dead_links(path: Path, text: str) -> list[str]:
    """Return the links to files that are not there; other hosts are not asked."""
    return [
        link
        for link in LINK.findall(FENCED.sub("", text))
        if "://" not in link
        and not link.startswith("#")
        and not (path.parent / link.split("#")[0]).exists()
    ]


@pytest.fixture(scope="module")
def reference(root: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("commands.md", "commands-server.md"):
        page = sections((root / "docs" / "reference" / name).read_text("utf-8"))
        assert not set(page) & set(found)
        found |= page
    return found


def test_each_command_has_a_section_with_its_options(reference: dict[str, str]) -> None:
    seen = dict(commands(build_parser()))
    assert len(seen) > 1, "no subcommand was inspected"
    described = {title for title in reference if title.split()[0] == "deungdae"}
    assert described == set(seen)
    for name, parser in seen.items():
        assert set(OPTION.findall(reference[name])) - {"--help"} == options(parser), name


def test_each_target_of_make_has_a_line(root: Path, reference: dict[str, str]) -> None:
    wanted = targets((root / "Makefile").read_text("utf-8"))
    assert wanted
    assert set(re.findall(r"^\| `make ([a-z-]+)` \|", reference["make"], re.MULTILINE)) == wanted


def test_each_setting_has_a_section_with_its_sentence_and_default(
    root: Path, sources: dict[Path, str]
) -> None:
    described = sections((root / "docs" / "reference" / "settings.md").read_text("utf-8"))
    assert SETTINGS, "no setting was inspected"
    assert set(described) == {setting.name for setting in SETTINGS}
    for setting in SETTINGS:
        words = " ".join(described[setting.name].split())
        assert setting.sentence in words, setting.name
        assert f"Default: `{setting.default}`" in words, setting.name
    used = {name for text in sources.values() for name in SETTING.findall(text)}
    assert used == set(described), "each setting is read in records.environment alone"


def test_both_readmes_say_the_same(root: Path) -> None:
    english = (root / "README.md").read_text("utf-8")
    korean = (root / "README.ko.md").read_text("utf-8")
    assert headings(english) == headings(korean)
    assert len(headings(english)) > 3
    assert code(english) == code(korean)
    assert len(code(english)) > 3


def test_the_changelog_knows_the_version(root: Path) -> None:
    version = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    titles = sections((root / "CHANGELOG.md").read_text("utf-8"))
    assert version in {title.split()[0] for title in titles}


def test_every_link_leads_somewhere(texts: dict[Path, str]) -> None:
    pages = {path: text for path, text in texts.items() if path.suffix == ".md"}
    assert sum(len(LINK.findall(text)) for text in pages.values()) > 10
    assert {str(p): dead_links(p, t) for p, t in pages.items() if dead_links(p, t)} == {}


def test_every_page_can_be_reached_from_the_map(root: Path) -> None:
    docs = root / "docs"
    reached, queue = set(), [docs / "index.md"]
    while queue:
        page = queue.pop()
        ours = page.suffix == ".md" and docs in page.parents and page.exists()
        if page in reached or not ours:
            continue
        reached.add(page)
        for link in LINK.findall(page.read_text("utf-8")):
            if "://" not in link and not link.startswith("#"):
                queue.append((page.parent / link.split("#")[0]).resolve())
    assert set(docs.rglob("*.md")) == reached


def test_no_page_leaves_something_to_be_written(texts: dict[Path, str]) -> None:
    mark = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|T" + r"BD)\b")
    assert mark.search("a TO" + "DO here")
    assert not mark.search("a method")
    assert [str(path) for path, text in texts.items() if mark.search(text)] == []


# The readers above, each held to a good and a bad line.


def test_commands_and_options_are_read_from_the_parser() -> None:
    parser = argparse.ArgumentParser(prog="p")
    parser.add_argument("--version", action="store_true")
    parser.add_subparsers().add_parser("go").add_argument("-f", "--fast")
    seen = dict(commands(parser))
    assert list(seen) == ["p", "p go"]
    assert options(seen["p"]) == {"--version"}
    assert options(seen["p go"]) == {"--fast"}


def test_options_in_a_text_are_told_from_dashes() -> None:
    assert OPTION.findall("`--out DIR`, --json -- or a-b, well--known") == ["--out", "--json"]


def test_settings_in_a_text_are_told_from_words() -> None:
    assert SETTING.findall("DEUNGDAE_HOME=x MY_DEUNGDAE_HOME DEUNGDAE_") == ["DEUNGDAE_HOME"]


def test_sections_end_where_the_next_begins() -> None:
    assert sections("# a\n## `b c`\ntext\n## d\n") == {"b c": "\ntext\n", "d": "\n"}


def test_headings_in_code_do_not_count() -> None:
    assert headings("# a\n```\n# no heading\n```\n## b\n") == [1, 2]


def test_commands_are_read_from_code_blocks() -> None:
    assert code("make x\n```\nmake up   # start\nresult 3\n```\n") == ["make up"]


def test_targets_without_a_remark_are_not_listed() -> None:
    assert targets("up: x ## go\ncheck-lint: x\n") == {"up"}


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").touch()
    text = "[b](b.md) [part](b.md#x) [web](https://example.org) [here](#a) [gone](c.md)"
    assert dead_links(tmp_path / "a.md", text) == ["c.md"]
