"""What the bus is told: its records, made from the rows here. Reads the database, changes nothing.

The rows are the truth; whatever the bus holds of them can be made again from here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from deungdae import bus
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.models import Agent, ClockShift, Configuration, Source, SparkplugGroup, Tag

#: The rights of a token, as the gateway calls them.
WRITE: Final = "write"
EDGE: Final = "edge"
#: Kinds of drivers that read nothing unless something was chosen → the list of what was chosen.
CHOSEN_IN: Final[Mapping[str, str]] = {"opcua": "node", "modbus": "value", "mqtt": "topic"}


def organisation_id(organisation: Organisation) -> str:
    """Return the name of an organisation on the bus and in the history."""
    return str(organisation.public_id)


def microseconds(moment: datetime) -> int:
    """Return a moment as microseconds since 1970, UTC."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def agent_record(agent: Agent, now: bus.Agent | None) -> bus.Agent:
    """Return an agent's record; how far it has come is the gateway's to say."""
    return bus.Agent(
        organisation_id(agent.organisation),
        agent.edge,
        now.sequence if now else 0,
        agent.revoked_at is not None,
        {"name": agent.name, "site": agent.site.name},
    )


def join_record(agent: Agent, now: datetime) -> bus.Join | None:
    """Return the offer to join; None without a code that still opens."""
    if agent.code_expires_at is None or not agent.code_is_open(now):
        return None
    return bus.Join(
        organisation_id(agent.organisation),
        agent.edge,
        agent.source,
        microseconds(agent.code_expires_at),
        organisation_name=agent.organisation.name,
        site_name=agent.site.name,
    )


def wanted_record(agent: Agent, configuration: Configuration) -> bus.Wanted:
    """Return what an agent is to do. A machine of which nothing was chosen is not read yet."""
    drivers = [plain(driver) for driver in configuration.machines if is_read(driver)]
    organisation = organisation_id(agent.organisation)
    return bus.Wanted(organisation, agent.edge, configuration.number, drivers, configuration.send)


def plain(driver: Mapping[str, Any]) -> dict[str, Any]:
    """Return a driver's table without what stands there for the pages alone."""
    return {name: value for name, value in driver.items() if not name.startswith("_")}


def is_read(driver: Mapping[str, Any]) -> bool:
    """Say whether something is read of a machine."""
    chosen = CHOSEN_IN.get(driver["kind"])
    return chosen is None or bool(driver.get(chosen))


def agent_token(agent: Agent) -> bus.Token:
    """Return the record of the token that the gateway gave to an agent."""
    return bus.Token(
        organisation_id(agent.organisation),
        agent.source,
        [EDGE],
        edge=agent.edge,
        revoked=agent.revoked_at is not None,
    )


def source_token(source: Source) -> bus.Token:
    """Return the record of the token of a program that writes line protocol."""
    organisation = organisation_id(source.organisation)
    return bus.Token(
        organisation,
        source.source,
        [WRITE],
        buckets={source.bucket: source.prefix},
        names=[source.organisation.name, organisation],
        revoked=source.revoked_at is not None,
    )


def group_record(group: SparkplugGroup) -> bus.SparkplugGroup:
    """Return the record of a Sparkplug group."""
    return bus.SparkplugGroup(
        organisation_id(group.organisation),
        group.group,
        group.source,
        revoked=group.revoked_at is not None,
        password=group.password_hash,
    )


def tag_map(scope: Scope, organisation: Organisation, source: str) -> bus.TagMap:
    """Return what is known of the tags of one source: names, units, intervals, clocks."""
    tags = list(
        Tag.objects.within(scope)
        .filter(organisation=organisation, origin=source)
        .order_by("path")
        .values_list("path", "sent_as", "unit", "expected_seconds")
    )
    shifts = ClockShift.objects.within(scope).filter(organisation=organisation, source=source)
    return bus.TagMap(
        organisation_id(organisation),
        source,
        paths={sent: path for path, sent, _, _ in tags if sent},
        units={path: unit for path, _, unit, _ in tags if unit},
        expected_seconds={path: seconds for path, _, _, seconds in tags if seconds},
        shifts=[
            bus.Shift(
                shift.prefix,
                shift.shift_us,
                microseconds(shift.made_at),
                microseconds(shift.ended_at) if shift.ended_at else None,
            )
            for shift in shifts.order_by("made_at", "pk")
        ],
    )
