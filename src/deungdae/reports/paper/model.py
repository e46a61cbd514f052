"""A paper: what any method found, told in one language, before it is laid out.

A method tells its result as a `Paper`; text, page, print and workbook are made from that alone.
Sentences are finished; cells of tables are raw values, which each medium writes its own way.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, Self

from deungdae.reports.charts.drawable import drawable
from deungdae.reports.charts.picture import Picture

Cell = str | int | float | None

#: how much a verdict asks for a look: now, soon, not at all, or nothing can be said
Look = Literal["now", "soon", "fine", "unknown"]
Kind = Literal["text", "count", "share", "number", "small", "time"]
Mark = Literal["yes", "partly", "no", "unknown"]

_LOOKS: Final = ("now", "soon", "fine", "unknown")
_KINDS: Final = ("text", "count", "share", "number", "small", "time")
_MARKS: Final = ("yes", "partly", "no", "unknown")
_ID: Final = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Verdict:
    """A judgement in a word or two; `look` is "now", "soon", "fine" or "unknown"."""

    look: Look
    word: str

    def __post_init__(self) -> None:
        """Refuse a look that no page knows."""
        _known("look", self.look, _LOOKS)


@dataclass(frozen=True)
class Tile:
    """One key figure: its value as it is read, with its unit and a sentence that explains it.

    `state` is None for a figure that needs no look, else a `Look`.
    """

    label: str
    value: str
    unit: str | None = None
    explain: str | None = None
    state: Look | None = None

    @property
    def written(self) -> str:
        """The value with its unit: a space that never breaks, none before a percent sign."""
        if not self.unit:
            return self.value
        space = "" if self.unit == "%" else "\N{NO-BREAK SPACE}"
        return f"{self.value}{space}{self.unit}"

    def __post_init__(self) -> None:
        """Refuse a state that no page knows."""
        if self.state is not None:
            _known("state", self.state, _LOOKS)


@dataclass(frozen=True)
class Check:
    """One thing that was asked of a finding. `mark`: "yes", "partly", "no" or "unknown"."""

    mark: Mark
    text: str

    def __post_init__(self) -> None:
        """Refuse a mark that no page knows."""
        _known("mark", self.mark, _MARKS)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    `kind`: "text", "count" (whole numbers), "share" (0 to 1, shown in percent), "number", "small"
    (such as p-values), "time" (ISO with offset, shown on the reader's clocks). `decimals` fixes
    the digits behind the point of a "number"; five significant digits are shown without it.
    """

    name: str
    kind: Kind = "text"
    decimals: int | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that no medium can write."""
        _known("kind", self.kind, _KINDS)


@dataclass(frozen=True)
class Table:
    """Rows of raw cells; the first `leading` rows are shown before the rest is folded away.

    `marked` are the places of rows that need a look. The workbook holds every row; pages and
    print stop where nobody would read on.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    leading: int = 12
    marked: Sequence[int] = ()

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns."""
        for y, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {y} of {self.caption!r} has {len(row)} cells")


@dataclass(frozen=True)
class Section:
    """One part of a paper: a judgement, its sentences, pictures, checks and tables.

    `id` is its address on a page (a letter, then letters, digits and hyphens, all small).
    A `folded` section is opened by who wants to read it.
    """

    id: str
    title: str
    verdict: Verdict | None = None
    sentences: Sequence[str] = ()
    warnings: Sequence[str] = ()
    checks: Sequence[Check] = ()
    next_step: str | None = None
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    folded: bool = False

    def __post_init__(self) -> None:
        """Refuse an id that cannot stand in an address."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} is no id of a section")


@dataclass(frozen=True)
class Fact:
    """One thing that was understood; `guessed` if nobody said so."""

    label: str
    value: str
    guessed: bool = False


@dataclass(frozen=True)
class Behind:
    """What was read, what of it was used, and what was understood of it."""

    counts: str
    facts: Sequence[Fact] = ()
    notes: Sequence[str] = ()
    rows_set_aside: Sequence[tuple[str, int]] = ()  #: sentence, number of rows
    columns_set_aside: Sequence[tuple[str, Sequence[str]]] = ()  #: sentence, names of columns
    unread: Sequence[str] = ()  #: sentences on cells that were not understood
    adds_up: bool = True  #: False if rows got lost between reading and counting

    @property
    def rows_aside(self) -> int:
        """Number of rows that were set aside."""
        return sum(n for _, n in self.rows_set_aside)

    @property
    def columns_aside(self) -> int:
        """Number of columns that were set aside."""
        return sum(len(names) for _, names in self.columns_set_aside)


@dataclass(frozen=True)
class Paper:
    """All that a report on one run says, in one language.

    `method` is the method's code, `name` its name in words. `answer` is one sentence that can be
    repeated to a colleague; `caution` a doubt about it; `notices` what else must be known first,
    such as what was guessed. `recipe` says how it was computed, `glossary` what the words mean.
    """

    method: str
    name: str
    answer: str
    caution: str | None
    notices: Sequence[str]
    tiles: Sequence[Tile]
    sections: Sequence[Section]
    behind: Behind
    recipe: Sequence[tuple[str, str]] = ()
    glossary: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        """Refuse two sections of one id."""
        ids = [section.id for section in self.sections]
        twice = sorted({i for i in ids if ids.count(i) > 1})
        if twice:
            raise ValueError(f"several sections are called {', '.join(twice)}")

    def to_document(self) -> dict[str, Any]:
        """Return the paper as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Return the paper that `to_document` gave.

        Raises TypeError, KeyError or ValueError for what is no paper.
        """
        given = dict(document)
        given["tiles"] = [Tile(**tile) for tile in given["tiles"]]
        given["sections"] = [_section(section) for section in given["sections"]]
        behind = dict(given["behind"])
        behind["facts"] = [Fact(**fact) for fact in behind["facts"]]
        behind["rows_set_aside"] = [(why, n) for why, n in behind["rows_set_aside"]]
        behind["columns_set_aside"] = [(why, names) for why, names in behind["columns_set_aside"]]
        given["behind"] = Behind(**behind)
        given["recipe"] = [(label, value) for label, value in given["recipe"]]
        given["glossary"] = [(term, text) for term, text in given["glossary"]]
        return cls(**given)


def cleaned(paper: Paper) -> Paper:
    """Return the paper without the control characters that a page or a drawing cannot hold."""
    document: dict[str, Any] = drawable(paper.to_document())
    return Paper.from_document(document)


def _section(document: Mapping[str, Any]) -> Section:
    given = dict(document)
    given["verdict"] = None if given["verdict"] is None else Verdict(**given["verdict"])
    given["checks"] = [Check(**check) for check in given["checks"]]
    given["pictures"] = [Picture(**picture) for picture in given["pictures"]]
    given["tables"] = [
        Table(**{**table, "columns": [Column(**column) for column in table["columns"]]})
        for table in given["tables"]
    ]
    return Section(**given)


def _known(what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"there is no {what} {value!r}; there are {', '.join(known)}")
