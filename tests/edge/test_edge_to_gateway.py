"""The agent's sender and the gateway itself: they agree on every word between them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway_site import NOW_NS, TOKEN, Site, site, start

from deungdae.edge.buffer import Buffer
from deungdae.edge.losses import Overflow
from deungdae.edge.sending import Link, Sender
from deungdae.edge.uplink import Uplink
from deungdae.records.readings import Reading, tag_path

__all__ = ["site", "start"]

AHEAD_US = 32_400_000_000  # the agent's clock is 9 hours ahead of the gateway's
TAG = tag_path("line1/imm3/melt")


def clock_us() -> int:
    return NOW_NS // 1000 + AHEAD_US


@pytest.fixture
def buffer(tmp_path: Path) -> Iterator[Buffer]:
    made = Buffer(
        tmp_path / "b.sqlite",
        "press-shop",
        most_bytes=64 << 20,
        when_full=Overflow.DROP_OLDEST,
        clock_us=clock_us,
    )
    yield made
    made.close()


def sender(buffer: Buffer, url: str, folder: Path, token: str = TOKEN) -> tuple[Sender, Uplink]:
    uplink = Uplink(url, token, ca_file=None, timeout_seconds=20, clock_us=clock_us)
    made = Sender(buffer, uplink, most_readings=100, every_seconds=1.0, aside=folder / "refused")
    return made, uplink


def test_readings_arrive_once_and_the_clock_error_is_measured(
    buffer: Buffer, site: Site, tmp_path: Path
) -> None:
    sending, uplink = sender(buffer, site.url, tmp_path)
    for number in range(3):
        buffer.take("d", [Reading(TAG, 1_764_000_000_000_000 + number, float(number))])
        sending.step()
    uplink.close()
    assert sending.state == (Link.SENDING, None)
    assert [row["value"] for row in site.rows()] == [0.0, 1.0, 2.0]
    assert buffer.standing().waiting == 0
    assert buffer.clock_error() == (AHEAD_US, 0)


def test_a_batch_that_the_gateway_has_lost_sight_of_is_a_gap_that_heals(
    buffer: Buffer, site: Site, tmp_path: Path
) -> None:
    sending, uplink = sender(buffer, site.url, tmp_path)
    buffer.take("d", [Reading(TAG, 1_764_000_000_000_000, 1.0)])
    sending.step()
    buffer.take("d", [Reading(TAG, 1_764_000_000_000_001, 2.0)])
    gone: Any = buffer.next_batch(100)
    buffer.set_aside(gone.sequence)
    buffer.take("d", [Reading(TAG, 1_764_000_000_000_002, 3.0)])
    assert sending.step() == 0
    sending.step()
    uplink.close()
    assert [row["value"] for row in site.rows()] == [1.0, 3.0]


def test_a_revoked_token_keeps_everything(buffer: Buffer, site: Site, tmp_path: Path) -> None:
    sending, uplink = sender(buffer, site.url, tmp_path, token="another")
    buffer.take("d", [Reading(TAG, 1_764_000_000_000_000, 1.0)])
    sending.step()
    uplink.close()
    assert sending.state.link is Link.REFUSED
    assert buffer.standing().waiting == 1
