"""A simulated PLC that speaks Modbus TCP: float registers that all change once a second.

    python -m watching.plc PORT TAGS PROBES

The first PROBES tags change each at a moment of its own within its second, to the number of the
change; each is noted. When told to end (its input is closed) it prints what it noted, as JSON:
[[tag, number, time in seconds since 1970], …].
"""

import asyncio
import json
import random
import struct
import sys
import time

READ_HOLDING = 3


def clock() -> float:
    """Return seconds since 1970, as the browser counts them."""
    return time.time_ns() / 1e9


class Plc:
    """Registers, two for each tag."""

    def __init__(self, tags: int, probes: int) -> None:
        self.tags, self.probes = tags, probes
        self.registers = bytearray(4 * tags)
        self.noted: list[tuple[int, int, float]] = []

    def put(self, tag: int, value: float) -> None:
        """Give a tag a value."""
        struct.pack_into(">f", self.registers, 4 * tag, value)

    async def change_probe(self, tag: int) -> None:
        """Count one tag up once a second, each time at another moment of that second."""
        chance = random.Random(tag)
        begin = clock()
        number = 0
        while True:
            number += 1
            await asyncio.sleep(max(0.0, begin + number + chance.random() * 0.9 - clock()))
            self.put(tag, number)
            self.noted.append((tag, number, clock()))

    async def change_others(self) -> None:
        """Give every other tag another value once a second."""
        second = 0
        while True:
            second += 1
            values = [second + place / self.tags for place in range(self.probes, self.tags)]
            struct.pack_into(f">{len(values)}f", self.registers, 4 * self.probes, *values)
            await asyncio.sleep(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client."""
        try:
            while True:
                head = await reader.readexactly(7)
                number, _, length, unit = struct.unpack(">HHHB", head)
                asked = await reader.readexactly(length - 1)
                function, address, count = struct.unpack(">BHH", asked[:5])
                if function != READ_HOLDING or 2 * (address + count) > len(self.registers):
                    answer = struct.pack(">BB", function | 0x80, 2)
                else:
                    answer = struct.pack(">BB", function, 2 * count)
                    answer += self.registers[2 * address : 2 * (address + count)]
                writer.write(struct.pack(">HHHB", number, 0, len(answer) + 1, unit) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main(port: int, tags: int, probes: int) -> None:
    """Serve until the input is closed."""
    plc = Plc(tags, probes)
    server = await asyncio.start_server(plc.serve, "127.0.0.1", port)
    changing = [asyncio.create_task(plc.change_probe(tag)) for tag in range(probes)]
    changing.append(asyncio.create_task(plc.change_others()))
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for task in changing:
        task.cancel()
    server.close()
    print(json.dumps(plc.noted), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
