"""Lists as the house promises them: searched, filtered, sorted, exported, and shared by address.

A view says what a list holds, and `components/list.html` shows it:

    shown = Listing(request, Site.objects.here(scope), name="sites", caption=_("Sites"), columns=(
        Column("name", _("Name"), "name", lambda site: site.name),
    ), start="name", search=_("Find by name"), search_in=("name",))
    if shown.file is not None:
        return shown.file

Everything stands in the address: `q` what is looked for, a name for each filter, `sort` (a minus
before it turns it round), `page`; `as` asks for the same list as a file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from deungdae.web.core import exports

PAGE: Final = 25
#: Signs that are looked for at most: a database does not search for a novel.
LONGEST: Final = 200


@dataclass(frozen=True)
class Column:
    """One column: its name in the address, its heading, the field that sorts it ("" for none).

    `value` is what an exported cell holds of a row.
    """

    name: str
    word: Any
    sort: str
    value: Callable[[Any], Any]
    number: bool = False
    file_only: bool = False


@dataclass(frozen=True)
class Filter:
    """A choice that narrows a list; `keep` is given the rows and the code that was chosen."""

    name: str
    word: Any
    choices: Sequence[tuple[str, Any]]
    keep: Callable[[Any, str], Any]
    chosen: str = ""


class Listing:
    """One list as an address asks for it. What an address says wrong is passed over."""

    def __init__(
        self,
        request: HttpRequest,
        rows: Any,
        *,
        name: str,
        caption: Any,
        columns: Sequence[Column],
        start: str,
        search: Any = "",
        search_in: Sequence[str] = (),
        filters: Sequence[Filter] = (),
        per_page: int = PAGE,
    ) -> None:
        self._asked = request.GET
        self.name, self.caption, self.search, self.start = name, caption, search, start
        self.columns = [column for column in columns if not column.file_only]
        self._all_columns = columns
        self.filters = [self._chosen(one) for one in filters]
        self.filtered = bool(self._text and search) or any(one.chosen for one in self.filters)
        self._per_page = per_page
        self.rows = self._sorted(self._narrowed(rows, search_in))

    @property
    def _text(self) -> str:
        # A database refuses the sign that ends a text.
        text: str = self._asked.get("q", "").replace("\x00", "").strip()[:LONGEST]
        return text

    def _chosen(self, one: Filter) -> Filter:
        wanted = self._asked.get(one.name, "")
        known = wanted if wanted in dict(one.choices) else ""
        return Filter(one.name, one.word, one.choices, one.keep, known)

    def _narrowed(self, rows: Any, search_in: Sequence[str]) -> Any:
        if self._text and search_in:
            wanted = Q()
            for field in search_in:
                wanted |= Q(**{f"{field}__icontains": self._text})
            rows = rows.filter(wanted)
        for one in self.filters:
            if one.chosen:
                rows = one.keep(rows, one.chosen)
        return rows

    def _sorted(self, rows: Any) -> Any:
        fields = {column.name: column.sort for column in self._all_columns if column.sort}
        asked = self._asked.get("sort", "")
        if asked.removeprefix("-") not in fields:
            asked = self.start
        sign = "-" if asked.startswith("-") else ""
        # The key last, so that a page never shows a row of the page before.
        return rows.order_by(sign + fields[asked.removeprefix("-")], f"{sign}pk")

    @cached_property
    def page(self) -> Page:
        """The part of the list that the address asks for."""
        return Paginator(self.rows, self._per_page).get_page(self._asked.get("page"))

    @property
    def exports(self) -> list[tuple[str, str]]:
        """The word and the address of each file that the list may become."""
        query = self._asked.copy()
        query.pop("page", None)
        found = []
        for ending, word in (("xlsx", "Excel"), ("csv", "CSV")):
            query["as"] = ending
            found.append((word, f"?{query.urlencode()}"))
        return found

    @cached_property
    def file(self) -> HttpResponse | None:
        """The whole list as a file, when the address asks for one; Http404 for an odd ending."""
        ending = self._asked.get("as")
        return None if ending is None else self.as_file(ending)

    def as_file(self, ending: str) -> HttpResponse:
        """Return the whole list as a file; Http404 for an ending that there is not."""
        if ending not in exports.FORMATS:
            raise Http404
        return exports.answer(
            ending,
            str(self.caption),
            [str(column.word) for column in self._all_columns],
            ([column.value(row) for column in self._all_columns] for row in self.rows),
        )
