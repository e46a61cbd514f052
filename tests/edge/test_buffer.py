"""The buffer keeps what it took, numbers it once, and counts what it could not keep."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from deungdae.edge.buffer import Buffer, BufferClosed, BufferUnusable
from deungdae.edge.losses import Loss, Overflow
from deungdae.records.batches import Batch
from deungdae.records.readings import Quality, Reading, TagPath, Value

NOON = 1_764_000_000_000_000
N = TagPath("line1/imm3/shots")
CHILD = Path(__file__).with_name("taking.py")
Opens = Callable[..., Buffer]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opens]:
    """Opens the buffer of the test; all are closed in the end."""
    made: list[Buffer] = []

    def open_it(
        when_full: Overflow = Overflow.DROP_OLDEST, edge: str = "e", most_bytes: int = 64 << 20
    ) -> Buffer:
        buffer = Buffer(
            tmp_path / "buffer.sqlite",
            edge,
            most_bytes=most_bytes,
            when_full=when_full,
            clock_us=lambda: NOON,
        )
        made.append(buffer)
        return buffer

    yield open_it
    for buffer in made:
        buffer.close()


def reading(number: Value, second: int = 0) -> Reading:
    return Reading(N, NOON + second * 1_000_000, number, Quality.GOOD, NOON)


def values(body: bytes) -> list[Value]:
    return [reading.value for reading in Batch.decode(body).readings]


def drain(buffer: Buffer, most: int = 10_000) -> list[list[Value]]:
    sent = []
    while (batch := buffer.next_batch(most)) is not None:
        sent.append(values(batch.body))
        buffer.acknowledge(batch.sequence)
    return sent


def test_what_was_taken_comes_out_once_and_in_order(opened: Opens) -> None:
    buffer = opened()
    assert buffer.take("d", [reading(1), reading(2)]) == 2
    assert buffer.take("d", [reading(3)]) == 1
    assert drain(buffer) == [[1, 2, 3]]
    standing = buffer.standing()
    assert (standing.taken, standing.acknowledged, standing.waiting) == (3, 3, 0)
    assert standing.waiting_bytes == 0


def test_a_batch_is_the_same_bytes_until_it_is_acknowledged(opened: Opens) -> None:
    buffer = opened()
    buffer.take("d", [reading(1)])
    first = buffer.next_batch(100)
    buffer.take("d", [reading(2)])
    assert first is not None
    assert buffer.next_batch(100) == first
    buffer.acknowledge(first.sequence + 7)
    assert buffer.next_batch(100) == first
    buffer.close()
    again = opened()
    assert again.next_batch(100) == first
    again.acknowledge(first.sequence)
    second = again.next_batch(100)
    assert second is not None
    assert second.sequence == first.sequence + 1
    assert values(second.body) == [2]


def test_a_new_buffer_does_not_number_again_from_where_a_lost_one_began(opened: Opens) -> None:
    buffer = opened()
    buffer.take("d", [reading(1)])
    batch = buffer.next_batch(1)
    assert batch is not None
    assert batch.sequence == NOON // 1000


def test_after_an_outage_newest_and_oldest_take_turns(opened: Opens) -> None:
    buffer = opened()
    for number in range(8):
        buffer.take("d", [reading(number)])
    sent = []
    for number in range(100, 104):  # while the machine goes on
        batch = buffer.next_batch(2)
        assert batch is not None
        sent.append(values(batch.body))
        buffer.acknowledge(batch.sequence)
        buffer.take("d", [reading(number)])
    assert sent == [[6, 7], [0, 1], [100, 101], [2, 3]]
    assert sorted(v for part in drain(buffer, 2) for v in part if v is not None) == [
        4,
        5,
        102,
        103,
    ]


@cache
def text(sign: str) -> tuple[Reading, ...]:
    """16 texts of 60 kB, which gzip shrinks to about 0.6 MB."""
    noise = random.Random(sign)
    signs = [chr(number) for number in range(0x4E00, 0x9FA5)]
    return tuple(reading("".join(noise.choices(signs, k=20_000))) for _ in range(16))


def test_a_full_buffer_drops_the_oldest_and_counts_them(opened: Opens) -> None:
    buffer = opened(Overflow.DROP_OLDEST, most_bytes=2 << 20)
    for sign in "abcd":
        assert buffer.take("d", text(sign)) == 16
    standing = buffer.standing()
    assert standing.waiting_bytes <= 2 << 20
    (lost,) = standing.losses
    assert (lost.source, lost.reason) == ("buffer", Loss.OVERFLOW_OLDEST)
    assert lost.readings > 0
    assert standing.taken == standing.waiting + lost.readings == 4 * 16
    kept = {v for part in drain(buffer) for v in part}
    assert all(reading.value in kept for reading in text("d"))
    assert not any(reading.value in kept for reading in text("a"))


def test_a_full_buffer_refuses_the_new_and_counts_them(opened: Opens) -> None:
    buffer = opened(Overflow.REFUSE_NEW, most_bytes=2 << 20)
    kept = sum(buffer.take("d", text(sign)) for sign in "abcd")
    standing = buffer.standing()
    assert 0 < kept < 4 * 16
    assert standing.taken == kept
    assert [(lost.source, lost.reason, lost.readings) for lost in standing.losses] == [
        ("d", Loss.OVERFLOW_NEW, 4 * 16 - kept)
    ]


@pytest.mark.parametrize(
    ("when_full", "bookmarks"), [(Overflow.WAIT, None), (Overflow.REFUSE_NEW, {"file": "9"})]
)
def test_who_waits_for_room_goes_on_when_there_is_some(
    opened: Opens, when_full: Overflow, bookmarks: dict[str, str] | None
) -> None:
    buffer = opened(when_full, most_bytes=2 << 20)
    for sign in "abcd":
        if buffer.standing().waiting_bytes + (1 << 20) > 2 << 20:
            break
        buffer.take("d", text(sign))
    done = threading.Event()

    def take() -> None:
        buffer.take("d", text("a") + text("b"), bookmarks)
        done.set()

    thread = threading.Thread(target=take)
    thread.start()
    assert not done.wait(0.05)
    drain(buffer)
    thread.join(timeout=20)
    assert done.is_set()
    assert buffer.standing().losses == ()


def test_who_waits_for_room_is_let_go_at_the_end(opened: Opens) -> None:
    buffer = opened(Overflow.WAIT, most_bytes=2 << 20)
    ended: list[type] = []

    def take() -> None:
        try:
            while True:
                buffer.take("d", text("a"))
        except BufferClosed:
            ended.append(BufferClosed)

    thread = threading.Thread(target=take)
    thread.start()
    while buffer.standing().waiting_bytes < 1 << 20:
        thread.join(0.01)
    buffer.close()
    thread.join(timeout=20)
    assert ended == [BufferClosed]


def test_what_cannot_be_kept_is_counted_by_its_reason(opened: Opens) -> None:
    buffer = opened()
    odd = [reading(float("nan")), reading(1 << 70), Reading(N, 1 << 62, 1.0), reading("a" * 70_000)]
    assert buffer.take("d", [*odd, reading(1)]) == 1
    assert {(lost.source, lost.reason, lost.readings) for lost in buffer.standing().losses} == {
        ("d", "not_finite", 1),
        ("d", "int_out_of_range", 1),
        ("d", "time_out_of_range", 1),
        ("d", "text_length", 1),
    }
    assert drain(buffer) == [[1]]


def test_a_bookmark_is_kept_with_its_readings(opened: Opens) -> None:
    buffer = opened()
    assert buffer.bookmark("files", "a.csv") is None
    buffer.take("files", [reading(1)], {"a.csv": "120"})
    buffer.close()
    assert opened().bookmark("files", "a.csv") == "120"


def test_a_batch_that_the_server_calls_unreadable_is_counted_as_lost(opened: Opens) -> None:
    buffer = opened()
    buffer.take("d", [reading(1), reading(2)])
    batch = buffer.next_batch(10)
    assert batch is not None
    buffer.set_aside(batch.sequence)
    standing = buffer.standing()
    assert [(lost.reason, lost.readings) for lost in standing.losses] == [(Loss.REFUSED, 2)]
    assert (standing.acknowledged, standing.waiting) == (0, 0)


def test_two_agents_cannot_share_a_buffer(opened: Opens) -> None:
    buffer = opened()
    buffer.take("d", [reading(1)])
    with pytest.raises(BufferUnusable, match="another agent"):
        opened()


def test_a_buffer_belongs_to_one_edge(opened: Opens) -> None:
    opened(edge="press-shop").close()
    with pytest.raises(BufferUnusable, match="press-shop"):
        opened(edge="paint-shop")


def test_the_clock_error_is_recorded(opened: Opens) -> None:
    buffer = opened()
    assert buffer.clock_error() is None
    buffer.keep_clock_error(-32_400_000_000, 1500)
    assert buffer.clock_error() == (-32_400_000_000, 1500)


def test_nothing_taken_is_lost_and_no_number_used_twice_when_killed(tmp_path: Path) -> None:
    path = tmp_path / "buffer.sqlite"
    taken: set[int] = set()
    sent: dict[str, set[str]] = {}
    for round_ in range(8):
        child = subprocess.Popen(
            [sys.executable, CHILD, path, str(round_ * 1_000_000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        with child, child.stdout as lines:
            for number, line in enumerate(lines):
                # Each round is killed at another place; what was printed before still counts.
                if number == 15 + 7 * round_:
                    child.kill()
                what, *rest = line.split()
                if not line.endswith("\n"):
                    continue
                if what == "taken":
                    taken.add(int(rest[0]))
                else:
                    sent.setdefault(rest[0], set()).add(rest[1])
    buffer = Buffer(path, "e", most_bytes=64 << 20, when_full=Overflow.WAIT, clock_us=lambda: NOON)
    waiting = [v for part in drain(buffer) for v in part]
    buffer.close()
    assert len(taken) > 40
    assert len(sent) > 8
    assert all(len(bodies) == 1 for bodies in sent.values()), "one number, two contents"
    came = [v for (body,) in sent.values() for v in values(bytes.fromhex(body))] + waiting
    assert taken <= set(came)


def test_a_full_disk_is_counted_and_the_agent_goes_on_when_there_is_room(opened: Opens) -> None:
    buffer = opened(Overflow.REFUSE_NEW)
    kept = buffer.take("d", text("a"))
    # SQLite answers exactly as on a full disk when its file may not grow.
    (pages,) = buffer._db.execute("PRAGMA page_count").fetchone()
    buffer._db.execute(f"PRAGMA max_page_count={pages + 2}")
    assert buffer.take("d", text("b")) == 0
    (lost,) = buffer.standing().losses
    assert (lost.reason, lost.readings) == (Loss.DISK, 16)
    done = threading.Event()

    def patient() -> None:
        buffer.take("files", text("c"), {"a.csv": "9"})
        done.set()

    thread = threading.Thread(target=patient)
    thread.start()
    assert not done.wait(0.1)
    with buffer._room:
        buffer._db.execute("PRAGMA max_page_count=100000")
    thread.join(timeout=20)
    assert done.is_set()
    standing = buffer.standing()
    assert standing.taken == kept + 16
    assert [(lost.reason, lost.readings) for lost in standing.losses] == [(Loss.DISK, 16)]
    assert buffer.bookmark("files", "a.csv") == "9"
