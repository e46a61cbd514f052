"""Walks the tree of a server: many nodes to a question, so that a slow line does not matter."""

from collections.abc import AsyncIterator, Iterable
from typing import Any, NamedTuple

from deungdae.edge.drivers import Found
from deungdae.edge.drivers.opcua.nodes import STANDARD, NodeName, NoScalar, plain
from deungdae.records.readings import Quality, finite

NODES_AT_ONCE = 50
MOST_DEPTH = 12
MOST_NODES = 20_000  #: objects and variables together; a tree may be a circle


class _Place(NamedTuple):
    """A node that is looked into, or whose value is shown."""

    id: Any
    path: str
    variable: bool


async def look(client: Any, namespaces: list[str]) -> AsyncIterator[Found]:
    """Yield the variables below the server's objects, level by level, with their values.

    What belongs to a variable, such as its unit, is told with it and not by itself.
    """
    server = client.nodes.server.nodeid
    level, seen = [_Place(client.nodes.objects.nodeid, "", variable=False)], {server}
    for _ in range(MOST_DEPTH):
        below: list[_Place] = []
        for part in _parts(level):
            units: dict[Any, Any] = {}
            for place, references in await _references(client, part):
                for reference in references:
                    told = _child(place, reference)
                    if told is None:
                        if reference.BrowseName.Name == "EngineeringUnits":
                            units[place.id] = reference.NodeId
                    elif told.id not in seen:
                        seen.add(told.id)
                        below.append(told)
            async for found in _found(client, [p for p in part if p.variable], units, namespaces):
                yield found
        if not below or len(seen) > MOST_NODES:
            return
        level = below


def _parts(level: list[_Place]) -> Iterable[list[_Place]]:
    for start in range(0, len(level), NODES_AT_ONCE):
        yield level[start : start + NODES_AT_ONCE]


async def _references(client: Any, places: list[_Place]) -> list[tuple[_Place, list[Any]]]:
    from asyncua import ua

    asked = ua.BrowseParameters()
    asked.View = ua.ViewDescription()
    asked.RequestedMaxReferencesPerNode = 0
    for place in places:
        one = ua.BrowseDescription()
        one.NodeId = place.id
        one.BrowseDirection = ua.BrowseDirection.Forward
        one.ReferenceTypeId = ua.NodeId(ua.ObjectIds.HierarchicalReferences)
        one.IncludeSubtypes = True
        one.NodeClassMask = ua.NodeClass.Object | ua.NodeClass.Variable
        one.ResultMask = ua.BrowseResultMask.All
        asked.NodesToBrowse.append(one)
    found = []
    for place, result in zip(places, await client.uaclient.browse(asked), strict=True):
        references = result.References
        if result.ContinuationPoint:
            # More than the server gives at once: ask for this one again, to its end.
            await _forget(client, result.ContinuationPoint)
            references = await client.get_node(place.id).get_references(
                ua.ObjectIds.HierarchicalReferences, ua.BrowseDirection.Forward
            )
        found.append((place, references or []))
    return found


async def _forget(client: Any, point: bytes) -> None:
    from asyncua import ua

    asked = ua.BrowseNextParameters()
    asked.ReleaseContinuationPoints = True
    asked.ContinuationPoints = [point]
    await client.uaclient.browse_next(asked)


def _child(place: _Place, reference: Any) -> _Place | None:
    """Return what a reference leads to; `None` for what only describes a variable."""
    from asyncua import ua

    if place.variable and reference.ReferenceTypeId.Identifier == ua.ObjectIds.HasProperty:
        return None
    name = reference.BrowseName.Name
    return _Place(
        reference.NodeId,
        f"{place.path}/{name}" if place.path else name,
        variable=reference.NodeClass == ua.NodeClass.Variable,
    )


async def _found(
    client: Any, places: list[_Place], units: dict[Any, Any], namespaces: list[str]
) -> AsyncIterator[Found]:
    from asyncua import ua

    if not places:
        return
    ids = [place.id for place in places]
    asked = ids + [units[one] for one in ids if one in units]
    values = await client.uaclient.read_attributes(asked, ua.AttributeIds.Value)
    told = dict(zip(asked, values, strict=True))
    for place in places:
        yield _row(place, told[place.id], told.get(units.get(place.id)), namespaces)


def _row(place: _Place, data: Any, unit: Any, namespaces: list[str]) -> Found:
    text = place.id.to_string().split(";", 1)[-1]
    number = place.id.NamespaceIndex
    uri = namespaces[number] if number < len(namespaces) else STANDARD
    try:
        value = plain(None if data.Value is None else data.Value.Value)
        kind = "-" if data.Value is None else data.Value.VariantType.name
    except NoScalar as error:
        value, kind = None, str(error)
    kept, quality = finite(value, Quality.from_opcua(int(data.StatusCode.value)))
    name = place.path.rpartition("/")[2]
    address = str(NodeName(uri, text))
    return Found(address, name, kept, kind, quality, place.path, _unit(unit))


def _unit(data: Any) -> str | None:
    told = None if data is None or data.Value is None else data.Value.Value
    name = getattr(getattr(told, "DisplayName", None), "Text", None)  # of an EUInformation
    return name if isinstance(name, str) and name else None
