"""Who acts, for which organisations, and how rows of others stay out of sight.

Whatever belongs to an organisation is read through `Model.objects.within(scope)`. A query without
it raises `ScopeMissing`: an absent scope is a mistake, never "all".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Self

import rules
from django.db import models

from deungdae.records.errors import DeungdaeError


class ScopeMissing(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A query on rows of organisations was asked without saying who asks."""


class Role(IntEnum):
    """What a member of an organisation may do; a higher role includes the lower ones."""

    VIEWER = 10
    OPERATOR = 15
    ENGINEER = 20
    ADMIN = 30
    OWNER = 40


@dataclass(frozen=True)
class SystemActor:
    """A part of the program that acts by itself, by its name, such as `worker`."""

    name: str


@dataclass(frozen=True)
class Scope:
    """The organisations for which one actor may act.

    `actor` is a person, a `SystemActor`, or None for somebody who has not signed in. `roles` maps
    the key of each organisation to the actor's role there. `current` is the organisation whose
    pages are being shown; None when there is none. `everywhere` is for system actors alone.
    """

    actor: Any = None
    roles: Mapping[int, Role] = field(default_factory=dict)
    current: Any = None
    everywhere: bool = False

    @classmethod
    def nobody(cls) -> Self:
        """Return the scope of somebody who has not signed in: it reaches nothing."""
        return cls()

    @classmethod
    def of_system(cls, actor: SystemActor, organisation: Any) -> Self:
        """Return the scope of background work for one organisation."""
        return cls(actor, {organisation.pk: Role.OWNER}, organisation)

    @classmethod
    def everything(cls, actor: SystemActor) -> Self:
        """Return the scope of background work for all organisations, such as the queue's."""
        if not isinstance(actor, SystemActor):
            raise TypeError("Only a system actor may reach everything.")
        return cls(actor, everywhere=True)

    @property
    def person(self) -> Any:
        """The person who acts; None for the program itself and for the unknown."""
        return None if isinstance(self.actor, SystemActor) else self.actor

    def role_in(self, organisation: Any) -> Role | None:
        """Return the actor's role in an organisation, None without one."""
        if organisation is None:
            return None
        return Role.OWNER if self.everywhere else self.roles.get(organisation.pk)

    def may(self, right: str, organisation: Any = None) -> bool:
        """Say whether the actor has a right, in `organisation` or in the one being shown.

        Raises `LookupError` for a right that no app has defined: a slip of the pen must not pass
        as a refusal.
        """
        if not rules.perm_exists(right):
            raise LookupError(f"There is no right {right}.")
        return bool(rules.has_perm(right, self, organisation or self.current))

    def reaches(self, organisation_id: int) -> bool:
        """Say whether rows of this organisation may be read."""
        return self.everywhere or organisation_id in self.roles


class OwnedQuerySet(models.QuerySet):
    """A query on rows of organisations; it runs only after `within`."""

    _scoped = False

    def within(self, scope: Scope) -> Self:
        """Keep the rows that `scope` reaches; everything else is as if it did not exist."""
        kept = self._chain()
        if not scope.everywhere:
            kept = kept.filter(organisation_id__in=list(scope.roles))
        kept._scoped = True
        return kept

    def here(self, scope: Scope) -> Self:
        """Keep the rows of the organisation whose pages are being shown."""
        if scope.current is None:
            kept = self.within(scope).none()
        else:
            kept = self.within(scope).filter(organisation=scope.current)
        return kept

    def _clone(self) -> Self:
        clone = super()._clone()
        clone._scoped = self._scoped
        return clone

    def _ask(self) -> None:
        if not self._scoped:
            raise ScopeMissing(f"{self.model.__name__}.objects is asked without within(scope).")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._ask()
        super()._fetch_all()

    def iterator(self, *args: Any, **options: Any) -> Any:
        """Iterate without keeping the rows."""
        self._ask()
        return super().iterator(*args, **options)

    def aiterator(self, *args: Any, **options: Any) -> Any:
        """Iterate without keeping the rows, in an event loop."""
        self._ask()
        return super().aiterator(*args, **options)

    def count(self) -> int:
        """Count the rows."""
        if self._result_cache is None:
            self._ask()
        return super().count()

    def exists(self) -> bool:
        """Say whether there is any row."""
        if self._result_cache is None:
            self._ask()
        return super().exists()

    def aggregate(self, *args: Any, **named: Any) -> dict[str, Any]:
        """Aggregate over the rows."""
        self._ask()
        return super().aggregate(*args, **named)

    def update(self, **values: Any) -> int:
        """Change all rows in one statement; the number of changed rows."""
        self._ask()
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete the rows."""
        self._ask()
        return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def raw(self, *args: Any, **named: Any) -> Any:
        """Refuse: hand-written SQL cannot be kept within a scope."""
        raise ScopeMissing("A raw query cannot be kept within a scope.")

    def resolve_expression(self, *args: Any, **named: Any) -> Any:
        """Let a scoped query stand inside another one."""
        self._ask()
        return super().resolve_expression(*args, **named)

    def _combinator_query(self, combinator: str, *others: Any, all: bool = False) -> Self:  # noqa: A002
        for query in (self, *others):
            query._ask()
        return super()._combinator_query(combinator, *others, all=all)

    def _merge_sanity_check(self, other: Any) -> None:
        # Called by the operators & | ^: what they join must be scoped on both sides.
        self._ask()
        other._ask()
        super()._merge_sanity_check(other)


class OwnedManager(models.Manager.from_queryset(OwnedQuerySet)):  # type: ignore[misc]
    """The manager of whatever belongs to an organisation: `objects.within(scope)`."""
