"""The ideal cycle over time: a shift keeps the one that counted then, whatever counts now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from deungdae.web.floor.shown.documents import Past, Shift


class Ideals(Protocol):
    """The ideal seconds for a part at each instant; `now` is the one that counts at present."""

    @property
    def now(self) -> float | None:
        """The one that counts at present."""

    def at(self, time_us: int) -> float | None:
        """Return the one that counted at an instant."""


@dataclass(frozen=True)
class OfAsset:
    """Those of a line or machine in a span of time.

    What the monitor says of a shift comes first, for it knows the products that were made; then
    what was said before (`before`: those that counted until an instant, in order, as assets keep
    them), what counted when the span ended (`then`), and what counts at present.
    """

    now: float | None
    shifts: Sequence[Shift] = ()
    before: Sequence[Mapping[str, Any]] = ()
    then: float | None = None

    def at(self, time_us: int) -> float | None:
        """Return the one that counted at an instant."""
        for one in self.shifts:
            if one.start_us <= time_us < one.end_us and one.ideal_seconds is not None:
                return one.ideal_seconds
        for then in self.before:
            if time_us <= then["until"]:
                seconds: float | None = then["seconds"]
                return seconds
        return self.now if self.then is None else self.then


def of_past(
    now: float | None,
    past: Past | None,
    before: Sequence[Mapping[str, Any]],
    end_us: int,
    shifts: Sequence[Shift] = (),
) -> OfAsset:
    """Return those of a span until `end_us`, of which the monitor said what became of it."""
    then = None if past is None else past.ideal_seconds
    if then is not None:  # what counted on after the span is in that already
        before = [one for one in before if one["until"] < end_us]
    return OfAsset(now, shifts, before, then)


@dataclass(frozen=True)
class SideBySide:
    """Those of machines that make parts beside one another: their rates add up."""

    each: Sequence[Ideals]

    @property
    def now(self) -> float | None:
        """The one that counts at present."""
        return together([one.now for one in self.each])

    def at(self, time_us: int) -> float | None:
        """Return the one that counted at an instant."""
        return together([one.at(time_us) for one in self.each])


def together(ideals: Iterable[float | None]) -> float | None:
    """Return the ideal seconds for a part of machines side by side: their rates add up."""
    rates = [1 / one for one in ideals if one]
    return 1 / sum(rates) if rates else None


def among(ideals: Ideals, times: Iterable[int]) -> list[float]:
    """Return those that counted at some instants, each once, in their order."""
    found = dict.fromkeys(ideals.at(time_us) for time_us in times)
    return [one for one in found if one]
