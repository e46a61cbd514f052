"""Draws the lines of the simulated plant for the demo company, by the actions that pages use.

Drawn once: what a person changed since stays, and an organisation that has lines or machines of its
own is left alone. Plans are entered for the days to come at each start.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from deungdae.web.project import demo_alarms, demo_watches

CALENDAR: Final = "4조3교대"
SHIFTS: Final = ("주간", "석간", "야간")
WORKED_SECONDS: Final = 7.5 * 3600  #: of a shift, without its break
SINCE: Final = date(2024, 1, 1)
PLANNED_DAYS: Final = 28
PLANNED_SHARE: Final = 0.93  #: of what could be made in a shift
IDEAL_SHARE: Final = 0.98  #: of the usual cycle; the mould could do so much
HOUR_COST: Final = 45_000.0
TARIFF: Final = "kepco-industrial-a2-high-a-2024-10/1"  #: the last one with prices that are known
CONTRACT_KW: Final = 150.0
MICRO_STOP_SECONDS: Final = 120.0  #: its stops last one to four minutes; the longer ones wait


@dataclass(frozen=True)
class Machine:
    """A machine of the plant: its path, name, product and seconds a shot; role → (tag, params)."""

    path: str
    name: str
    product: str
    cycle_seconds: float
    signals: Sequence[tuple[str, str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Line:
    """A line of the plant."""

    path: str
    name: str
    machines: Sequence[Machine]


def register(scope: Any, organisation: Any, site: Any, lines: Sequence[Line]) -> None:
    """Draw what is not drawn yet. Raises `plant.errors.Refused` for what a page would refuse."""
    from deungdae.web.floor import reasons
    from deungdae.web.floor.models import Asset

    if not Asset.objects.within(scope).filter(organisation=organisation).exists():
        _calendar(scope, organisation)
        for kind in ("stop", "scrap"):
            reasons.of(scope, organisation, kind)
        _draw(scope, organisation, site, lines)
        _contract(scope, organisation, site)
    _plan(scope, organisation, lines)
    assets = Asset.objects.within(scope).filter(organisation=organisation, retired_at=None)
    by_path = {asset.path: asset for asset in assets.select_related("line")}
    demo_alarms.register(scope, organisation, by_path)
    demo_watches.register(scope, organisation, by_path)


def _calendar(scope: Any, organisation: Any) -> None:
    from deungdae.web.floor.actions.calendars import MakeCalendar
    from deungdae.web.floor.models import ShiftCalendar

    if not ShiftCalendar.objects.within(scope).filter(organisation=organisation).exists():
        MakeCalendar(
            scope=scope,
            organisation=organisation,
            name=CALENDAR,
            since=SINCE,
            pattern={"preset": CALENDAR},
            day_cut=7 * 60,
        ).perform()


def _contract(scope: Any, organisation: Any, site: Any) -> None:
    """Enter an electricity contract that says of itself that it is an example."""
    from deungdae.web.floor.actions.contracts import KeepContract

    KeepContract(
        scope=scope,
        organisation=organisation,
        site=site,
        since=SINCE,
        tariff=TARIFF,
        contract_kw=CONTRACT_KW,
        example=True,
    ).perform()


def _draw(scope: Any, organisation: Any, site: Any, lines: Sequence[Line]) -> None:
    from deungdae.web.floor.actions.assets import DrawAssets, Drawn, SignalSaid

    drawn = [Drawn(line.path, "line", line.name, line.path) for line in lines]
    for line in lines:
        for machine in line.machines:
            ideal = round(machine.cycle_seconds * IDEAL_SHARE, 1)
            drawn.append(
                Drawn(
                    machine.path,
                    "machine",
                    machine.name,
                    machine.path,
                    template="injection",
                    line=line.path,
                    signals=[SignalSaid(*signal) for signal in machine.signals],
                    values={
                        "ideal_seconds": ideal,
                        "ideal_confirmed": True,
                        "hour_cost": HOUR_COST,
                        "micro_stop_seconds": MICRO_STOP_SECONDS,
                        "products": {machine.product: ideal},
                    },
                )
            )
    DrawAssets(scope=scope, organisation=organisation, site=site, drawn=drawn).perform()


def _plan(scope: Any, organisation: Any, lines: Sequence[Line]) -> None:
    from django.utils import timezone

    from deungdae.web.floor.actions.plans import Planned, SetPlans
    from deungdae.web.floor.models import Asset, Plan

    assets = Asset.objects.within(scope).filter(organisation=organisation, retired_at=None)
    by_path = {asset.path: asset for asset in assets}
    today = timezone.localdate()
    days = [today + timedelta(days=n) for n in range(-1, PLANNED_DAYS)]
    plans = Plan.objects.within(scope).filter(organisation=organisation, day__in=days)
    known = set(plans.values_list("asset_id", "day"))
    wanted = []
    for line in lines:
        parts = {machine.path: _parts(machine) for machine in line.machines}
        parts[line.path] = sum(parts.values())
        wanted += [
            Planned(by_path[path], day, shift, count)
            for path, count in parts.items()
            for day in days
            for shift in SHIFTS
            if path in by_path and (by_path[path].pk, day) not in known
        ]
    if wanted:
        SetPlans(scope=scope, organisation=organisation, plans=wanted).perform()


def _parts(machine: Machine) -> int:
    possible = WORKED_SECONDS / machine.cycle_seconds
    return round(possible * PLANNED_SHARE / 10) * 10
