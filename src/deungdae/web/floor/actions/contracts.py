"""Electricity contracts of sites: kept and removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, PowerContract


@dataclass(kw_only=True)
class _OfSite(Action[None]):
    """A change of what a site's electricity costs, which the bus follows."""

    right = "companies.manage"

    site: Site
    since: date

    def details(self, result: None) -> dict[str, Any]:
        """Say of which site, and from when."""
        return {"site": self.site.name, "since": self.since.isoformat()}

    def after_commit(self, result: None) -> None:
        """Let the monitor know, by the lines and machines of the site."""
        assets = Asset.objects.within(self.scope).filter(site=self.site, retired_at=None)
        telling.tell_assets(self.organisation, assets)


@dataclass(kw_only=True)
class KeepContract(_OfSite):
    """Keep a contract from a day on; one that begins on this day is replaced.

    What was valid before that day stays as it was. `prices` are nine, or None.
    """

    verb = "floor.power_contract_kept"
    label = _lazy("entered an electricity contract")

    tariff: str = ""
    prices: Sequence[float] | None = None
    base: float | None = None
    contract_kw: float | None = None
    example: bool = False

    def change(self) -> None:
        """Store it."""
        values = {
            "tariff": self.tariff,
            "prices": None if self.prices is None else [float(one) for one in self.prices],
            "base": self.base,
            "contract_kw": self.contract_kw,
            "example": self.example,
        }
        rows = PowerContract.objects.within(self.scope).filter(site=self.site)
        if not rows.filter(since=self.since).update(**values):
            PowerContract.objects.create(
                organisation=self.site.organisation, site=self.site, since=self.since, **values
            )

    def details(self, result: None) -> dict[str, Any]:
        """Say what is agreed."""
        return {
            **super().details(result),
            "tariff": self.tariff,
            "base": self.base,
            "contract_kw": self.contract_kw,
        }


@dataclass(kw_only=True)
class RemoveContract(_OfSite):
    """Remove a contract; the one before it holds on."""

    verb = "floor.power_contract_removed"
    label = _lazy("removed an electricity contract")

    def change(self) -> None:
        """Remove the row; the record says that it was there."""
        PowerContract.objects.within(self.scope).filter(site=self.site, since=self.since).delete()
