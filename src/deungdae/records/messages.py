"""Sentences for people: written in English in the code, translated where they are shown.

A `Message` carries the English sentence with named placeholders, and the values apart from it, so
that the place which shows it can look the sentence up in a translation file before filling it in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = str | int | float


@dataclass(frozen=True)
class Message:
    """One sentence for a person: English text with `{named}` placeholders, and their values."""

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format(**self.values)


def message(template: str, /, **values: Value) -> Message:
    """Make a `Message`; the translation files are checked against the calls of this function."""
    return Message(template, values)
