"""The live page as the server paints it first; its browser goes on from there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.plant.live import words as say
from deungdae.web.plant.live.board import (
    BOARDS,
    from_history,
    latest_question,
    now_us,
    with_unknown,
)
from deungdae.web.plant.live.judging import TROUBLE, Seen, judge
from deungdae.web.plant.live.lines import Described, Line, place, stand
from deungdae.web.plant.live.tags import ALL_AT_ONCE, ROWS, Shown, by_asset, described_here
from deungdae.web.plant.live.telling import MOST_TROUBLES

STEP = ROWS  #: rows that "more" adds


@dataclass(frozen=True)
class Known:
    """What is known at one moment."""

    described: Mapping[str, Described]
    seen: Mapping[str, Seen]
    away: bool  #: the last values cannot be had now
    now: int  #: microseconds


@dataclass(frozen=True)
class Row:
    """One tag with its last value."""

    path: str
    name: str
    about: str  #: its name in the plant, where a label stands for it
    asset: str  #: shown where rows of several assets stand together
    value: str
    unit: str
    state: str
    age: str
    at: datetime | None
    at_ms: int
    patience_ms: int
    quality: int
    mark: str  #: a word for a state that is not fresh
    names: bool = False  #: a number in it names something, and counts nothing


@dataclass(frozen=True)
class Asset:
    """An asset of a line: its rows, if they are shown."""

    key: str
    name: str
    total: int
    troubled: int
    rows: Sequence[Row]
    open: bool
    count: int  #: rows that were asked for
    next: int  #: rows to ask for next; 0 when all are there

    @property
    def left(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class ShownLine:
    """A line: how it stands, what is wrong in it, its assets."""

    key: str
    name: str
    total: int
    troubled: int
    sentence: str
    worst: Sequence[str]
    more: int
    more_words: str
    assets: Sequence[Asset]

    @property
    def has_rows(self) -> bool:
        """Whether any row of it is shown."""
        return any(asset.rows for asset in self.assets)


def look(scope: Scope) -> Known:
    """Return what is known of the organisation that is shown; asks the history if need be."""
    organisation = str(scope.current.public_id)
    board = BOARDS.find(organisation)
    if board is not None and board.version and not board.history_away:
        return Known(board.described, dict(board.seen), board.bus_away, now_us())
    away, seen = False, dict(board.seen) if board else {}
    try:
        with line.ask(latest_question(organisation)) as answer:
            seen = from_history(answer.json()["points"]) | seen
    except (bus.Unavailable, bus.Refusal):
        away = True
    return Known(with_unknown(described_here(scope), seen), seen, away, now_us())


def shown_of(asked: Shown, known: Known) -> Shown:
    """Return what is shown: what was asked for, or everything where that is little."""
    if asked.groups or asked.searching or len(known.described) > ALL_AT_ONCE:
        return asked
    keys = dict.fromkeys(path.rpartition("/")[0] for path in known.described)
    return Shown(tuple((key, ROWS) for key in keys))


def lines(known: Known, shown: Shown, words: Mapping[str, str]) -> list[ShownLine]:
    """Return the lines, with rows in the assets that are shown."""
    chosen = by_asset(shown.tags(known.described, known.seen, known.now))
    asked = dict(shown.groups)
    return [
        _line(one, known, chosen, asked, words)
        for one in stand(known.described, known.seen, known.now)
    ]


def _line(
    found: Line,
    known: Known,
    chosen: Mapping[str, Sequence[str]],
    asked: Mapping[str, int],
    words: Mapping[str, str],
) -> ShownLine:
    worst = found.worst
    more = sum(one.tags for one in worst[MOST_TROUBLES:])
    return ShownLine(
        key=found.key,
        name=found.key or _("Tags without a line"),
        total=found.total,
        troubled=found.troubled,
        sentence=say.of_line(found, words),
        worst=[
            say.sentence(one, found.key, known.described, known.now, words)
            for one in worst[:MOST_TROUBLES]
        ],
        more=more,
        more_words=words["more"].format(n=say.count(more)),
        assets=[
            Asset(
                key=asset.key,
                name=asset.key.removeprefix(found.key).removeprefix("/") or found.key,
                total=asset.total,
                troubled=asset.troubled,
                rows=rows(chosen.get(asset.key, ()), known, words),
                open=asset.key in asked,
                count=asked.get(asset.key, ROWS),
                next=_next(asset.total, asked[asset.key]) if asset.key in asked else 0,
            )
            for asset in found.assets
        ],
    )


def _next(total: int, count: int) -> int:
    return min(total, count + STEP) if count < total else 0


def rows(paths: Iterable[str], known: Known, words: Mapping[str, str]) -> list[Row]:
    """Return the rows of tags."""
    return [_row(known.described[path], known.seen.get(path), known.now, words) for path in paths]


def _row(about: Described, seen: Seen | None, now: int, words: Mapping[str, str]) -> Row:
    state = judge(seen, about.patience, now)
    stands = place(about.path)
    at_ms = seen.at_us // 1000 if seen else 0
    return Row(
        path=about.path,
        name=about.label or stands.name,
        about=stands.name if about.label else "",
        asset=stands.asset,
        value=say.value_text(seen.value, words, names=about.names) if seen else "",
        unit=about.unit,
        names=about.names,
        state=state.value,
        age=say.ago((now - seen.at_us) / 1e6, words) if seen else "",
        at=datetime.fromtimestamp(at_ms / 1000, timezone.get_current_timezone()) if seen else None,
        at_ms=at_ms,
        patience_ms=about.patience // 1000,
        quality=seen.quality if seen else 0,
        mark=words[f"mark_{state.value}"] if state in TROUBLE or state == "uncertain" else "",
    )
