"""The lines and machines that a page shows, in their order, with the words of reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from deungdae.web.core.scope import Scope
from deungdae.web.floor.models import Asset
from deungdae.web.floor.reasons import words


@dataclass(frozen=True)
class Group:
    """A line with its machines in the order of flow; machines that stand alone have none."""

    line: Asset | None
    machines: Sequence[Asset]


def assets(scope: Scope) -> list[Asset]:
    """Return the lines and machines of the organisation that is shown."""
    rows = Asset.objects.here(scope).filter(retired_at=None)
    return list(rows.select_related("site", "line", "organisation"))


def groups(found: Iterable[Asset]) -> list[Group]:
    """Return lines with their machines, and at the end the machines without a line."""
    known = list(found)
    lines = [one for one in known if one.is_line]
    machines = [one for one in known if not one.is_line]
    told = [Group(one, [m for m in machines if m.line_id == one.pk]) for one in lines]
    shown = {machine.pk for group in told for machine in group.machines}
    alone = [machine for machine in machines if machine.pk not in shown]
    return [*told, *([Group(None, alone)] if alone else [])]


def reasons(scope: Scope) -> Mapping[str, str]:
    """Return the word of each reason in the reader's language, also of those no longer offered."""
    return words(scope, scope.current)
