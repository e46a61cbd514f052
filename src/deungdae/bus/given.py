"""The parameters of a question, checked one by one; what nobody asked for is refused."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deungdae.records.errors import UnusableOption
from deungdae.records.readings import EARLIEST_US, LATEST_US

MOST_TAGS = 1_000


class Given:
    """Parameters of one question. Each method takes one away; `nothing_else` refuses the rest.

    All raise UnusableOption for a parameter that is missing or makes no sense.
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self._left = dict(parameters)

    def tags(self) -> list[str]:
        """Return the tags that are asked for: at least one."""
        return self._tags("tags")

    def some_tags(self) -> list[str] | None:
        """Return the tags that are asked for; None stands for all."""
        if self._left.get("tags") is not None:
            return self._tags("tags")
        self._left.pop("tags", None)
        return None

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between two bounds, themselves included."""
        value = self._left.pop(name, None)
        value = default if value is None else value
        if type(value) is not int or not low <= value <= high:
            raise _odd(name)
        return value

    def time(self, name: str) -> int:
        """Return a time in microseconds since 1970 UTC."""
        return self.whole(name, EARLIEST_US, LATEST_US)

    def some_time(self, name: str) -> int | None:
        """Return a time in microseconds since 1970 UTC, or None where none is given."""
        return self.some_whole(name, EARLIEST_US, LATEST_US)

    def some_whole(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number between two bounds, or None where none is given."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return self.whole(name, low, high)

    def pairs(self, name: str) -> list[tuple[str, int]]:
        """Return pairs of a text and a whole number, none by default."""
        value = self._left.pop(name, None) or []
        if not isinstance(value, list):
            raise _odd(name)
        for one in value:
            if not isinstance(one, list) or [type(part) for part in one] != [str, int]:
                raise _odd(name)
        return [(text, number) for text, number in value]

    def span(self) -> tuple[int, int]:
        """Return start and end; the end is excluded."""
        return self.time("start"), self.time("end")

    def length(self, name: str) -> int:
        """Return a length of time in microseconds, at most about a century."""
        return self.whole(name, 1, 100 * 366 * 86_400_000_000)

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return one of several words."""
        value = self._left.pop(name, None)
        value = default if value is None else value
        if not isinstance(value, str) or value not in choices:
            raise _odd(name)
        return value

    def word(self, name: str) -> str | None:
        """Return a text, or None where none is given."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, str):
            raise _odd(name)
        return value

    def day(self, name: str) -> date:
        """Return a day that is written as 2026-11-22."""
        value = self.needed(name)
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise _odd(name) from error

    def some_words(self, name: str) -> list[str] | None:
        """Return a list of texts, or None where none is given."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _odd(name)
        return value

    def needed(self, name: str) -> str:
        """Return a text that must be there and not be empty."""
        value = self.word(name)
        if not value:
            raise _odd(name)
        return value

    def yes(self, name: str) -> bool:
        """Return a truth value, False by default."""
        value = self._left.pop(name, None)
        if value not in (None, True, False):
            raise _odd(name)
        return bool(value)

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number between two bounds, themselves included."""
        value = self._left.pop(name, None)
        value = default if value is None else value
        if type(value) is bool or not isinstance(value, int | float) or not low <= value <= high:
            raise _odd(name)
        return float(value)

    def document(self, name: str) -> dict[str, Any]:
        """Return an object."""
        value = self._left.pop(name, None)
        if not isinstance(value, dict):
            raise _odd(name)
        return value

    def words(self, name: str) -> dict[str, str]:
        """Return texts by name, none by default."""
        value = self._left.pop(name, None) or {}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise _odd(name)
        return value

    def takes(self, name: str, word: str) -> bool:
        """Say whether a parameter is absent or a certain word, and take it away if so."""
        if self._left.get(name) in (None, word):
            self._left.pop(name, None)
            return True
        return False

    def nothing_else(self) -> None:
        """Raise for a parameter that was not taken: a slip in its name must not go unnoticed."""
        for name in self._left:
            raise UnusableOption("This question has no parameter {name}.", name=name[:80])

    def _tags(self, name: str) -> list[str]:
        value = self._left.pop(name, None)
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            raise _odd(name)
        unique = list(dict.fromkeys(value))
        if not 1 <= len(unique) <= MOST_TAGS:
            raise UnusableOption(
                "One question may name 1 to {most} tags, not {given}.",
                most=MOST_TAGS,
                given=len(unique),
            )
        return unique


def _odd(name: str) -> UnusableOption:
    return UnusableOption("The parameter {name} is missing or makes no sense.", name=name)
