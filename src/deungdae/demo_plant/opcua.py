"""Line 1: an OPC UA server whose values carry the time of their source.

Objects/line1/ambient_temperature …   nsu=urn:deungdae:demo-plant;s=line1/ambient_temperature
Objects/line1/imm1/barrel_zone1 …   nsu=urn:deungdae:demo-plant;s=line1/imm1/barrel_zone1
"""

import logging
from datetime import UTC, datetime
from typing import Any

from asyncua import Server, ua

from deungdae.demo_plant.shop import HALL_TAGS, TAGS, machines_of
from deungdae.demo_plant.story import Story, Value

LINE = "line1"
URI = "urn:deungdae:demo-plant"
_KINDS = {int: ua.VariantType.Int64, float: ua.VariantType.Double, str: ua.VariantType.String}


def node_id(tag: str) -> str:
    """Return the name of a tag's node, as a client that knows the URI writes it."""
    return f"nsu={URI};s={tag}"


class OpcuaLine:
    """The server of line 1 at a port of loopback."""

    def __init__(self, story: Story, port: int) -> None:
        self._story = story
        self._port = port
        self._server: Any = None
        self._nodes: dict[str, Any] = {}
        self._told: dict[str, Value] = {}

    async def start(self, time_s: float) -> None:
        """Serve; raises OSError when nothing can listen at the port."""
        logging.getLogger("asyncua").setLevel(logging.ERROR)
        server: Any = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{self._port}")
        server.set_server_name("Deungdae demo plant, line 1")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        number = await server.register_namespace(URI)
        line = await server.nodes.objects.add_folder(number, LINE)
        for tag, unit in HALL_TAGS.items():
            await self._add(line, number, f"{LINE}/{tag}", unit)
        for machine in machines_of(LINE):
            folder = await line.add_object(number, machine.name.rpartition("/")[2])
            for tag, unit in TAGS.items():
                await self._add(folder, number, f"{machine.name}/{tag}", unit)
        self._server = server
        await self.tick(time_s)
        said = logging.getLogger("asyncua.server.server")
        said.disabled = True  # it would print the error that is raised
        try:
            await server.start()
        finally:
            said.disabled = False

    async def _add(self, parent: Any, number: int, tag: str, unit: str) -> None:
        name = tag.rpartition("/")[2]
        values = self._values(0)
        kind = _KINDS[type(values[tag])]
        node = await parent.add_variable(ua.NodeId(tag, number), name, values[tag], kind)
        if unit:
            words = ua.EUInformation(DisplayName=ua.LocalizedText(unit))
            await node.add_property(number, "EngineeringUnits", words)
        self._nodes[tag] = node.nodeid

    def _values(self, time_s: float) -> dict[str, Value]:
        found = {f"{LINE}/{tag}": v for tag, v in self._story.hall(LINE, time_s).items()}
        for machine in machines_of(LINE):
            now = self._story.now(machine, time_s)
            found |= {f"{machine.name}/{tag}": value for tag, value in now.items()}
        return found

    async def tick(self, time_s: float) -> None:
        """Show the values of a time; what has not changed keeps its own."""
        moment = datetime.fromtimestamp(time_s, UTC)
        for tag, value in self._values(time_s).items():
            if self._told.get(tag) != value:
                self._told[tag] = value
                await self._server.write_attribute_value(
                    self._nodes[tag],
                    ua.DataValue(ua.Variant(value, _KINDS[type(value)]), SourceTimestamp=moment),
                )

    async def stop(self) -> None:
        """Serve no more."""
        if self._server is not None:
            await self._server.stop()
