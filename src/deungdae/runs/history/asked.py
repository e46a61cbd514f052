"""What is asked of history for the parts of a table, as plain data and as it is understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final, Self

from deungdae.analysis.joining import FEATURES
from deungdae.records.errors import UnusableOption
from deungdae.runs.job import check_params

WINDOW_S: Final = 30.0
HOLD_S: Final = 600.0
MOST_TAGS: Final = 300
MOST_SECONDS: Final = 366 * 86_400.0
_SECOND: Final = 1_000_000  #: microseconds


@dataclass(frozen=True)
class About:
    """What is known of a tag beside its path."""

    label: str | None = None
    unit: str | None = None
    expected_s: float | None = None


@dataclass(frozen=True)
class Asked:
    """Which tags, and which time of theirs belongs to a part.

    `cycle` is the tag of a counter and the column with its numbers, if any; `lot` the tag that
    shows the lot and the column with the part's; `span` the columns with the beginning and the end
    of the part's lot; `line` the column that names the machine and the beginning of the tag paths
    of each of its values. Without cycle, lot and span it is the window before the part's time.
    """

    organisation: str
    tags: tuple[str, ...] = ()
    window: int = round(WINDOW_S * _SECOND)
    delay: int = 0
    hold: int = round(HOLD_S * _SECOND)
    time: str | None = None
    cycle: tuple[str, str | None] | None = None
    lot: tuple[str, str] | None = None
    span: tuple[str, str] | None = None
    line: str | None = None
    prefixes: Mapping[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = FEATURES
    about: Mapping[str, About] = field(default_factory=dict)
    home: Path | None = None

    @property
    def by(self) -> str:
        """`time`, `cycle`, `lot` or `span`."""
        return "cycle" if self.cycle else "lot" if self.lot else "span" if self.span else "time"

    @classmethod
    def from_document(cls, told: Mapping[str, Any]) -> Self:
        """Read what was told; raises UnusableOption for what makes no sense."""
        check_params(
            told,
            ["organisation"],
            [
                "home", "tags", "window_s", "delay_s", "hold_s", "time", "cycle", "lot", "span",
                "line", "features", "about",
            ],
        )  # fmt: skip
        given = {name: told[name] for name in ("cycle", "lot", "span") if told.get(name)}
        if len(given) > 1:
            raise UnusableOption(
                "History is joined by {one} or by {other}, not by both.",
                one=next(iter(given)),
                other=list(given)[1],
            )
        line = told.get("line") or {}
        features = tuple(told.get("features") or FEATURES)
        for feature in features:
            if feature not in FEATURES:
                raise UnusableOption(
                    "There is no feature {feature}; there are: {known}.",
                    feature=str(feature),
                    known=", ".join(FEATURES),
                )
        return cls(
            organisation=str(told["organisation"]),
            tags=tuple(told.get("tags") or ()),
            window=_span(told, "window_s", WINDOW_S, above=0),
            delay=_span(told, "delay_s", 0, above=-1),
            hold=_span(told, "hold_s", HOLD_S, above=0),
            time=told.get("time"),
            cycle=_pair(given.get("cycle"), "tag", "column", second=False),
            lot=_full(_pair(given.get("lot"), "tag", "column")),
            span=_full(_pair(given.get("span"), "start", "end")),
            line=line.get("column"),
            prefixes=dict(line.get("prefixes") or {}),
            features=tuple(name for name in FEATURES if name in features),
            about={tag: About(**known) for tag, known in (told.get("about") or {}).items()},
            home=Path(told["home"]) if told.get("home") else None,
        )


def chosen(asked: Asked, known: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that are wanted: path → name under which their columns stand.

    `known` are tags with numbers, and the name of each: its path, or what follows the line. A
    pattern may be either, with `*` for anything. The tags that divide the time are no features.

    Raises UnusableOption when none is left, or when there are too many.
    """
    apart = {told[0] for told in (asked.cycle, asked.lot) if told}
    found = {
        tag: name
        for tag, name in known.items()
        if not apart & {tag, name}
        and (not asked.tags or any(fnmatchcase(t, p) for t in (tag, name) for p in asked.tags))
    }
    if not found:
        raise UnusableOption(
            "No tag with numbers has one of these names: {asked}. There is: {known}.",
            asked=", ".join(asked.tags) or "*",
            known=", ".join(sorted(known)[:12]) or "-",
        )
    if len(set(found.values())) > MOST_TAGS:
        raise UnusableOption(
            "These are {count} tags; {most} are the most at once. Name those that may matter, "
            "such as line1/press1/*.",
            count=len(set(found.values())),
            most=MOST_TAGS,
        )
    return found


def _span(told: Mapping[str, Any], name: str, otherwise: float, *, above: float) -> int:
    value = told.get(name)
    seconds = otherwise if value is None else value
    if not isinstance(seconds, int | float) or not above < seconds <= MOST_SECONDS:
        raise UnusableOption(
            "{name} is a number of seconds, at most {most}; {value} is none.",
            name=name,
            most=int(MOST_SECONDS),
            value=str(value),
        )
    return round(seconds * _SECOND)


def _pair(
    told: Mapping[str, Any] | None, first: str, second_name: str, *, second: bool = True
) -> tuple[str, str | None] | None:
    if told is None:
        return None
    check_params(told, [first, *([second_name] if second else [])], [second_name])
    return str(told[first]), told.get(second_name)


def _full(pair: tuple[str, str | None] | None) -> tuple[str, str] | None:
    if pair is None:
        return None
    assert pair[1] is not None, "checked where it was read"
    return pair[0], pair[1]
