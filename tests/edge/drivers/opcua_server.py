"""Real OPC UA servers, each in a process of its own: `opcua_server.py SOCKET`.

It takes two seconds to make the standard's 6,000 nodes, so that is done once, and each server is a
fork. Whoever connects to SOCKET gets one, after a line of JSON: {"port", "folder", "before"}. It
says `ready PID`, then obeys lines: `NAME VALUE` writes a float, `burst N` writes the numbers 1 to N
to Count, `overflow` writes a value whose status says that a queue overflowed. With a folder it asks
for Basic256Sha256 and uses server.der and server.pem in it. It ends with its connection.
"""

import asyncio
import json
import os
import select
import signal
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asyncua import Server, ua
from asyncua.server.internal_server import InternalServer
from asyncua.server.standard_address_space import standard_address_space

URI = "urn:example:press"


class Prepared(InternalServer):  # type: ignore[misc]
    """Has the nodes of the standard already."""

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Load nothing."""


async def serve(prepared: Prepared, caller: socket.socket) -> None:
    """Be one server until the caller goes."""
    reader, writer = await asyncio.open_connection(sock=caller)
    told = json.loads(await reader.readline())
    server = Server(iserver=prepared)
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{told['port']}")
    if told["folder"]:
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(str(Path(told["folder"]) / "server.der"))
        await server.load_private_key(str(Path(told["folder"]) / "server.pem"))
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if told["before"]:
        await server.register_namespace("urn:example:another")
    values = await variables(server)
    async with server:
        writer.write(f"ready {os.getpid()}\n".encode())
        while line := (await reader.readline()).decode():
            what, *rest = line.split()
            if what == "burst":
                # One sampling for each, though all are sent together.
                for value in range(1, int(rest[0]) + 1):
                    await values["Count"].write_value(value)
            elif what == "overflow":
                late = datetime.now(UTC) + timedelta(hours=9)  # noqa: TID251
                status = ua.StatusCode(0x480)
                await server.write_attribute_value(
                    values["Late"].nodeid,
                    ua.DataValue(ua.Variant(99.0), status, SourceTimestamp=late),
                )
            else:
                await values[what].write_value(float(rest[0]))


async def variables(server: Server) -> dict[str, Any]:
    """Make a press with variables of several types, one of them with its unit."""
    number = await server.register_namespace(URI)
    press: Any = await server.nodes.objects.add_object(number, "Press")
    values: dict[str, Any] = {}
    for name, value in (
        ("Melt", 231.5),
        ("Speed", 58.0),
        ("Late", 98.0),
        ("Count", 0),
        ("Door", True),
        ("State", "가동"),
    ):
        values[name] = await press.add_variable(ua.NodeId(name, number), name, value)
    unit = ua.EUInformation(DisplayName=ua.LocalizedText("°C"))
    await values["Melt"].add_property(0, "EngineeringUnits", unit)
    await press.add_variable(ua.NodeId("List", number), "List", [1, 2, 3])
    await press.add_variable(ua.NodeId("Nan", number), "Nan", float("nan"))
    return values


def main(path: str) -> None:
    """Fork a server for each caller, until the input ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    prepared = Prepared()
    standard_address_space.fill_address_space(prepared.node_mgt_service)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        print("ready", flush=True)
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                asyncio.run(serve(prepared, caller))
                os._exit(0)
            caller.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
