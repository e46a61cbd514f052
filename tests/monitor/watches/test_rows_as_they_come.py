"""When a row of live values is scored: once it is whole and the machine's state is known."""

import numpy as np
import pytest

from deungdae.analysis.watching import learn
from deungdae.monitor.watches.arriving import ALIKE_ROWS, Arriving
from deungdae.monitor.watches.following import LATE_US, Followed
from deungdae.monitor.watches.wanted import Grid, Wanted

S = 1_000_000
ROWS = 600
TAGS = ("pump/speed", "pump/power")
T = 1_795_348_800 * S
ON_THE_WAY = S // 10
FIRST = T // S


def pump(rows: int) -> np.ndarray:
    chance = np.random.default_rng(1)
    speed = np.sin(np.arange(rows) / 20) + chance.normal(0, 0.1, rows)
    return np.column_stack((speed, 2 * speed + chance.normal(0, 0.1, rows)))


@pytest.fixture
def followed() -> Followed:
    values = pump(ROWS)
    watch = learn("relations", values, TAGS, 0, 86_400, 1 / 86_400)
    wanted = Wanted("", None, TAGS, T - ROWS * S, T, (), 7.0, "relations", "UTC", 1)
    return Followed(watch, wanted, Grid(S, 0), 1.0, values, FIRST)


def read(followed: Followed, row: int, *, tags: tuple[str, ...] = TAGS) -> int:
    """Let the tags be read at the beginning of a row; return when that came."""
    at = T + row * S
    for tag, value in zip(TAGS, pump(ROWS)[row], strict=True):
        if tag in tags:
            followed.hear(tag, at, value, at + ON_THE_WAY)
    return at + ON_THE_WAY


def steady(followed: Followed) -> int:
    """Let some rows be alike, and be closed; return the number of the next."""
    rows = ALIKE_ROWS + 1
    for row in range(rows):
        read(followed, row)
    assert len(followed.pass_on(T + rows * S + LATE_US + ON_THE_WAY)) == rows
    return rows


def test_a_row_is_scored_as_soon_as_each_tag_has_been_read(followed: Followed) -> None:
    row = steady(followed)
    came = read(followed, row, tags=TAGS[:1])
    assert followed.pass_on(came) == []
    came = read(followed, row, tags=TAGS[1:])
    (scored,) = followed.pass_on(came)
    assert scored.score is not None
    assert scored.end_us == T + (row + 1) * S  # nine tenths of a second before its end


def test_where_the_state_is_known_it_is_waited_for(followed: Followed) -> None:
    row = steady(followed)
    followed.state(True, T)
    came = read(followed, row)
    assert followed.pass_on(came + LATE_US - 1) == []
    # The machine stopped a moment after it was read: its row is no anomaly, and no score.
    followed.state(False, came)
    (stood,) = followed.pass_on(came + LATE_US)
    assert stood.score is None


def test_a_row_that_is_not_whole_is_scored_after_its_end(followed: Followed) -> None:
    row = steady(followed)
    read(followed, row, tags=TAGS[:1])
    over = T + (row + 1) * S + LATE_US
    assert followed.pass_on(over + ON_THE_WAY // 2) == []
    (scored,) = followed.pass_on(over + ON_THE_WAY)
    assert scored.score is not None  # the other tag stands as it was


def test_that_there_is_no_score_any_more_is_said_once(followed: Followed) -> None:
    row = steady(followed)
    said = []
    for late in range(1, 31):
        followed.pass_on(T + (row + late) * S + LATE_US + ON_THE_WAY)
        if followed.lost():
            said.append(late)
    # Ten rows in which a value stands for those that are lacking, and ten without a score.
    assert said == [21]
    read(followed, row + 30)
    followed.pass_on(T + (row + 31) * S + LATE_US + ON_THE_WAY)
    assert not followed.lost()


def test_tags_that_speak_now_and_then_are_waited_for(followed: Followed) -> None:
    for row in range(20):
        read(followed, row, tags=TAGS if row % 2 else TAGS[:1])
        closed = followed.pass_on(T + row * S + ON_THE_WAY)
        assert all(one.end_us <= T + row * S for one in closed)


def test_tags_that_say_nothing_close_no_row_before_its_time(followed: Followed) -> None:
    steady(followed)
    now = T + 60 * S
    ends = [one.end_us for one in followed.pass_on(now)]
    assert max(ends) <= now - LATE_US


def test_a_value_for_a_row_that_is_closed_stands_until_the_next_has_its_own() -> None:
    arriving = Arriving(2)
    arriving.put(7, 0, 1.0, 0)
    arriving.put_off(7, 0, 9.0)
    arriving.put_off(7, 1, 2.0)
    arriving.put_off(8, 0, 3.0)
    arriving.put(8, 0, 4.0, 0)
    assert arriving.take(7).tolist() == [1.0, 2.0]
    assert arriving.take(8)[0] == 4.0


def test_a_second_value_in_a_row_counts_and_is_waited_for_from_then_on() -> None:
    arriving = Arriving(1)
    for row in range(ALIKE_ROWS + 1):
        arriving.put(row, 0, 1.0, row)
        arriving.put(row, 0, 2.0, row)
        assert arriving.take(row).tolist() == [2.0]
    arriving.put(9, 0, 1.0, 10)
    assert arriving.whole_since(9) is None
    arriving.put(9, 0, 2.0, 11)
    assert arriving.whole_since(9) == 11
