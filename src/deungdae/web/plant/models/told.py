"""What is kept here and told to the gateway, which may be away for a while."""

from typing import Any

from django.db import models
from django.db.models import F

from deungdae.web.core.models import Owned
from deungdae.web.core.scope import Scope


class Told(Owned):
    """A row of which the bus holds a copy: `told` is the `revision` that the bus has.

    A change counts the revision up; once the bus has confirmed the copy, `told` follows. Between
    the two a page says that the change is not in force yet.
    """

    revision = models.PositiveIntegerField(default=1)
    told = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def untold(self) -> bool:
        """Whether the gateway does not know the present state yet."""
        return self.told < self.revision

    def alter(self, scope: Scope, **values: Any) -> None:
        """Store values and count the revision up, in one statement; for actions alone."""
        type(self).objects.within(scope).filter(pk=self.pk).update(
            **values, revision=F("revision") + 1
        )
        self.refresh_from_db()
