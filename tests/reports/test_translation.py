"""Every sentence of the code has a Korean one, and no Korean sentence is left over."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jinja2
from jinja2 import nodes

import deungdae.reports
from deungdae.reports.codes import TABLES
from deungdae.reports.josa import PAIRS
from deungdae.reports.words import catalogue, catalogue_files, placeholders

SOURCE = Path(deungdae.reports.__file__).resolve().parents[1]
SPEAKERS = {"message", "say", "Message"}
ROOT_OF_ERRORS = "PublicError"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def public_errors(trees: list[ast.Module]) -> set[str]:
    """Return the names of all classes below PublicError, wherever they are written."""
    found = {ROOT_OF_ERRORS}
    bases = [
        (node.name, {_name(b) for b in node.bases})
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    while new := {name for name, parents in bases if parents & found} - found:
        found |= new
    return found


def sentences_in(tree: ast.Module, speakers: set[str]) -> Iterator[str]:
    """Yield the literal first argument of each call that takes a sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in speakers and node.args:
            yield from _choices(node.args[0])


def _choices(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)


def unreadable_calls(tree: ast.Module, speakers: set[str]) -> Iterator[int]:
    """Yield the lines where a sentence is put together rather than written out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in speakers and node.args:
            first = node.args[0]
            formatted = isinstance(first, ast.Call) and _name(first.func) == "format"
            if formatted or isinstance(first, ast.JoinedStr | ast.BinOp):
                yield node.lineno


def sentences_in_page(text: str) -> Iterator[str]:
    """Yield the sentences that a page template says."""
    for call in jinja2.Environment(autoescape=True).parse(text).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say":
            assert isinstance(call.args[0], nodes.Const)
            yield str(call.args[0].value)


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(p, ast.parse(p.read_text("utf-8"))) for p in sorted(SOURCE.rglob("*.py"))]


@cache
def all_sentences() -> set[str]:
    parsed = trees()
    speakers = SPEAKERS | public_errors([t for _, t in parsed])
    found = {s for _, tree in parsed for s in sentences_in(tree, speakers)}
    for page in SOURCE.rglob("*.j2"):
        found |= set(sentences_in_page(page.read_text("utf-8")))
    return found


def korean() -> dict[str, str]:
    return dict(catalogue("ko"))


def test_sentences_are_found_in_calls_tables_errors_and_choices() -> None:
    tree = ast.parse(
        "class Odd(RunFailed): ...\n"
        "T = {'a': message('one {x}')}\n"
        "raise Odd('two')\n"
        "w.say('three' if y else 'four')\n"
        "print('five')\n"
    )
    errors = public_errors([tree, ast.parse("class RunFailed(PublicError): ...")])
    assert set(sentences_in(tree, SPEAKERS | errors)) == {"one {x}", "two", "three", "four"}
    assert list(sentences_in_page("{{ say('six', n=1) }} {{ other('seven') }}")) == ["six"]


def test_every_sentence_has_a_translation() -> None:
    missing = sorted(all_sentences() - {s for s, text in korean().items() if text.strip()})
    assert not missing, "ko.po lacks:\n" + "\n".join(missing)


def test_no_translation_is_left_over() -> None:
    unused = sorted(set(korean()) - all_sentences())
    assert not unused, "ko.po still has:\n" + "\n".join(unused)


def test_a_translation_has_the_placeholders_of_its_sentence() -> None:
    assert len(korean()) > 100
    wrong = [s for s, text in korean().items() if set(placeholders(s)) != set(placeholders(text))]
    assert not wrong


def test_a_particle_in_two_forms_stands_only_behind_a_placeholder() -> None:
    wrong = [
        text
        for text in korean().values()
        for both in PAIRS
        for part in text.split(both)[:-1]
        if not part.rstrip("\"'’”»」』").endswith("}")
    ]
    assert not wrong


def test_no_sentence_is_put_together_from_pieces() -> None:
    parsed = trees()
    speakers = SPEAKERS | public_errors([t for _, t in parsed])
    wrong = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path, tree in parsed
        for line in unreadable_calls(tree, speakers)
    ]
    assert not wrong


CARRIERS = {
    "SetAside": ("rows", 0),
    "ColumnSetAside": ("columns", 1),
    "notes.add": ("notes", 0),
    "found.add": ("notes", 0),
}


def codes_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (table, code) for each literal code that is written down where data is judged."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _name(node.func)
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            called = f"{node.func.value.id}.{called}"
        table, place = CARRIERS.get(called, ("", 0))
        if table and len(node.args) > place:
            yield from ((table, code) for code in _choices(node.args[place]))


def test_every_code_that_the_readers_of_files_write_has_a_sentence() -> None:
    found = {
        entry
        for path, tree in trees()
        if path.relative_to(SOURCE).parts[0] in ("tables", "analysis")
        for entry in codes_in(tree)
    }
    assert ("notes", "title_rows") in found
    assert not {(table, code) for table, code in found if code not in TABLES[table]}


def test_no_translation_is_marked_as_doubtful() -> None:
    entries = [m for file in catalogue_files("ko").values() for m in file if m.id]
    assert len(entries) > 100
    assert not [m.id for m in entries if m.fuzzy]


def test_no_sentence_is_translated_in_two_files() -> None:
    found = catalogue_files("ko")
    assert "ko.po" in found
    owners: dict[str, list[str]] = {}
    for name, file in found.items():
        for entry in file:
            if entry.id:
                owners.setdefault(str(entry.id), []).append(name)
    twice = {sentence: names for sentence, names in owners.items() if len(names) > 1}
    assert not twice
