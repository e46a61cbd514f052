"""Lists whose rows do not lie in the database: the same promises, kept in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from deungdae.web.core.lists import Listing


class Rows(Listing):
    """A `Listing` of rows in memory.

    The `sort` of a column names one of `sorts`; rows of which a key is None stand last, whichever
    way the list is sorted. `text` says in which words of a row is looked for.
    """

    def __init__(
        self,
        request: HttpRequest,
        rows: Iterable[Any],
        *,
        sorts: Mapping[str, Callable[[Any], Any]],
        text: Callable[[Any], str] = str,
        **given: Any,
    ) -> None:
        self._sorts, self._words = sorts, text
        super().__init__(request, list(rows), search_in=("text",), **given)

    def _narrowed(self, rows: Sequence[Any], search_in: Sequence[str]) -> list[Any]:
        kept = list(rows)
        if self.search and (wanted := self._text.casefold()):
            kept = [row for row in kept if wanted in self._words(row).casefold()]
        for one in self.filters:
            if one.chosen:
                kept = one.keep(kept, one.chosen)
        return kept

    def _sorted(self, rows: Sequence[Any]) -> list[Any]:
        fields = {column.name: column.sort for column in self._all_columns if column.sort}
        asked = self._asked.get("sort", "")
        if asked.removeprefix("-") not in fields:
            asked = self.start
        key = self._sorts[fields[asked.removeprefix("-")]]
        known = [row for row in rows if key(row) is not None]
        unknown = [row for row in rows if key(row) is None]
        return sorted(known, key=key, reverse=asked.startswith("-")) + unknown
