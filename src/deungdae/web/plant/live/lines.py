"""Tags by line and asset: how many are fresh, and in few sentences what is not.

Of a path such as `라인 1/사출 2호기/온도` the last part is the tag, the one before it the asset,
and what stands before these the line (with the site in front, where there are several).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from deungdae.web.plant.live.judging import TROUBLE, Seen, State, judge, patience_us

#: Tags of one asset with the same trouble, from which on one sentence speaks of them all.
TOGETHER: Final = 3


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a tag beside its values."""

    path: str
    label: str = ""
    unit: str = ""
    expected_seconds: float | None = None
    patience: int = patience_us(None)  #: in microseconds
    formerly: tuple[str, ...] = ()  #: names under which older values are kept
    names: bool = False  #: whether a number in it names something, and counts nothing


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tag stands."""

    line: str
    asset: str  #: its path, line and all
    name: str


def place(path: str) -> Place:
    """Return where a tag stands; a short path has no line, or neither line nor asset."""
    above, _, name = path.rpartition("/")
    line, _, _ = above.rpartition("/")
    return Place(line or above, above, name)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: with a tag, with a whole asset or with a whole line."""

    what: str  #: a path; "" stands for the line itself
    state: State
    since_us: int  #: since when nothing came, or of the value; 0 where there never was one
    tags: int = 1  #: how many tags it is about
    off_us: int = 0  #: of a clock


@dataclass(slots=True)
class Group:
    """Tags that are counted together: an asset, or a line."""

    key: str
    counts: dict[State, int] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, state: State, trouble: Trouble | None) -> None:
        """Count one tag."""
        self.counts[state] = self.counts.get(state, 0) + 1
        if trouble is not None:
            self.troubles.append(trouble)

    @property
    def total(self) -> int:
        """How many tags there are."""
        return sum(self.counts.values())

    @property
    def troubled(self) -> int:
        """How many tags somebody should look at."""
        return sum(count for state, count in self.counts.items() if state in TROUBLE)


@dataclass(slots=True)
class Line(Group):
    """A line, with its assets in the order of their names."""

    assets: list[Group] = field(default_factory=list)

    @property
    def worst(self) -> list[Trouble]:
        """What is wrong, few and the newest first; silent assets and lines count as one."""
        found = _together(self.assets)
        silent = [one for one in found if one.state is State.STALE]
        if len(self.assets) > 1 and self.total == sum(one.tags for one in silent):
            newest = max(one.since_us for one in silent)
            return [Trouble("", State.STALE, newest, self.total)]
        return sorted(found, key=lambda one: (one.state is State.NEVER, -one.since_us, one.what))


def _together(assets: Iterable[Group]) -> list[Trouble]:
    """Return the troubles of assets; what several tags of an asset share is said once."""
    found: list[Trouble] = []
    for asset in assets:
        for state in (State.BAD, State.STALE, State.CLOCK, State.NEVER):
            same = [one for one in asset.troubles if one.state is state]
            if len(same) < TOGETHER and not len(same) == asset.total > 1:
                found += same
                continue
            newest = max(same, key=lambda one: one.since_us)
            found.append(Trouble(asset.key, state, newest.since_us, len(same), newest.off_us))
    return found


def stand(described: Mapping[str, Described], seen: Mapping[str, Seen], now_us: int) -> list[Line]:
    """Return how each line stands at a moment, lines and assets in the order of their names."""
    assets: dict[str, Group] = {}
    lines: dict[str, Line] = {}
    for path, about in described.items():
        value = seen.get(path)
        state = judge(value, about.patience, now_us)
        trouble = None
        if state in TROUBLE:
            trouble = Trouble(
                path, state, value.at_us if value else 0, 1, value.off_us if value else 0
            )
        key = path.rpartition("/")[0]
        group = assets.get(key)
        if group is None:
            group = assets[key] = Group(key)
            name = place(path).line
            lines.setdefault(name, Line(name)).assets.append(group)
        group.add(state, trouble)
    for line in lines.values():
        line.assets.sort(key=lambda asset: asset.key)
        for asset in line.assets:
            for state, count in asset.counts.items():
                line.counts[state] = line.counts.get(state, 0) + count
    return [lines[name] for name in sorted(lines)]
