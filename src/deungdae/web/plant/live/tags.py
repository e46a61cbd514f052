"""What is known of an organisation's tags, and which of them a page shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from django.http import QueryDict

from deungdae.web.core.scope import Scope
from deungdae.web.plant.live.judging import TROUBLE, Seen, judge, patience_us
from deungdae.web.plant.live.lines import Described
from deungdae.web.plant.models import Tag

#: So many tags are shown at once without asking; beyond that assets are folded.
ALL_AT_ONCE: Final = 300
#: Rows of one asset before "more".
ROWS: Final = 100
#: Rows that one page may show and be sent.
MOST_ROWS: Final = 1000
LONGEST: Final = 200  #: of what is looked for, in signs


#: Who knows of tags whose values name something, such as a lot: upper apps add what finds them.
NAMING: Final[list[Callable[[Scope], Iterable[str]]]] = []


def described_here(scope: Scope) -> dict[str, Described]:
    """Return what people said of the tags of the organisation that is shown."""
    naming = {path for find in NAMING for path in find(scope)}
    rows = Tag.objects.here(scope).filter(taken=True)
    found = rows.values_list("path", "label", "unit", "expected_seconds", "formerly")
    return {
        path: Described(
            path,
            label,
            unit,
            expected,
            patience_us(expected),
            tuple(formerly),
            path in naming,
        )
        for path, label, unit, expected, formerly in found
    }


@dataclass(frozen=True)
class Shown:
    """Which rows a page shows: of which assets and how many, or what is looked for."""

    groups: tuple[tuple[str, int], ...] = ()  #: path of an asset, rows of it
    text: str = ""
    troubled: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Read it from an address: `show` (once for each asset: rows:path), `q` and `only`."""
        groups = []
        for told in query.getlist("show")[:MOST_ROWS]:
            count, colon, path = told.partition(":")
            known = bool(colon) and count.isascii() and count.isdecimal() and len(count) < 6
            groups.append((path, int(count)) if known else (told, ROWS))
        text = query.get("q", "").replace("\x00", "").strip()[:LONGEST]
        return cls(tuple(groups), text, query.get("only") == "trouble")

    @property
    def searching(self) -> bool:
        """Whether rows are looked for, wherever they stand."""
        return bool(self.text) or self.troubled

    def tags(
        self, described: Mapping[str, Described], seen: Mapping[str, Seen], now_us: int
    ) -> list[str]:
        """Return the paths that are shown, in order and no more than `MOST_ROWS`."""
        if self.searching:
            return self._found(described, seen, now_us)
        left = dict(self.groups)
        chosen = []
        for path in described:
            asset = path.rpartition("/")[0]
            if left.get(asset, 0) > 0:
                left[asset] -= 1
                chosen.append(path)
                if len(chosen) == MOST_ROWS:
                    break
        return chosen

    def _found(
        self, described: Mapping[str, Described], seen: Mapping[str, Seen], now_us: int
    ) -> list[str]:
        words = self.text.casefold().split()
        chosen = []
        for path, about in described.items():
            told = f"{path} {about.label}".casefold()
            if not all(word in told for word in words):
                continue
            if self.troubled and judge(seen.get(path), about.patience, now_us) not in TROUBLE:
                continue
            chosen.append(path)
            if len(chosen) == MOST_ROWS:
                break
        return chosen


def by_asset(paths: Iterable[str]) -> dict[str, Sequence[str]]:
    """Return paths by the asset they belong to."""
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(path.rpartition("/")[0], []).append(path)
    return dict(found)
