"""The reasons from which operators choose: given, added, changed, put in order, retired."""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.actions.usual import USUAL_SCRAP, USUAL_STOPS
from deungdae.web.floor.models import Reason
from deungdae.web.plant.errors import Refused

MOST = 60  #: of a kind in use: an operator looks through them at the machine


@dataclass(kw_only=True)
class _OfReasons(Action[Any]):
    """A change that machines' copies on the bus follow."""

    right = "floor.manage"

    def after_commit(self, result: Any) -> None:
        """Let the monitor know what each reason means."""
        telling.tell_assets(self.organisation)


@dataclass(kw_only=True)
class GiveUsualReasons(_OfReasons):
    """Begin the list of a kind ("stop" or "scrap") with the usual ones."""

    verb = "floor.reasons_given"
    label = _lazy("began with the usual reasons")

    kind: str

    def change(self) -> int:
        """Return how many there are in the list of usual ones."""
        if self.kind == "stop":
            usual = list(USUAL_STOPS)
        else:
            usual = [(code, korean, english, "") for code, korean, english in USUAL_SCRAP]
        Reason.objects.bulk_create(
            [
                Reason(
                    organisation=self.organisation, kind=self.kind, code=code, word_ko=korean,
                    word_en=english, state=state, order=order,
                )
                for order, (code, korean, english, state) in enumerate(usual, 1)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        return len(usual)

    def details(self, result: int) -> dict[str, Any]:
        """Say of what."""
        return {"kind": self.kind, "count": result}


@dataclass(kw_only=True)
class KeepReason(_OfReasons):
    """Add a reason, or change one (`reason`): its words, and the class of time of a stop."""

    verb = "floor.reason_kept"
    label = _lazy("changed a reason of stops or scrap")

    kind: str
    word_ko: str
    word_en: str
    state: str = ""
    reason: Reason | None = None

    def change(self) -> Reason:
        """Return the reason; its code never changes, for history names it."""
        rows = Reason.objects.within(self.scope).filter(
            organisation=self.organisation, kind=self.kind
        )
        used = rows.filter(retired_at=None)
        own = 0 if self.reason is None else self.reason.pk
        if used.filter(word_ko=self.word_ko).exclude(pk=own).exists():
            raise Refused(_("There is a reason of this name already."))
        if self.kind == "stop" and self.state not in Reason.State.values:
            raise Refused(_("Say what kind of stop it is."))
        values = {
            "word_ko": self.word_ko,
            "word_en": self.word_en or self.word_ko,
            "state": self.state if self.kind == "stop" else "",
        }
        if self.reason is not None:
            rows.filter(pk=self.reason.pk).update(**values)
            self.reason.refresh_from_db()
            return self.reason
        if used.count() >= MOST:
            raise Refused(_("There are %(n)s reasons already; retire one first.") % {"n": MOST})
        last = rows.aggregate(last=Max("order"))["last"] or 0
        made: Reason = Reason.objects.create(
            organisation=self.organisation,
            kind=self.kind,
            code=self._code(),
            order=last + 1,
            **values,
        )
        return made

    def _code(self) -> str:
        plain = re.sub(r"[^a-z0-9]+", "-", self.word_en.casefold()).strip("-")[:30] or self.kind
        taken = set(
            Reason.objects.within(self.scope)
            .filter(organisation=self.organisation, code__startswith=plain)
            .values_list("code", flat=True)
        )
        code, number = plain, 2
        while code in taken:
            code, number = f"{plain}-{number}", number + 1
        return code

    def details(self, result: Reason) -> dict[str, Any]:
        """Say which."""
        return {"kind": self.kind, "reason": result.word_ko, "state": result.state}


@dataclass(kw_only=True)
class RetireReason(_OfReasons):
    """Offer a reason no longer, or again; what was said with it stands."""

    verb = "floor.reason_retired"
    label = _lazy("took a reason off the list, or put it back")

    reason: Reason
    retired: bool = True

    def change(self) -> Reason:
        """Keep the row; history names it."""
        Reason.objects.within(self.scope).filter(pk=self.reason.pk).update(
            retired_at=timezone.now() if self.retired else None
        )
        self.reason.refresh_from_db()
        return self.reason

    def details(self, result: Reason) -> dict[str, Any]:
        """Say which."""
        return {"reason": result.word_ko, "retired": self.retired}


@dataclass(kw_only=True)
class MoveReason(_OfReasons):
    """Put a reason one place up or down; the first ones stand where a thumb is."""

    verb = "floor.reason_moved"
    label = _lazy("put reasons in another order")

    reason: Reason
    up: bool

    def change(self) -> None:
        """Number the list anew."""
        rows = Reason.objects.within(self.scope).filter(
            organisation=self.organisation, kind=self.reason.kind, retired_at=None
        )
        listed = list(rows)
        place = next((n for n, row in enumerate(listed) if row.pk == self.reason.pk), None)
        if place is None:
            raise Refused(_("This reason can no longer be chosen."))
        other = max(0, place - 1) if self.up else min(len(listed) - 1, place + 1)
        listed.insert(other, listed.pop(place))
        for order, row in enumerate(listed, 1):
            row.order = order
        Reason.objects.within(self.scope).bulk_update(listed, ["order"])

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"reason": self.reason.word_ko, "up": self.up}
