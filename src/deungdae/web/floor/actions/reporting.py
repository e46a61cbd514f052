"""Who gets the shift reports of a line by mail."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor.models import Asset, ReportSubscription


@dataclass(kw_only=True)
class Subscribe(Action[None]):
    """Get the reports of a line or machine by mail; a second time changes nothing."""

    verb = "floor.report_subscribed"
    right = "floor.see"
    label = _lazy("asked for shift reports by mail")

    asset: Asset

    def change(self) -> None:
        """Store it."""
        ReportSubscription.objects.within(self.scope).get_or_create(
            organisation=self.organisation, person=self.scope.person, asset=self.asset
        )

    def details(self, result: None) -> dict[str, Any]:
        """Say of what."""
        return {"machine": self.asset.name}


@dataclass(kw_only=True)
class Unsubscribe(Action[None]):
    """Get the reports of a line or machine by mail no more."""

    verb = "floor.report_unsubscribed"
    right = "floor.see"
    label = _lazy("wants shift reports by mail no more")

    asset: Asset

    def change(self) -> None:
        """Forget it."""
        ReportSubscription.objects.within(self.scope).filter(
            person=self.scope.person, asset=self.asset
        ).delete()

    def details(self, result: None) -> dict[str, Any]:
        """Say of what."""
        return {"machine": self.asset.name}
