"""A real OPC UA server in a process of its own: `opcua_server.py PORT [FOLDER]`.

It prints `ready`, then obeys lines on its input: `NAME VALUE` writes a float, `burst N` writes the
numbers 1 to N to Count, `overflow` writes a value whose status says that a queue overflowed. With a
folder it asks for Basic256Sha256 and uses server.der and server.pem in it.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from asyncua import Server, ua

URI = "urn:example:press"


async def main(port: str, folder: str = "", before: str = "") -> None:
    """Serve until the input ends."""
    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    if folder:
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(str(Path(folder) / "server.der"))
        await server.load_private_key(str(Path(folder) / "server.pem"))
    else:
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    if before:
        await server.register_namespace("urn:example:another")
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
    await press.add_variable(ua.NodeId("List", number), "List", [1, 2, 3])
    await press.add_variable(ua.NodeId("Nan", number), "Nan", float("nan"))
    async with server:
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        while line := await loop.run_in_executor(None, sys.stdin.readline):
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


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
