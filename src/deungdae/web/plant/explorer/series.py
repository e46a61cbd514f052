"""The values of a span: as they are, or as few points that show the same shape.

Up to a day the smallest and the largest point of equal parts are asked for; a longer span comes as
mean, minimum and maximum of minutes, hours or days. Either way a tag has about 2,000 numbers.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import repeat
from typing import Any, Final

from django.utils import timezone

from deungdae import bus
from deungdae.records.readings import Value
from deungdae.web.core import line
from deungdae.web.plant.explorer.look import Look
from deungdae.web.plant.live.lines import Described

#: Points of a tag over the wire.
POINTS: Final = 1600
PARTS: Final = 800  #: of a longer span, each with mean, minimum and maximum
AS_POINTS: Final = timedelta(hours=26)
#: Changes of a text in one answer.
TEXTS: Final = 1000
SECOND: Final = 1000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
STEPS: Final = tuple(
    [n * MINUTE for n in (1, 2, 5, 10, 15, 30)]
    + [n * HOUR for n in (1, 2, 3, 6, 12)]
    + [n * DAY for n in (1, 2, 7)]
)
NUMBER, YES_NO, TEXT, NOTHING = "number", "yes_no", "text", "nothing"


@dataclass
class Series:
    """One tag: times in milliseconds since 1970 UTC, a value for each.

    A `None` among the values stands where nothing came for longer than the tag may be silent.
    `low` and `high` are there for means.
    """

    about: Described
    kind: str = NOTHING
    times: list[int] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)
    low: list[float | None] = field(default_factory=list)
    high: list[float | None] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    weighed: float = 0.0  #: the sum of the values
    weight: int = 0  #: how many there were
    cut: bool = False  #: there is more than was fetched

    @property
    def mean(self) -> float | None:
        """The mean of all values that were fetched."""
        return self.weighed / self.weight if self.weight else None

    def add(
        self,
        times_us: Sequence[int],
        values: Sequence[float | None],
        counts: Sequence[int] | None = None,
    ) -> None:
        """Add numbers, each of which may stand for several."""
        self.times += [time // 1000 for time in times_us]
        self.values += values
        for value, count in zip(values, counts or repeat(1), strict=False):
            if value is not None:
                self.weighed += value * count
                self.weight += count


@dataclass(frozen=True)
class Fetched:
    """The tags of a look, and the length of the parts that they are means of, in milliseconds."""

    series: Sequence[Series]
    every: int | None


def fetch(organisation: str, look: Look, described: Mapping[str, Described]) -> Fetched:
    """Ask the history. Raises `bus.Unavailable` and `bus.Refusal`."""
    if not look.tags:
        return Fetched((), None)
    found = [Series(described.get(tag, Described(tag))) for tag in look.tags]
    # Older values stand under the names that a tag had before.
    owners = {
        name: one for one in reversed(found) for name in (*one.about.formerly, one.about.path)
    }
    for point in _ask(organisation, "latest", {"tags": list(owners)})["points"]:
        one = owners[point["tag"]]
        if one.kind == NOTHING or point["tag"] == one.about.path:
            one.kind = (NUMBER, NUMBER, YES_NO, TEXT)[point["kind"]]
    every = None if look.length <= AS_POINTS else step(look.length)
    numbers = [name for name, one in owners.items() if one.kind in (NUMBER, YES_NO)]
    texts = [name for name, one in owners.items() if one.kind == TEXT]
    span = {"start": look.start_us, "end": look.end_us}
    if numbers and every is None:
        _points(organisation, numbers, span, owners)
    elif numbers:
        _means(organisation, numbers, span, _origin_us(look), every or 0, owners)
    for name in texts:
        _texts(organisation, name, span, owners[name])
    for one in found:
        _sort(one)
        _break(one, look, every)
    return Fetched(found, every)


def _sort(one: Series) -> None:
    """Put what came under several names in order of time."""
    if one.about.formerly:
        order = sorted(range(len(one.times)), key=one.times.__getitem__)
        one.times = [one.times[i] for i in order]
        one.values = [one.values[i] for i in order]
        if one.low:
            one.low, one.high = [one.low[i] for i in order], [one.high[i] for i in order]


def step(length: timedelta) -> int:
    """Return the length of parts in which a span is told, in milliseconds."""
    needed = length / timedelta(milliseconds=PARTS)
    return next((step for step in STEPS if step >= needed), STEPS[-1])


def _origin_us(look: Look) -> int:
    """Return a midnight of this installation: days are those of its time zone."""
    local = timezone.localtime(look.start).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(local.timestamp()) * 1_000_000


def _ask(organisation: str, name: str, parameters: Mapping[str, Any]) -> Any:
    question = bus.Question("history", name, organisation, dict(parameters), within=30)
    with line.ask(question) as answer:
        return answer.json()


def _points(
    organisation: str, tags: list[str], span: Mapping[str, int], found: dict[str, Series]
) -> None:
    asked = {"tags": tags, **span, "count": POINTS, "method": "minmax"}
    for told in _ask(organisation, "downsample", asked)["series"]:
        found[told["tag"]].add(told["time"], told["value"])


def _means(
    organisation: str,
    tags: list[str],
    span: Mapping[str, int],
    origin_us: int,
    every: int,
    found: dict[str, Series],
) -> None:
    asked = {"tags": tags, **span, "every": every * 1000, "origin": origin_us}
    for told in _ask(organisation, "aggregate", asked)["series"]:
        one = found[told["tag"]]
        one.add(told["time"], told["mean"], told["count"])
        one.low += told["min"]
        one.high += told["max"]


def _texts(organisation: str, tag: str, span: Mapping[str, int], one: Series) -> None:
    asked = {"tags": [tag], **span, "limit": TEXTS}
    points = _ask(organisation, "raw", asked)["points"]
    one.cut = one.cut or len(points) == TEXTS
    one.times += [point["time"] // 1000 for point in points]
    one.values += [point["value"] for point in points]


def patience(one: Series, look: Look, every: int | None) -> float:
    """Return how long a line may go on without a point, in milliseconds."""
    told = one.about.expected_seconds
    steps = [after - before for before, after in zip(one.times, one.times[1:], strict=False)]
    usual = statistics.median(steps) if steps else 0
    if every is None:
        part = look.length / timedelta(milliseconds=POINTS // 2)
        least = 2 * part if len(one.times) > POINTS // 2 else SECOND
        return max(least, 3 * SECOND * told if told else 5 * usual)
    return max(1.5 * every, 3 * SECOND * told if told else 3 * usual if usual > every else 0)


def _break(one: Series, look: Look, every: int | None) -> None:
    """Put a None where nothing came for too long."""
    if one.kind == TEXT or len(one.times) < 2:
        return
    longest = patience(one, look, every)
    banded = bool(one.low)
    times, values = one.times[:1], one.values[:1]
    low, high = one.low[:1], one.high[:1]
    for place in range(1, len(one.times)):
        before, time = one.times[place - 1], one.times[place]
        if time - before > longest:
            one.gaps.append((before, time))
            times.append(before + 1)
            values.append(None)
            if banded:
                low.append(None)
                high.append(None)
        times.append(time)
        values.append(one.values[place])
        if banded:
            low.append(one.low[place])
            high.append(one.high[place])
    one.times, one.values, one.low, one.high = times, values, low, high
