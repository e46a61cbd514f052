"""What every change of state has in common.

An action is one object: who acts (`scope`), in which organisation, by which right. `perform()`
asks for the right, makes the change in one transaction, writes one audit entry, and announces the
change once it is committed. Views and workers perform actions; they never save.

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
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.db import transaction
from django.utils import timezone

from deungdae.records.errors import DeungdaeError
from deungdae.web.core import chain
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope

Result = TypeVar("Result")

#: verb → what it says on the audit page; filled by the actions themselves
VERBS: dict[str, Any] = {}


class NotAllowed(DeungdaeError):  # noqa: N818 - the words a reader would say
    """The actor has no right to this action, or there is no actor."""


@dataclass(kw_only=True)
class Action(ABC, Generic[Result]):
    """One change of state. `organisation` is None for what concerns the actor alone.

    `label` says to a reader of the audit page what was done: _("invited a member").
    """

    verb: ClassVar[str]
    right: ClassVar[str]
    label: ClassVar[Any] = ""

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
        """Ask for the right, make the change, write it down.

        Raises `NotAllowed` without an actor or a right; nothing has happened then.
        """
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
