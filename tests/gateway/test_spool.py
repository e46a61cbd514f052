"""The spool: what it acknowledged is there, whatever happened after."""

import asyncio
import os
from pathlib import Path

import pytest

from deungdae.gateway import spool as spools
from deungdae.gateway.sinks import Busy, Message, Quarantined, Unavailable
from deungdae.gateway.spool import Spool, SpooledSequences, read


def message(number: int, size: int = 10) -> Message:
    return Message("o", "s", f"edge:{number}", 1, bytes([number]) * size)


async def fill(folder: Path, count: int) -> int:
    async with Spool(folder) as spool:
        await asyncio.gather(*(spool.store(message(number)) for number in range(1, count + 1)))
        return spool.commits


def names(folder: Path) -> list[str]:
    return [head["batch"] for head, _ in read(folder)]


def test_messages_that_wait_together_share_a_sync(tmp_path: Path) -> None:
    assert asyncio.run(fill(tmp_path, 100)) <= 2
    assert names(tmp_path) == [f"edge:{number}" for number in range(1, 101)]


def test_a_record_that_was_cut_off_is_cut_away_and_the_next_follows(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path, 3))
    (file,) = tmp_path.glob("*.spool")
    os.truncate(file, file.stat().st_size - 1)
    assert names(tmp_path) == ["edge:1", "edge:2"]
    asyncio.run(fill(tmp_path, 1))
    assert names(tmp_path) == ["edge:1", "edge:2", "edge:1"]


def test_a_record_with_a_changed_byte_ends_the_file(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path, 3))
    (file,) = tmp_path.glob("*.spool")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert names(tmp_path) == ["edge:1", "edge:2"]


def test_files_end_and_the_next_one_is_read_after_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "FILE_BYTES", 100)

    async def one_by_one() -> None:
        async with Spool(tmp_path) as spool:
            for number in range(1, 6):
                await spool.store(message(number))

    asyncio.run(one_by_one())
    assert len(list(tmp_path.glob("*.spool"))) > 1
    assert names(tmp_path) == [f"edge:{number}" for number in range(1, 6)]


def test_more_than_may_wait_is_refused_as_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "MOST_WAITING_BYTES", 1000)

    async def too_much() -> list[object]:
        async with Spool(tmp_path) as spool:
            stores = (spool.store(message(number, 600)) for number in (1, 2))
            return list(await asyncio.gather(*stores, return_exceptions=True))

    stored, refused = asyncio.run(too_much())
    assert stored is None
    assert isinstance(refused, Busy)
    assert names(tmp_path) == ["edge:1"]


def test_a_full_disk_is_unavailable_and_leaves_the_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    async def one_of_two() -> None:
        async with Spool(tmp_path) as spool:
            with monkeypatch.context() as patch:
                patch.setattr(os, "fdatasync", full)
                with pytest.raises(Unavailable):
                    await spool.store(message(1))
            await spool.store(message(2))

    asyncio.run(one_of_two())
    assert names(tmp_path) == ["edge:2"]


def test_quarantine_is_kept_with_its_reason(tmp_path: Path) -> None:
    async def keep() -> None:
        async with Spool(tmp_path) as spool:
            await spool.quarantine(Quarantined("o", "s", 5, "tag_length", 2, b"text"))

    asyncio.run(keep())
    ((head, body),) = read(tmp_path)
    assert (head["kind"], head["reason"], head["points"], body) == (
        "quarantine",
        "tag_length",
        2,
        b"text",
    )


def test_the_last_batch_of_each_edge_is_found_in_the_records(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path, 7))
    sequences = SpooledSequences(tmp_path)
    assert asyncio.run(sequences.last("o", "edge")) == 7
    assert asyncio.run(sequences.last("o", "other")) is None
