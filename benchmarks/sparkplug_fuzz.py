"""Random Sparkplug B payloads: are all of them read, or refused with a reason?

    python benchmarks/sparkplug_fuzz.py [INPUTS] [SEED]

Half of the inputs are payloads of births and data in which bytes were changed, cut out, doubled or
put in; a third are metrics whose datatype, value and alias need not fit each other; the others are
random fields and random bytes. Each is read with all its values, and what was read must be the same
after writing and reading it again. Every tenth goes through a host's state machine, which must give
nothing that the store would not take. Anything else that is raised is a failure.
"""

import base64
import csv
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path

from deungdae.gateway.sparkplug.machine import Machine
from deungdae.gateway.sparkplug.outcomes import Moment, Rules
from deungdae.gateway.sparkplug.payloads import COMPRESSED, Payload, decode, encode, metric
from deungdae.gateway.sparkplug.values import DataType, Value
from deungdae.gateway.sparkplug.wire import BadPayload, put_bytes, put_number, put_varint
from deungdae.records.readings import check_reading

VECTORS = Path(__file__).resolve().parents[2] / "shared/data/sparkplug-vectors/payload_vectors.csv"
BEGIN_MS = 1_764_000_000_000
VALUES: list[tuple[DataType, Value]] = [
    (DataType.INT8, -5),
    (DataType.INT32, -70_000),
    (DataType.INT64, -(1 << 60)),
    (DataType.UINT64, (1 << 64) - 1),
    (DataType.FLOAT, 1.5),
    (DataType.DOUBLE, float("nan")),
    (DataType.BOOLEAN, True),
    (DataType.STRING, "사출"),
    (DataType.DATETIME, BEGIN_MS),
    (DataType.BYTES, b"\0\1"),
    (DataType.INT16_ARRAY, [-1, 2]),
    (DataType.BOOLEAN_ARRAY, [True, False, True]),
    (DataType.STRING_ARRAY, ["가", ""]),
]
TOPICS = [
    "spBv1.0/g/NBIRTH/e",
    "spBv1.0/g/NDATA/e",
    "spBv1.0/g/NDEATH/e",
    "spBv1.0/g/DBIRTH/e/d",
    "spBv1.0/g/DDATA/e/d",
    "spBv1.0/g/DDEATH/e/d",
    "spBv1.0/g/NCMD/e",
    "spBv1.0/g/WHAT/e",
    "spBv1.0/STATE/h",
]


def seeds() -> list[bytes]:
    """Return sound payloads: our own, and the public ones where they are at hand."""
    found = []
    for place, (datatype, value) in enumerate(VALUES):
        known = metric(f"m{place}", datatype, value, alias=place, quality=192)
        data = metric(None, datatype, value, alias=place, timestamp_ms=1, says_datatype=False)
        found += [encode(Payload(BEGIN_MS, (known, data), place)), encode(Payload(1, (data,), 0))]
    found.append(encode(Payload(uuid=COMPRESSED, body=found[0])))
    if VECTORS.is_file():
        with VECTORS.open() as file:
            rows = list(csv.DictReader(file))
        found += [
            base64.b64decode(row["payload_base64"]) for row in rows if "LARGE" not in row["name"]
        ]
    return found


def changed(data: bytes, rng: random.Random) -> bytes:
    """Return the bytes with one or some faults."""
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4])):
        place = rng.randrange(len(out) + 1)
        match rng.randrange(6):
            case 0 if place < len(out):
                out[place] = rng.randrange(256)
            case 1 if place < len(out):
                out[place] ^= 1 << rng.randrange(8)
            case 2:
                del out[place : place + rng.randint(1, 8)]
            case 3:
                out[place:place] = out[: rng.randint(1, 40)]
            case 4:
                out[place:place] = rng.randbytes(rng.randint(1, 12))
            case _:
                del out[place:]
    return bytes(out)


def made_up(rng: random.Random, depth: int = 3) -> bytes:
    """Return random fields of the numbers that Sparkplug uses, nested."""
    out = b""
    for _ in range(rng.randint(0, 6)):
        number = rng.randrange(1, 20)
        if depth and rng.random() < 0.4:
            out += put_bytes(number, made_up(rng, depth - 1))
        elif rng.random() < 0.5:
            out += put_number(number, rng.getrandbits(rng.choice([1, 8, 32, 64])))
        else:
            wire, size = rng.choice([(1, 8), (5, 4)])
            out += put_varint(number << 3 | wire) + rng.randbytes(size)
    return out


def ill_matched(rng: random.Random) -> bytes:
    """Return a payload of metrics whose parts are sound, each by itself."""
    out = put_number(1, BEGIN_MS) + put_number(3, rng.randrange(260))
    for _ in range(rng.randint(1, 4)):
        body = put_bytes(1, rng.choice(["m1", "m2", "a/b", "", "bdSeq", "가", "a//b"]).encode())
        parts = [
            body,
            put_number(2, rng.randrange(4)),
            put_number(3, rng.choice([0, BEGIN_MS, (1 << 64) - 1])),
            put_number(4, rng.randrange(37)),
            put_number(rng.choice([5, 6, 7]), rng.randrange(2)),
            _any_value(rng),
        ]
        kept = [part for part in parts if rng.random() < 0.8]
        rng.shuffle(kept)
        out += put_bytes(2, b"".join(kept))
    return out


def _any_value(rng: random.Random) -> bytes:
    number = rng.randrange(10, 20)
    if number in (10, 11, 14):
        return put_number(number, rng.choice([0, 1, 255, (1 << 32) - 1, rng.getrandbits(64)]))
    if number in (12, 13):
        size, wire = (4, 5) if number == 12 else (8, 1)
        return put_varint(number << 3 | wire) + rng.choice([rng.randbytes(size), b"\xff" * size])
    return put_bytes(number, rng.choice([b"", b"ok\0", b"\3\0\0\0\5", rng.randbytes(8)]))


def read(data: bytes, said: Counter[str]) -> None:
    """Read a payload with all values; what was read and written must be read the same again."""
    try:
        payload = decode(data)
    except BadPayload as error:
        said[f"refused: {error.reason}"] += 1
        return
    said["read"] += 1
    again = decode(encode(payload))
    assert again == payload or again.metrics != again.metrics or _nan(payload), data.hex()
    for each in payload.metrics:
        try:
            each.value()
            said["value"] += 1
        except BadPayload as error:
            said[f"value refused: {error.reason}"] += 1


def _nan(payload: Payload) -> bool:
    return any(each.raw != each.raw for each in payload.metrics)


def receive(machine: Machine, data: bytes, now: Moment, rng: random.Random) -> None:
    """Put a message into the state machine; all that comes out must be fit for the store."""
    out = machine.receive(rng.choice(TOPICS), data, now, "ticket")
    out.add(machine.tick(now))
    for reading in out.readings + out.historical:
        check_reading(reading)
    for refusal in out.refused:
        assert refusal.reason and refusal.points > 0


def main() -> None:
    """Run, and print the table."""
    inputs = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    rng, said, sound = random.Random(seed), Counter[str](), seeds()
    rules = Rules(
        reorder_us=1000, rebirth_every_us=10_000, most_metrics=500, most_held_bytes=1 << 16
    )
    machine, slowest, began = Machine(rules), 0.0, time.perf_counter()
    for place in range(inputs):
        dice = rng.random()
        if dice < 0.5:
            data = changed(rng.choice(sound), rng)
        elif dice < 0.83:
            data = ill_matched(rng)
        else:
            data = made_up(rng) if dice < 0.95 else rng.randbytes(rng.randint(0, 64))
        start = time.perf_counter()
        read(data, said)
        slowest = max(slowest, time.perf_counter() - start)
        if place % 10 == 0:
            # Now and then sound messages, so that there is a session to be harmed.
            sent = rng.choice(sound) if rng.random() < 0.3 else data
            receive(machine, sent, Moment(BEGIN_MS * 1000 + place, place), rng)
    seconds = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{inputs:,} inputs, seed {seed}: no crash; {seconds:.0f} s, {inputs / seconds:,.0f}/s")
    print(f"slowest {slowest * 1000:.1f} ms, memory {memory} MiB")
    for reason, count in said.most_common():
        print(f"{count:>12,}  {reason}")


if __name__ == "__main__":
    main()
