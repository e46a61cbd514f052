"""What agents say, made harmless before anybody fills its sentences in.

A sentence travels as `{"template": …, "values": {…}}` and is filled in by `str.format` where it is
shown. An agent's token does not make its templates trustworthy: only plain `{names}` that have a
value are let through, everything else is shown letter by letter.
"""

import string
from typing import Any

from deungdae.records.errors import PublicError
from deungdae.records.readings import shown

MOST_LETTERS = 1000
_FIELDS = {"template", "values"}


def harmless(document: Any) -> Any:
    """Return plain data with every sentence in it safe to be filled in."""
    if isinstance(document, list):
        return [harmless(one) for one in document]
    if not isinstance(document, dict):
        return document
    if "template" in document:
        return _sentence(document)
    return {name: harmless(value) for name, value in document.items()}


def failure(told: Any) -> PublicError:
    """Return the error that an agent reports: a sentence, or any other text."""
    if isinstance(told, dict) and "template" in told:
        sentence = _sentence(told)
    else:
        sentence = _literally(told if isinstance(told, str) else "?")
    return PublicError(sentence["template"], **sentence["values"])


def _sentence(document: dict[str, Any]) -> dict[str, Any]:
    template, values = document["template"], document.get("values", {})
    if not isinstance(template, str):
        return _literally("?")
    if len(template) > MOST_LETTERS or not isinstance(values, dict):
        return _literally(template)
    kept = {
        name: shown(value, MOST_LETTERS) if isinstance(value, str) else value
        for name, value in values.items()
        if name.isidentifier() and isinstance(value, str | int | float)
    }
    return (
        {"template": template, "values": kept} if _plain(template, kept) else _literally(template)
    )


def _plain(template: str, values: dict[str, Any]) -> bool:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return False
    return all(
        name is None or (name in values and not form and conversion is None)
        for _, name, form, conversion in parts
    )


def _literally(text: str) -> dict[str, Any]:
    return {"template": "{text}", "values": {"text": shown(text, MOST_LETTERS)}}
