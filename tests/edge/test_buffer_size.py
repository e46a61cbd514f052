"""How much disk the waiting readings take."""

from pathlib import Path

from deungdae.edge.buffer import Buffer
from deungdae.edge.losses import Overflow
from deungdae.records.readings import Reading, tag_path

NOON = 1_764_000_000_000_000


def test_a_value_that_waits_takes_less_than_16_bytes(
    tmp_path: Path,
) -> None:
    buffer = Buffer(
        tmp_path / "b.sqlite",
        "e",
        most_bytes=64 << 20,
        when_full=Overflow.WAIT,
        clock_us=lambda: NOON,
    )
    tags = [tag_path(f"line{n % 3}/imm{n % 20}/tag{n}") for n in range(1000)]
    for second in range(10):
        at = NOON + second * 1_000_000
        buffer.take(
            "d", [Reading(t, at, round(20 + n / 7 + second / 3, 2)) for n, t in enumerate(tags)]
        )
    standing = buffer.standing()
    buffer.close()
    assert standing.waiting == 10_000
    assert standing.waiting_bytes < 10_000 * 16, "an hour would take more than 58 MB"
