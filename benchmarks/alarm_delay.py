"""How long a reading takes from the gateway's door to the telling, and to an open page.

    python benchmarks/alarm_delay.py [--points 10000] [--alarms 60]

A gateway, a history and a monitor run as they do in a factory, each in a process of its own, on one
computer. A background of `--points` points a second is sent as line protocol in batches of one
second. Each half second one reading crosses its limit; it is sent as a request of its own. Measured
is from the moment before that request to (a) the telling's time in the outbox, as the monitor
answers it, and (b) the message on the subject that open pages listen to.
"""

import argparse
import asyncio
import json
import time

from deungdae import bus
from watching.programs import ORG, Door, admit, now, running, say, told

SERIES = 2_000  #: tags of the background


def main() -> None:
    options = _options()
    with running() as door:
        outbox, page = asyncio.run(_measured(door, options))
    say("telling in the outbox", outbox)
    say("message at the page", page)
    print(f"background: {options.points} points/s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--alarms", type=int, default=60)
    return parser.parse_args()


async def _measured(door: Door, options: argparse.Namespace) -> tuple[list[float], list[float]]:
    async with await bus.Connection.open(bus.address(door.settings.bus), "benchmark") as line:
        await admit(line)
        rules = await bus.Mirror.open(line, bus.ALARMS)
        for n in range(options.alarms):
            document = {
                "name": f"r{n}", "kind": "limits", "tag": f"bench/a{n}/v", "priority": "high",
                "condition": {"high": 10.0}, "policy": {"steps": [{"to": "x"}]},
            }  # fmt: skip
            await rules.put(bus.AlarmRule(ORG, f"r{n}", document), ORG, f"r{n}")
        heard: dict[str, float] = {}
        listening = asyncio.create_task(_listen(line, heard))
        stop = asyncio.Event()
        background = asyncio.create_task(_background(door, options.points, stop))
        await asyncio.sleep(5)
        sent: dict[str, float] = {}
        for n in range(options.alarms):
            sent[f"r{n}"] = now()
            await asyncio.to_thread(door.write, f"a{n} v=20 {time.time_ns()}\n")
            await asyncio.sleep(0.5)
        await asyncio.sleep(5)
        stop.set()
        await background
        listening.cancel()
        found = dict(await told(line))
        await rules.close()
    outbox = [found[rule] - at for rule, at in sent.items() if rule in found]
    page = [heard[rule] - at for rule, at in sent.items() if rule in heard]
    if len(outbox) < len(sent) or len(page) < len(sent):
        print(f"sent {len(sent)}, told {len(outbox)}, at the page {len(page)}")
    return outbox, page


async def _listen(line: bus.Connection, heard: dict[str, float]) -> None:
    async for message in line.listen(bus.floor_subject(ORG)):
        for one in json.loads(message).get("alarms", ()):
            if one.get("number"):
                heard.setdefault(one["rule"], now())


async def _background(door: Door, points: int, stop: asyncio.Event) -> None:
    """Send as many points each second, in ten requests."""
    part, number = max(points // 10, 1), 0
    while not stop.is_set() and points:
        until = time.monotonic() + 0.1
        at = time.time_ns()
        lines = [f"t{(number + n) % SERIES} v={n % 7} {at + n}" for n in range(part)]
        number += part
        await asyncio.to_thread(door.write, "\n".join(lines))
        await asyncio.sleep(max(0.0, until - time.monotonic()))


if __name__ == "__main__":
    main()
