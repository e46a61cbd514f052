"""What every change of state has in common.

An action is one object: who acts (`scope`), in which organisation, by which right. `perform()`
makes sure that each row it was given is that organisation's and within the scope, asks for the
right, makes the change in one transaction, writes one audit entry, and announces the change once it
is committed. Views and workers perform actions; they never save.

    @dataclass(kw_only=True)
    class RenameSite(Action[Site]):
        verb = "companies.site_renamed"
        right = "companies.manage"
        site: Site
        name: str

        def change(self) -> Site: ...
        def details(self, result: Site) -> dict[str, Any]: ...
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from deungdae.records.errors import DeungdaeError
from deungdae.web.core import chain
from deungdae.web.core.models import Owned
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope

Result = TypeVar("Result")

#: verb → what it says on the audit page; filled by the actions themselves
VERBS: dict[str, Any] = {}


class NotAllowed(DeungdaeError):  # noqa: N818 - the words a reader would say
    """The actor has no right to this action, or there is no actor."""


class NotThere(NotAllowed):
    """A row of an action is another organisation's: for whoever asked, it is not there (404)."""


@dataclass(kw_only=True)
class Action(ABC, Generic[Result]):
    """One change of state. `organisation` is None for what concerns the actor alone.

    `label` says to a reader of the audit page what was done: _("invited a member"). `from_outside`
    names the fields whose row is another organisation's by its nature, such as an invitation that
    somebody accepts who is not yet a member; such an action looks at that row itself.
    """

    verb: ClassVar[str]
    right: ClassVar[str]
    label: ClassVar[Any] = ""
    from_outside: ClassVar[Set[str]] = frozenset()

    scope: Scope
    organisation: Any = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "verb" in cls.__dict__:
            VERBS[cls.verb] = cls.label or cls.verb

    @abstractmethod
    def change(self) -> Result:
        """Make the change; called inside the transaction, after the right was asked."""

    def details(self, result: Result) -> dict[str, Any]:
        """Return the words of the audit entry (JSON): on what, how. They can be erased later."""
        return {}

    def recorded_in(self, result: Result) -> Any:
        """Return the organisation in whose chain the entry stands; None is the installation's."""
        return self.organisation

    def after_commit(self, result: Result) -> None:
        """Tell others what happened; called once the change is committed."""

    def perform(self) -> Result:
        """Look whose rows they are, ask for the right, make the change, write it down.

        Raises `NotThere` for another organisation's row, and `NotAllowed` without an actor or a
        right; nothing has happened then.
        """
        self._refuse_rows_of_others()
        if self.scope.actor is None or not allowed(self.right, self.scope, self.organisation):
            raise NotAllowed(f"{self.verb} needs the right {self.right}.")
        with transaction.atomic():
            result = self.change()
            chain.append(
                self.recorded_in(result),
                self.verb,
                self.scope.actor,
                self.details(result),
                timezone.now(),
            )
            announce: Callable[[], None] = lambda: self.after_commit(result)  # noqa: E731
            transaction.on_commit(announce)
        return result

    def _refuse_rows_of_others(self) -> None:
        # The right is asked in one organisation; it says nothing of another one's rows.
        given = [field.name for field in fields(self) if field.name not in self.from_outside]
        for row in _rows_in([getattr(self, name) for name in given if name not in _WHO]):
            ours = self.organisation is not None and row.organisation_id == self.organisation.pk
            if not ours or not self.scope.reaches(row.organisation_id):
                raise NotThere(f"{self.verb}: this {row._meta.model_name} is another company's.")


#: The fields that say who acts, and where.
_WHO = frozenset({"scope", "organisation"})


def _rows_in(value: Any) -> Iterator[Owned]:
    """Yield the rows of organisations in what an action was given, however deep they lie."""
    if isinstance(value, Owned):
        yield value
    elif isinstance(value, Mapping):
        yield from _rows_in(list(value.values()))
    elif isinstance(value, Sequence | Set) and not isinstance(value, str | bytes):
        for one in value:
            yield from _rows_in(one)
    elif is_dataclass(value) and not isinstance(value, type):
        yield from _rows_in([getattr(value, field.name) for field in fields(value)])
