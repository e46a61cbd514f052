"""What goes over the wire of lines, machines and alarms. Lengths are seconds, shares 0 to 1."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ninja import Schema

from deungdae.web.floor.models import Asset, Signal

State = Literal["running", "setup", "down", "starved", "blocked", "stopped", "unknown"]


class SignalOut(Schema):
    """Which tag says what of a machine."""

    role: str
    tag: str


class AssetOut(Schema):
    """A line, or a machine; `line` is that of a machine."""

    id: UUID
    site: UUID
    kind: Literal["line", "machine"]
    name: str
    line: UUID | None
    template: str
    path: str
    ideal_seconds: float | None
    ideal_confirmed: bool
    signals: list[SignalOut]


class AssetList(Schema):
    """The lines and machines of a site, in their order."""

    items: list[AssetOut]


class FiguresOut(Schema):
    """The key figures of ISO 22400; null is not known.

    `known` is the share of planned time of which the state is known; the true OEE lies between
    `low` and `high`, whatever happened in the rest.
    """

    availability: float | None
    effectiveness: float | None
    quality: float | None
    oee: float | None
    nee: float | None
    teep: float | None
    known: float | None
    low: float | None
    high: float | None


class CountingOut(Schema):
    """Of how many machines a line's figures are, where the parts of some are not counted."""

    counting: int
    machines: int


class ShiftNowOut(Schema):
    """The shift that goes on."""

    name: str
    day: str
    crew: str
    start: datetime
    end: datetime


class NowOut(Schema):
    """How a line or machine stands; counts are null where nothing counts.

    `counting` is null unless the figures are of some machines of a line only.
    """

    asset: UUID
    state: State
    since: datetime | None
    heard: datetime | None
    reason: str | None
    reason_word: str | None
    fault: str | None
    shift: ShiftNowOut | None
    produced: float | None
    scrapped: float | None
    reworked: float | None
    plan: float | None
    plan_now: float | None
    forecast: float | None
    figures: FiguresOut
    counting: CountingOut | None
    ideal_seconds: float | None
    waiting_stops: int
    product: str
    lot: str
    clock_ahead_seconds: float


class NowList(Schema):
    """How every line and machine of a site stands."""

    items: list[NowOut]


class ShiftOut(Schema):
    """What one shift gave; `final` once nothing changes it but late data.

    `counting` is null unless the figures are of some machines of a line only.

    `losses` are seconds of planned time by their kind, `lost_cost` in the currency of the site.
    `energy_won` is the energy charge by the site's contract, without the basic charge;
    `energy_standing_kwh` what was used while nothing ran. None where nobody meters or told.
    """

    day: str
    name: str
    crew: str
    start: datetime
    end: datetime
    final: bool
    produced: float | None
    scrapped: float | None
    reworked: float | None
    plan: float | None
    figures: FiguresOut
    counting: CountingOut | None
    planned_seconds: float | None
    productive_seconds: float | None
    losses: dict[str, float]
    stops: int
    micro_stops: int
    faults: int
    mtbf_seconds: float | None
    mttr_seconds: float | None
    lost_cost: float | None
    energy_kwh: float | None
    energy_won: float | None
    energy_standing_kwh: float | None
    peak_kw: float | None


class ShiftList(Schema):
    """Shifts in order of time."""

    items: list[ShiftOut]


class StateOut(Schema):
    """A stretch of one state."""

    start: datetime
    end: datetime
    state: State
    reason: str | None
    reason_word: str | None


class StateList(Schema):
    """What became of a time, without gaps: what is not known is `unknown`."""

    items: list[StateOut]


class StopOut(Schema):
    """One stop; `end` is null while it lasts, `reason` until somebody has said it."""

    asset: UUID
    start: datetime
    end: datetime | None
    state: State
    reason: str | None
    reason_word: str | None
    proposed: str | None
    fault: str | None


class StopList(Schema):
    """Stops, the newest first."""

    items: list[StopOut]


class AlarmOut(Schema):
    """One occurrence of an alarm; `gone` and `ended` are null while it stands."""

    occurrence: str
    rule: str
    name: str
    priority: Literal["high", "medium", "low"]
    asset: str | None
    tag: str | None
    since: datetime
    gone: datetime | None
    acknowledged: datetime | None
    acknowledged_by: str
    ended: datetime | None
    verdict: str | None
    value: float | int | bool | str | None
    incident: str


class AlarmList(Schema):
    """Occurrences of alarms; `more` says that only the newest are shown."""

    items: list[AlarmOut]
    more: bool


def asset_out(asset: Asset, signals: Iterable[Signal]) -> dict[str, Any]:
    """Return a line or machine as `AssetOut`."""
    return {
        "id": asset.public_id,
        "site": asset.site.public_id,
        "kind": asset.kind,
        "name": asset.name,
        "line": None if asset.line is None else asset.line.public_id,
        "template": asset.template,
        "path": asset.path,
        "ideal_seconds": asset.ideal_seconds,
        "ideal_confirmed": asset.ideal_confirmed,
        "signals": [{"role": one.role, "tag": one.tag} for one in signals],
    }
