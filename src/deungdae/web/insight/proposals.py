"""What a page proposes before somebody chooses: columns by their use, limits by memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from deungdae.web.core.scope import Scope
from deungdae.web.insight import results
from deungdae.web.insight.methods import CAUSES
from deungdae.web.insight.models import Analysis, Specification, Upload

Choices = list[Any]


@dataclass(frozen=True)
class Proposals:
    """The columns of a file by kind, those that the search for causes named first, and limits."""

    numbers: list[str]
    texts: list[str]
    times: list[str]
    every: list[str]
    named: list[str]  #: columns of numbers that causes named, the most certain first
    time: str | None  #: the time of making, as told
    units: Mapping[str, str]
    limits: Mapping[str, tuple[float | None, float | None, float | None]]

    @property
    def first(self) -> str | None:
        """The column of numbers that is most worth a look."""
        return next(iter([*self.named, *self.numbers]), None)

    def choices(self, names: Iterable[str]) -> Choices:
        """Return names as the choices of a field, what causes named apart from the others."""
        shown = [(name, self._label(name)) for name in names]
        named = [choice for choice in shown if choice[0] in self.named]
        others = [choice for choice in shown if choice[0] not in self.named]
        if not named:
            return others
        named.sort(key=lambda choice: self.named.index(choice[0]))
        return [(_("Named by the search for causes"), named), (_("Other columns"), others)]

    def _label(self, name: str) -> str:
        unit = self.units.get(name)
        return f"{name} ({unit})" if unit and f"({unit})" not in name else name


def proposals(scope: Scope, upload: Upload) -> Proposals:
    """Return what is proposed for a file that was read."""
    columns = (upload.understanding or {}).get("columns", ())

    def of_kind(kind: str) -> list[str]:
        return [column["name"] for column in columns if column["kind"] == kind]

    numbers = of_kind("number")
    kept = Specification.objects.within(scope).filter(
        organisation_id=upload.organisation_id, shape=upload.shape
    )
    return Proposals(
        numbers=numbers,
        texts=of_kind("text"),
        times=of_kind("time"),
        every=[column["name"] for column in columns],
        named=[name for name in _named(scope, upload) if name in numbers],
        time=upload.answers.get("time"),
        units={c["name"]: c["unit"] for c in columns if c["unit"]},
        limits={s.column: (s.lower, s.upper, s.target) for s in kept if s.column in numbers},
    )


def _named(scope: Scope, upload: Upload) -> list[str]:
    """Return the columns that the last search for causes in this file named, in its order."""
    searched = Analysis.objects.within(scope).filter(
        upload=upload, method=CAUSES, finished_at__isnull=False
    )
    latest = searched.order_by("-finished_at").first()
    if latest is None:
        return []
    strata = results.document(latest)["strata"]
    found = [
        (("clear", "suspected", "none").index(s["verdict"]), cause["rank"], column)
        for s in strata
        if s["verdict"] in ("clear", "suspected", "none")
        for cause in s["causes"]
        for column in cause["columns"]
    ]
    return list(dict.fromkeys(column for *_order, column in sorted(found, key=lambda f: f[:2])))
