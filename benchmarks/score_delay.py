"""How long an anomaly takes from its first reading to the alarm, through real processes.

    python benchmarks/score_delay.py [--machines 10] [--faults 4] [--tags 10]

A gateway, a history and a monitor run as they do in a factory, each in a process of its own, on one
computer. Machines of some tags that follow two causes, with a signal that says that they run, send
20 minutes of past, which their watches learn; then a reading of each tag each second, a request for
each machine. Again and again one tag of a machine is shifted by three of its spreads for five
seconds. Measured is from the moment before the request with the first shifted reading to the
alarm's message on the subject that open pages listen to, and from the reading whose row brought the
score over its limit, where several are needed. (`alarm_delay.py` compares that message with the
telling in the outbox; an alarm that comes again soon is not told anew.)
"""

import argparse
import asyncio
import json
import time

import numpy as np
from numpy.typing import NDArray

from deungdae import bus
from watching.machines import machine_values
from watching.programs import ORG, Door, admit, now, running, say

GOOD = 1_200  #: seconds
FAULT_SECONDS, REST_SECONDS = 5, 25
SETTLING_SECONDS = 30
LEARNED_WITHIN = 300.0
QUERYABLE_SECONDS = 20.0  #: after the past was sent
NS = 1_000_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--machines", type=int, default=10)
    parser.add_argument("--faults", type=int, default=4, help="of each machine")
    parser.add_argument("--tags", type=int, default=10)
    options = parser.parse_args()
    with running() as door:
        first, own, sent, false = asyncio.run(_measured(door, options))
    say("after the first reading", first)
    say("after its own reading", own)
    print(f"faults: {sent}, alarms: {len(first)}, alarms without a fault: {false}")


async def _measured(
    door: Door, options: argparse.Namespace
) -> tuple[list[float], list[float], int, int]:
    machines = [f"m{n}" for n in range(options.machines)]
    rows = GOOD + SETTLING_SECONDS + options.faults * (FAULT_SECONDS + REST_SECONDS) + 600
    values = {
        name: machine_values(n, rows, options.tags, 2, 0.3) for n, name in enumerate(machines)
    }
    async with await bus.Connection.open(bus.address(door.settings.bus), "benchmark") as line:
        await admit(line)
        began = time.time_ns() // NS - GOOD
        for name in machines:
            past = [_said(name, values[name][at], (began + at) * NS) for at in range(GOOD)]
            await asyncio.to_thread(door.write, "\n".join(past))
        await asyncio.sleep(QUERYABLE_SECONDS)
        await _drawn(line, machines, options.tags, began)
        alarms: dict[str, list[tuple[float, int]]] = {name: [] for name in machines}
        listening = asyncio.create_task(_listen(line, alarms))
        sent: dict[tuple[str, int], float] = {}
        faults = await _live(door, line, values, began, options.faults, sent)
        listening.cancel()
    first, own = [], []
    for name, at in faults:
        begun = sent[name, at]
        after = [one for one in alarms[name] if begun <= one[0] < begun + FAULT_SECONDS + 10]
        if after:
            moment, second = after[0]
            first.append(moment - begun)
            own.append(moment - sent[name, second])
            alarms[name].remove(after[0])
    return first, own, len(faults), sum(len(left) for left in alarms.values())


async def _listen(line: bus.Connection, alarms: dict[str, list[tuple[float, int]]]) -> None:
    """Note when each rule's alarm comes, also for another time, and of which second's reading."""
    known: set[tuple[str, int]] = set()
    scored: dict[str, int] = {}
    async for message in line.listen(bus.floor_subject(ORG)):
        told = json.loads(message)
        for one in told.get("watches", ()):
            if one.get("at"):
                # A row of a second is named by its end, or by now where that is still to come.
                scored[one["watch"]] = -(-one["at"] // 1_000_000) - 1
        for one in told.get("alarms", ()):
            coming = one.get("occurrence", ""), one.get("comings", 0)
            if coming[1] and coming not in known:
                known.add(coming)
                alarms[one["rule"]].append((now(), scored[one["rule"]]))


async def _drawn(line: bus.Connection, machines: list[str], tags: int, began: int) -> None:
    """Draw the machines, watch them, and make an anomaly an alarm."""
    assets = await bus.Mirror.open(line, bus.ASSETS)
    watches = await bus.Mirror.open(line, bus.WATCHES)
    rules = await bus.Mirror.open(line, bus.ALARMS)
    for name in machines:
        machine = {
            "name": name, "kind": "machine",
            "signals": [{"role": "run", "tag": f"bench/{name}/run", "expected_seconds": 1}],
        }  # fmt: skip
        await assets.put(bus.Asset(ORG, name, machine), ORG, name)
        watch = {
            "name": name, "asset": name, "tags": [f"bench/{name}/t{n}" for n in range(tags)],
            "start": began * 1_000_000, "end": (began + GOOD) * 1_000_000, "exclude": [],
            "per_week": 7.0, "method": "relations", "revision": 1,
        }  # fmt: skip
        await watches.put(bus.Watch(ORG, name, watch), ORG, name)
        rule = {
            "name": name, "kind": "score", "watch": name, "asset": name, "priority": "low",
            "condition": {}, "policy": {"steps": [{"to": "x"}]},
        }  # fmt: skip
        await rules.put(bus.AlarmRule(ORG, name, rule), ORG, name)
    for mirror in (assets, watches, rules):
        await mirror.close()


async def _live(
    door: Door,
    line: bus.Connection,
    values: dict[str, NDArray[np.float64]],
    began: int,
    faults: int,
    sent: dict[tuple[str, int], float],
) -> list[tuple[str, int]]:
    """Send a reading of each tag each second, noted in `sent`; return (machine, second) of faults.

    Seconds are those since 1970.
    """
    names = list(values)
    found: list[tuple[str, int]] = []
    until, first_fault, at = time.monotonic() + LEARNED_WITHIN, 0, GOOD
    spread = {name: own[:GOOD].std(axis=0) for name, own in values.items()}
    every = FAULT_SECONDS + REST_SECONDS
    while not first_fault or at < first_fault + faults * every:
        at = max(at + 1, time.time_ns() // NS - began)
        await asyncio.sleep(max(0.0, began + at - now()))
        if not first_fault and at % 5 == 0 and await _all_watch(line, names):
            first_fault = at + SETTLING_SECONDS
        if not first_fault and time.monotonic() > until:
            raise SystemExit("the watches were not learned in time")
        for place, name in enumerate(names):
            # The machines begin one after another, so that no second has all faults.
            since = at - first_fault - place * REST_SECONDS // len(names) if first_fault else -1
            row = values[name][at % len(values[name])].copy()
            if since >= 0 and since % every < FAULT_SECONDS and since // every < faults:
                tag = since // every % len(row)
                row[tag] += 3 * spread[name][tag]
                if since % every == 0:
                    found.append((name, began + at))
            sent[name, began + at] = now()
            await asyncio.to_thread(door.write, _said(name, row, time.time_ns()))
    await asyncio.sleep(5)
    return found


async def _all_watch(line: bus.Connection, names: list[str]) -> bool:
    question = bus.Question("monitor", "watches", ORG, {})
    async with await bus.ask(line, question) as answer:
        found = (await answer.json())["watches"]
    states = {name: found.get(name, {}).get("state") for name in names}
    if "failed" in states.values():
        raise SystemExit(f"a watch could not be learned: {found}")
    return all(state in ("watching", "anomaly") for state in states.values())


def _said(name: str, row: NDArray[np.float64], at_ns: int) -> str:
    fields = ",".join(f"t{n}={value:.6f}" for n, value in enumerate(row))
    return f"{name} run=1i,{fields} {at_ns}"


if __name__ == "__main__":
    main()
