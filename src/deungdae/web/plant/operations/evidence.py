"""Why nothing came for a while: gaps laid beside what was seen at that time.

An explanation says which thing was seen, when, and how much of the gap it covers. Where nothing
was seen it says that it is not known: a guess would send somebody to the wrong machine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.plant.operations import losing
from deungdae.web.plant.operations.facts import Gap, say, told_of
from deungdae.web.plant.operations.spans import HOUR_US, MINUTE_US, spoken

#: The watch looks once a minute: what it saw may have begun and ended so much earlier or later.
BLUR_US: Final = 2 * MINUTE_US
#: A gap of which so much is covered counts as explained.
ENOUGH: Final = 0.5
#: What is named first where several things were so. A clock that jumped makes a gap by itself.
ORDER: Final = (
    "not_yet", "revoked", "clock", "machine_clock", "lost", "unreachable", "refused", "silent",
    "unwatched", "configured", "held",
)  # fmt: skip
#: What left times out at once, by as much as it says.
JUMPS: Final = frozenset({"clock", "machine_clock"})


@dataclass(frozen=True)
class Seen:
    """One thing that was so; `end_us` None: still. `subject` is the machine or the reason."""

    what: str
    start_us: int
    end_us: int | None
    subject: str = ""
    count: int = 1
    about: Any = None


@dataclass(frozen=True)
class Because:
    """One reason of a gap, in words; `share` is how much of the gap it covers, 0 to 1."""

    what: str
    sentence: str
    share: float


@dataclass(frozen=True)
class Explained:
    """A silence of a source: from when to when, at which tags, and why."""

    start_us: int
    end_us: int
    tags: tuple[str, ...]
    reasons: tuple[Because, ...]
    rest: float  #: share of which nothing is known

    @property
    def length_us(self) -> int:
        """How long it was."""
        return self.end_us - self.start_us

    @property
    def known(self) -> bool:
        """Whether the reason is known for most of it."""
        return self.rest <= 1 - ENOUGH


def together(gaps: Iterable[Gap]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Put gaps of several tags that began and ended at about the same time into one silence."""
    silences: list[tuple[int, int, list[str]]] = []
    for gap in sorted(gaps, key=lambda one: (one.start_us, one.end_us)):
        for place in range(len(silences) - 1, -1, -1):
            start, end, tags = silences[place]
            if gap.start_us - start > 2 * BLUR_US:  # in order of time: none before is near
                silences.append((gap.start_us, gap.end_us, [gap.tag]))
                break
            near = min(BLUR_US, max(gap.length_us, end - start) // 4)
            if abs(gap.start_us - start) <= near and abs(gap.end_us - end) <= near:
                silences[place] = min(start, gap.start_us), max(end, gap.end_us), [*tags, gap.tag]
                break
        else:
            silences.append((gap.start_us, gap.end_us, [gap.tag]))
    return [(start, end, tuple(sorted(set(tags)))) for start, end, tags in silences]


def explain(start_us: int, end_us: int, tags: Sequence[str], seen: Iterable[Seen]) -> Explained:
    """Say why nothing came between two times."""
    length = max(1, end_us - start_us)
    reasons: list[Because] = []
    covered: list[tuple[int, int]] = []
    jumped = 0
    for one in seen:
        if one.what in JUMPS:
            # A clock that was set forward left so much time out, and no more.
            left_out = _left_out(one, start_us, end_us)
            jumped += left_out
            share = min(1.0, left_out / length)
        elif one.what == "configured":
            # It took a moment; it is named, and what lasted is looked for besides.
            share = 0.01 if _near(one, start_us, end_us) else 0.0
        else:
            low, high = _within(one, start_us, end_us)
            share = (high - low) / length
            covered.append((low, high))
        if share > 0:
            reasons.append(Because(one.what, _sentence(one), share))
    reasons.sort(key=lambda reason: (ORDER.index(reason.what), -reason.share))
    rest = max(0.0, 1 - (_union(covered) + jumped) / length)
    return Explained(start_us, end_us, tuple(tags), tuple(reasons), rest)


def _near(one: Seen, start_us: int, end_us: int) -> bool:
    return start_us - BLUR_US <= one.start_us <= end_us + BLUR_US


def _left_out(one: Seen, start_us: int, end_us: int) -> int:
    by_us = one.about.get("by_us") if isinstance(one.about, dict) else None
    # In times of the machine the jump may lie anywhere in the gap that it made.
    within = start_us - BLUR_US <= one.start_us <= end_us + BLUR_US
    return by_us if within and isinstance(by_us, int) and by_us > 0 else 0


def _within(one: Seen, start_us: int, end_us: int) -> tuple[int, int]:
    # What the watch saw a minute late began before: the edges must not stay unexplained.
    ended = end_us if one.end_us is None else one.end_us + BLUR_US
    low, high = max(start_us, one.start_us - BLUR_US), min(end_us, ended)
    return (low, high) if high > low else (start_us, start_us)


def _union(spans: list[tuple[int, int]]) -> int:
    total, reached = 0, None
    for low, high in sorted(spans):
        if reached is None or low > reached:
            total, reached = total + high - low, high
        elif high > reached:
            total, reached = total + high - reached, high
    return total


def _sentence(one: Seen) -> str:
    about = one.about if isinstance(one.about, dict) else {}
    if one.what == "unreachable":
        problem = say(told_of(about.get("problem")))
        return _("{name} could not be read: {problem}").format(name=one.subject, problem=problem)
    if one.what == "lost":
        source, _sign, reason = one.subject.partition(":")
        return losing.sentence(losing.Loss(source, reason, one.count, 0, 0))
    if one.what in ("clock", "machine_clock"):
        return _clock_sentence(one, int(about.get("by_us") or 0))
    if one.what == "held":
        return ngettext(
            "{n:,} point of this source went into quarantine in these hours.",
            "{n:,} points of this source went into quarantine in these hours.",
            one.count,
        ).format(n=one.count)
    if one.what == "configured":
        return _("Configuration {number} came into force, and the drivers began anew.").format(
            number=about.get("number", "?")
        )
    if one.what == "refused":
        return _("The agent refused configuration {number}.").format(
            number=about.get("number", "?")
        )
    return {
        "not_yet": _("This source did not exist yet."),
        "revoked": _("It was revoked: nothing of it was taken in."),
        "silent": _(
            "Nothing was heard of the agent, and what it read has not come since: its computer "
            "was off, or the agent did not run."
        ),
        "unwatched": _("This server did not run, so nobody watched the agents."),
    }.get(one.what, one.what)


def _clock_sentence(one: Seen, by_us: int) -> str:
    span = spoken(by_us)
    if one.what == "machine_clock":
        sentence = (
            _("The clock of {name} was set forward by {span}: times were left out, not readings.")
            if by_us > 0
            else _("The clock of {name} was set back by {span}.")
        )
        return sentence.format(name=one.subject, span=span)
    sentence = (
        _("The clock of the agent's computer was set forward by {span}.")
        if by_us > 0
        else _("The clock of the agent's computer was set back by {span}.")
    )
    return sentence.format(span=span)


def of_hours(hours: Iterable[tuple[int, int]]) -> list[Seen]:
    """Return what the books say of quarantine: (hour, points) pairs that are not 0."""
    return [Seen("held", hour, hour + HOUR_US, count=points) for hour, points in hours if points]
