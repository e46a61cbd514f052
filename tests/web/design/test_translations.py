"""Every sentence of the web has a Korean one, with the same placeholders, and none is left over."""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

import deungdae.web

WEB = Path(deungdae.web.__file__).resolve().parent
#: Django's functions that translate, and how many sentences a call of each holds
FUNCTIONS = {"gettext": 1, "gettext_lazy": 1, "ngettext": 2, "ngettext_lazy": 2}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}|%[sd]")
_TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(rf"(?<!\w)(?:gettext|ngettext|_)\({_TEXT}(?:,\s*{_TEXT})?")
Sentence = str | tuple[str, ...]


def in_code(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a Python file, whatever it calls the functions that translate.

    A sentence that is put together cannot be translated; reading it fails.
    """
    tree = ast.parse(text)
    called = {
        name.asname or name.name: FUNCTIONS[name.name]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in FUNCTIONS
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            count = called.get(node.func.id, 0)
            parts = tuple(ast.literal_eval(argument) for argument in node.args[:count])
            yield from [parts if count > 1 else parts[0]] if count else []


def in_template(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a template: those of its tags and those of its filters.

    Django turns a template into calls of gettext among a filling of other letters, which need not
    be Python; so each call is read by itself.
    """
    for call in CALL.finditer(templatize(text)):
        parts = tuple(ast.literal_eval(part) for part in (call[1], call[2]) if part)
        yield parts if len(parts) > 1 else parts[0]


def said() -> dict[Sentence, str]:
    """Return each sentence of the web and a file that says it."""
    found: dict[Sentence, str] = {}
    for path in sorted(WEB.rglob("*.py")):
        found |= dict.fromkeys(in_code(path.read_text("utf-8")), str(path.relative_to(WEB)))
    for path in sorted(WEB.rglob("templates/**/*.*")):
        found |= dict.fromkeys(in_template(path.read_text("utf-8")), str(path.relative_to(WEB)))
    return found


def catalogues() -> dict[Path, Catalog]:
    paths = sorted(WEB.glob("**/locale/ko/LC_MESSAGES/*.po"))
    return {p: read_po(io.BytesIO(p.read_bytes()), locale="ko", abort_invalid=True) for p in paths}


@pytest.fixture(scope="module")
def korean() -> dict[Sentence, Sentence]:
    """English → Korean, of all files; where two translate one sentence, they must agree."""
    found: dict[Sentence, Sentence] = {}
    for path, catalogue in catalogues().items():
        for message in catalogue:
            if not message.id:
                continue
            assert not message.fuzzy, f"{path}: {message.id}"
            key = tuple(message.id) if isinstance(message.id, list | tuple) else message.id
            said = message.string or ""
            value = tuple(said) if isinstance(said, list | tuple) else said
            assert found.setdefault(key, value) == value, f"two Korean sentences for {key!r}"
    return found


@pytest.fixture(scope="module")
def sentences() -> dict[Sentence, str]:
    return said()


def flat(sentence: Sentence) -> tuple[str, ...]:
    return (sentence,) if isinstance(sentence, str) else sentence


def placeholders(sentence: str) -> set[str]:
    return {match[0] for match in PLACEHOLDER.finditer(sentence)}


def test_every_sentence_has_a_korean_one(
    sentences: dict[Sentence, str], korean: dict[Sentence, Sentence]
) -> None:
    assert len(sentences) > 200, "hardly a sentence was inspected"
    translated = {key for key, value in korean.items() if all(flat(value))}
    missing = {s: file for s, file in sentences.items() if s not in translated}
    assert not missing, "\n".join(f"{file}: {s!r}" for s, file in missing.items())


def test_no_korean_sentence_is_left_over(
    sentences: dict[Sentence, str], korean: dict[Sentence, Sentence]
) -> None:
    assert sorted(map(str, set(korean) - set(sentences))) == []


def test_a_korean_sentence_has_the_placeholders_of_its_english_one(
    korean: dict[Sentence, Sentence],
) -> None:
    wrong = [
        key
        for key, value in korean.items()
        for english, ours in [(flat(key)[-1], text) for text in flat(value)]
        if placeholders(english) != placeholders(ours)
    ]
    assert wrong == []


def test_no_particle_in_two_forms_is_left_to_the_reader(
    korean: dict[Sentence, Sentence],
) -> None:
    """Nothing fits 을(를) to its word on these pages, so sentences are built without it."""
    both = re.compile(r"이\(가\)|은\(는\)|을\(를\)|과\(와\)|\(으\)로|가\(이\)|를\(을\)|는\(은\)")
    assert [text for value in korean.values() for text in flat(value) if both.search(text)] == []


def test_sentences_are_read_from_code_and_templates() -> None:
    code = (
        "from django.utils.translation import gettext as _, gettext_lazy as late, ngettext\n"
        "x = _('one')\ny = late('two %(n)s')\nz = ngettext('%d a', '%d b', 3)\nwords.say('four')\n"
    )
    assert list(in_code(code)) == ["one", "two %(n)s", ("%d a", "%d b")]
    page = (
        '{% translate "five" %}{% blocktranslate with n=m trimmed %}\n  six {{ n }}\n'
        "{% endblocktranslate %}{% blocktranslate count n=m %}{{ n }} a{% plural %}{{ n }} b"
        '{% endblocktranslate %}{{ x|default:_("seven") }}'
    )
    assert list(in_template(page)) == ["five", "six %(n)s", ("%(n)s a", "%(n)s b"), "seven"]


def test_placeholders_of_all_forms_are_seen() -> None:
    assert placeholders("%(a)s of {b}, %d") == {"%(a)s", "{b}", "%d"}
