"""The order of one node's messages: numbers 0 to 255, shared by the node and its devices."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")
_NUMBERS = 256
_BEHIND = 128  #: a number this far ahead is taken as one that came before


class Step(NamedTuple, Generic[Item]):
    """A message whose turn has come; `missing` numbers before it never came."""

    item: Item
    missing: int = 0
    repeated: bool = False  #: its number had been there before, or its turn was over


@dataclass(slots=True)
class _Held(Generic[Item]):
    item: Item
    until_us: int


class Order(Generic[Item]):
    """Puts messages back into order; waits for a missing one for a while, then goes on."""

    def __init__(self, wait_us: int) -> None:
        self._wait_us = wait_us
        self._due: int | None = None
        self._held: dict[int, _Held[Item]] = {}

    @property
    def due(self) -> int | None:
        """The number that comes next; None before the first message."""
        return self._due

    @property
    def until_us(self) -> int | None:
        """When waiting ends; None if nothing is missing."""
        return min((held.until_us for held in self._held.values()), default=None)

    def begin(self, number: int) -> None:
        """Count from the number of a birth; nothing may be held any more."""
        self._due = (number + 1) % _NUMBERS

    def take(self, number: int, item: Item, now_us: int) -> list[Step[Item]]:
        """Return what can be gone through now that a message has come: maybe nothing."""
        if self._due is None:
            self._due = number
        ahead = (number - self._due) % _NUMBERS
        if ahead >= _BEHIND or number in self._held:
            return [Step(item, repeated=True)]
        self._held[number] = _Held(item, now_us + self._wait_us)
        return self._run()

    def release(self, now_us: int) -> list[Step[Item]]:
        """Return what waited long enough, and what follows it without a gap."""
        steps: list[Step[Item]] = []
        while self.until_us is not None and self.until_us <= now_us:
            steps += self._skip()
        return steps

    def flush(self) -> list[Step[Item]]:
        """Return all that is held: what is missing will not come any more."""
        steps: list[Step[Item]] = []
        while self._held:
            steps += self._skip()
        return steps

    def _run(self) -> list[Step[Item]]:
        steps: list[Step[Item]] = []
        while self._due is not None and (held := self._held.pop(self._due, None)) is not None:
            steps.append(Step(held.item))
            self._due = (self._due + 1) % _NUMBERS
        return steps

    def _skip(self) -> list[Step[Item]]:
        due = self._due or 0
        missing, number = min(((number - due) % _NUMBERS, number) for number in self._held)
        self._due = number
        first, *others = self._run()
        return [first._replace(missing=missing), *others]
