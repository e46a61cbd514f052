"""How much memory and processor an edge agent takes at 1,000 tags, one value of each a second.

    .venv/bin/python benchmarks/edge_memory.py [--seconds 60] [--tags 1000]

For each driver that can carry so many tags, a real server of its protocol (in a process of its own)
changes every value once a second, `deungdae edge run` reads them, and a small HTTP server takes the
batches; for the middle third of the time that server is away, so that the buffer fills and is
emptied again. Memory is the agent's resident set, sampled four times a second.
"""

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psutil

from deungdae.records.batches import Batch

AIM_MIB = 80
DEUNGDAE = Path(sys.executable).with_name("deungdae")
AGENT = """
[edge]
id = "bench"
server = "http://127.0.0.1:{port}"
token_file = "token"
"""
MODBUS = """
[[driver]]
kind = "modbus"
host = "127.0.0.1"
port = {port}
"""
OPCUA = """
[[driver]]
kind = "opcua"
url = "opc.tcp://127.0.0.1:{port}"
security = "none"
publishing_ms = 500
sampling_ms = 500
"""


class Taker(BaseHTTPRequestHandler):
    """Acknowledges batches and counts their readings."""

    protocol_version = "HTTP/1.1"
    readings = 0
    sent_bytes = 0
    away = False

    def do_POST(self) -> None:
        """Take one batch."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if Taker.away:
            self.close_connection = True
            return
        if not self.path.endswith("/batches"):  # what the agent says of itself
            self.send_response(204)
            self.end_headers()
            return
        batch = Batch.decode(body)
        Taker.readings += len(batch.readings)
        Taker.sent_bytes += len(body)
        answer = json.dumps({"acknowledged": batch.sequence}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def serve_modbus(port: int, tags: int) -> None:
    """Serve float registers; Modbus reads them all again whether they change or not."""
    from pymodbus.server import ModbusTcpServer
    from pymodbus.simulator import DataType, SimData, SimDevice

    values = [SimData(0, values=[0] * (2 * tags), datatype=DataType.REGISTERS)]
    device = SimDevice(1, simdata=values)
    server = ModbusTcpServer(device, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    print("ready", flush=True)
    await asyncio.Event().wait()


async def serve_opcua(port: int, tags: int) -> None:
    """Serve float variables that change once a second."""
    from asyncua import Server, ua

    server = Server()
    await server.init()
    server.set_endpoint(f"opc.tcp://127.0.0.1:{port}")
    server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
    number = await server.register_namespace("urn:example:bench")
    nodes = [
        await server.nodes.objects.add_variable(ua.NodeId(f"v{n}", number), f"v{n}", 0.0)
        for n in range(tags)
    ]
    async with server:
        print("ready", flush=True)
        loop = asyncio.get_running_loop()
        second = 0
        while True:
            started = loop.time()
            second += 1
            for place, node in enumerate(nodes):
                value = ua.DataValue(ua.Variant(second + place / 1000, ua.VariantType.Double))
                await server.write_attribute_value(node.nodeid, value)
            await asyncio.sleep(max(0.0, started + 1 - loop.time()))


def configuration(kind: str, port: int, tags: int) -> str:
    """Return the driver's part of the configuration."""
    if kind == "modbus":
        value = '\n[[driver.value]]\ntag = "bench/v{n}"\naddress = {a}\ntype = "float32"\n'
        values = "".join(value.format(n=n, a=2 * n) for n in range(tags))
        return MODBUS.format(port=port) + values
    node = '\n[[driver.node]]\ntag = "bench/v{n}"\nid = "nsu=urn:example:bench;s=v{n}"\n'
    return OPCUA.format(port=port) + "".join(node.format(n=n) for n in range(tags))


def free_port() -> int:
    """Return a port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def measure(kind: str, seconds: float, tags: int) -> None:
    """Run one driver and print its line."""
    Taker.readings = Taker.sent_bytes = 0
    taker = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    Thread(target=taker.serve_forever, daemon=True).start()
    port = free_port()
    machine = subprocess.Popen(
        [sys.executable, __file__, "--serve", kind, str(port), str(tags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert machine.stdout is not None
    machine.stdout.readline()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "token").write_text("bench")
        path = base / "agent.toml"
        path.write_text(
            AGENT.format(port=taker.server_port) + configuration(kind, port, tags), "utf-8"
        )
        agent = subprocess.Popen([DEUNGDAE, "edge", "run", path], stdout=subprocess.DEVNULL)
        process = psutil.Process(agent.pid)
        sizes: list[int] = []
        started = time.monotonic()
        while (passed := time.monotonic() - started) < seconds:
            Taker.away = seconds / 3 < passed < seconds * 2 / 3
            sizes.append(process.memory_info().rss)
            time.sleep(0.25)
        used = sum(process.cpu_times()[:2])
        agent.terminate()
        agent.wait()
        status = json.loads((base / "state" / "status.json").read_text("utf-8"))
    machine.kill()
    machine.wait()
    taker.shutdown()
    taker.server_close()
    losses = sum(lost["readings"] for lost in status["losses"])
    print(
        f"{kind:8} {max(sizes) / 2**20:7.1f} {sorted(sizes)[len(sizes) // 2] / 2**20:7.1f}"
        f" {100 * used / seconds:7.1f} {status['taken'] / seconds:10.0f} {status['taken']:9}"
        f" {Taker.readings:9} {status['waiting']:8} {losses:6}"
        f" {Taker.sent_bytes / max(1, Taker.readings):7.1f}",
        flush=True,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tags", type=int, default=1000)
    parser.add_argument("--serve", nargs=3)
    options = parser.parse_args()
    if options.serve:
        kind, port, tags = options.serve
        serve = {"modbus": serve_modbus, "opcua": serve_opcua}[kind]
        asyncio.run(serve(int(port), int(tags)))
        return
    print(f"{options.tags} tags at 1 Hz for {options.seconds:g} s; aim: under {AIM_MIB} MiB")
    print(
        "driver   max MiB med MiB   CPU % readings/s     taken   arrived  waiting   lost  B/value"
    )
    for kind in ("modbus", "opcua"):
        measure(kind, options.seconds, options.tags)


if __name__ == "__main__":
    main()
