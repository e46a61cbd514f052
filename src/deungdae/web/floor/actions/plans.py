"""How many parts are to be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, Plan
from deungdae.web.plant.errors import Refused

MOST_ROWS: Final = 5_000
MOST_PARTS: Final = 100_000_000


class Planned(NamedTuple):
    """Parts for a line or machine on a day; `shift` "" is the whole day, `parts` None: no plan."""

    asset: Asset
    day: date
    shift: str
    parts: int | None


@dataclass(kw_only=True)
class SetPlans(Action[int]):
    """Enter plans; a plan of the same machine, day and shift is replaced. Returns how many."""

    verb = "floor.plans_set"
    right = "floor.manage"
    label = _lazy("entered production plans")

    plans: Sequence[Planned]

    def change(self) -> int:
        """Store them."""
        if len(self.plans) > MOST_ROWS:
            raise Refused(_("At most %(n)s plans can be entered at once.") % {"n": MOST_ROWS})
        for plan in self.plans:
            if plan.parts is not None and not 0 <= plan.parts <= MOST_PARTS:
                raise Refused(_("A plan is a whole number of parts, 0 or more."))
        rows = Plan.objects.within(self.scope).filter(organisation=self.organisation)
        known = {
            (row.asset_id, row.day, row.shift): row
            for row in rows.filter(
                asset__in={plan.asset.pk for plan in self.plans},
                day__in={plan.day for plan in self.plans},
            )
        }
        wanted = {(plan.asset.pk, plan.day, plan.shift): plan for plan in self.plans}
        changed, made, gone = [], [], []
        for key, plan in wanted.items():
            row = known.get(key)
            if plan.parts is None:
                gone += [row.pk] if row else []
            elif row is None:
                made.append(
                    Plan(
                        organisation=self.organisation, asset=plan.asset, day=plan.day,
                        shift=plan.shift, count=plan.parts,
                    )
                )  # fmt: skip
            elif row.count != plan.parts:
                row.count = plan.parts
                changed.append(row)
        Plan.objects.bulk_create(made)
        rows.bulk_update(changed, ["count"])
        rows.filter(pk__in=gone).delete()
        return len(made) + len(changed) + len(gone)

    def details(self, result: int) -> dict[str, Any]:
        """Say how many, and for which days."""
        days = sorted({plan.day for plan in self.plans})
        return {
            "count": result,
            "from": days[0].isoformat() if days else "",
            "until": days[-1].isoformat() if days else "",
        }

    def after_commit(self, result: int) -> None:
        """Let the monitor know."""
        if result:
            telling.tell_assets(self.organisation, {plan.asset for plan in self.plans})
