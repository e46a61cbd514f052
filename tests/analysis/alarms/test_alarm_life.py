"""The life of one alarm, by hand and for any order of events."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deungdae.analysis.alarms import Change, Event, Life, Occurrence, State, Verdict, stands, waits
from deungdae.analysis.alarms.life import Ended
from deungdae.analysis.alarms.states import HOLDS, LATCHING, PLAIN, RAISED


class Lived(NamedTuple):
    """What a life went through."""

    life: Life
    changes: list[Change]
    ended: list[Occurrence]


def lived(life: Life, *events: tuple[Event, int] | tuple[Event, int, int]) -> Lived:
    changes: list[Change] = []
    ended: list[Occurrence] = []
    for event, at, *until in events:
        out = life.after(event, at, until_us=until[0] if until else None)
        life = out.life
        changes += out.changes
        ended += out.ended
    return Lived(life, changes, ended)


def test_an_alarm_comes_is_acknowledged_and_goes() -> None:
    life, changes, ended = lived(
        Life("hot"), (Event.COME, 10), (Event.ACKNOWLEDGE, 20), (Event.GO, 30)
    )
    assert [change.after for change in changes] == [
        State.UNACKNOWLEDGED,
        State.ACKNOWLEDGED,
        State.NORMAL,
    ]
    assert [change.tells for change in changes] == [True, False, False]
    assert life.state is State.NORMAL and life.current is None
    only = ended[0]
    assert (only.raised_us, only.acknowledged_us, only.gone_us, only.ended_us) == (10, 20, 30, 30)
    assert only.ended is Ended.CLEARED
    assert only.judged(Verdict.FALSE).verdict is Verdict.FALSE


def test_a_condition_that_flutters_before_anybody_looked_is_told_once() -> None:
    flutter = [(Event.COME if at % 2 else Event.GO, at) for at in range(1, 20)]
    life, changes, ended = lived(Life("door"), *flutter)
    assert sum(change.tells for change in changes) == 1
    assert life.current is not None and len(life.current.comings) == 10
    assert not ended
    assert waits(life)


def test_one_that_flutters_for_months_is_counted_but_does_not_grow() -> None:
    # It comes at 1, 3, 5, … and so the 2500th time at 4999.
    flutter = [(Event.COME if at % 2 else Event.GO, at) for at in range(1, 5_000)]
    one = lived(Life("door"), *flutter).life.current
    assert one is not None
    assert (one.came, one.left_out, len(one.comings)) == (2_500, 1_500, 1_000)
    assert (one.comings[0], one.comings[1], one.comings[-1]) == (1, 3_003, 4_999)
    assert one.gone_us is None


def test_one_that_latches_stays_until_a_person_resets_it() -> None:
    latching = Life("stop", latching=True)
    events = (Event.COME, 1), (Event.GO, 2), (Event.ACKNOWLEDGE, 3)
    life = lived(latching, *events).life
    assert life.state is State.LATCHED and stands(life) and not waits(life)
    assert lived(life, (Event.RESET, 4)).life.state is State.NORMAL
    again = lived(life, (Event.COME, 4))
    assert again.ended[0].ended is Ended.AGAIN
    assert again.life.number == 2
    assert again.changes[0].tells


def test_a_shelf_has_an_end_and_what_still_stands_then_is_a_new_alarm() -> None:
    events = (Event.COME, 1), (Event.ACKNOWLEDGE, 2), (Event.SHELVE, 3, 100)
    shelved = lived(Life("hot"), *events)
    assert shelved.life.state is State.SHELVED
    assert shelved.ended[0].ended is Ended.HELD
    assert not shelved.life.lapsed(99).changes
    out = shelved.life.lapsed(150)
    assert out.life.state is State.UNACKNOWLEDGED
    assert (out.changes[0].at_us, out.changes[0].number, out.changes[0].tells) == (100, 2, True)
    gone = lived(shelved.life, (Event.GO, 50)).life.lapsed(150)
    assert gone.life.state is State.NORMAL and not gone.changes[0].tells


def test_one_hold_hides_another_and_both_must_end() -> None:
    life = lived(Life("hot"), (Event.SHELVE, 1, 10), (Event.SUPPRESS, 2), (Event.COME, 3)).life
    assert life.state is State.SUPPRESSED
    assert lived(life, (Event.UNSUPPRESS, 4)).life.state is State.SHELVED
    assert life.lapsed(20).life.state is State.SUPPRESSED
    assert lived(life, (Event.UNSUPPRESS, 20)).life.state is State.UNACKNOWLEDGED


def test_one_that_asks_nobody_ends_with_its_condition() -> None:
    life, _, ended = lived(Life("note", asks=False), (Event.COME, 1), (Event.GO, 5))
    assert life.state is State.NORMAL and ended[0].acknowledged_us is None


def test_the_second_to_acknowledge_changes_nothing() -> None:
    life = lived(Life("hot"), (Event.COME, 1), (Event.ACKNOWLEDGE, 2)).life
    out = life.after(Event.ACKNOWLEDGE, 3)
    assert out.life == life and not out.changes


def test_shelving_without_end_and_events_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="lies ahead"):
        Life("hot").after(Event.SHELVE, 5)
    with pytest.raises(ValueError, match="lies ahead"):
        Life("hot").after(Event.SHELVE, 5, until_us=5)
    with pytest.raises(ValueError, match="follow one another"):
        lived(Life("hot"), (Event.COME, 5), (Event.GO, 4))


steps = st.lists(st.tuples(st.sampled_from(Event), st.integers(0, 5), st.integers(1, 12)))


@given(steps, st.booleans(), st.booleans())
def test_no_order_of_events_leads_out_of_the_table(
    taken: list[tuple[Event, int, int]], latching: bool, asks: bool
) -> None:
    table = LATCHING if latching else PLAIN
    life, now = Life("any", latching=latching, asks=asks), 0
    ended: list[Occurrence] = []
    told: list[int] = []
    for event, wait, length in taken:
        now += wait
        lapsed = life.lapsed(now)
        before, out = lapsed.life, lapsed.life.after(event, now, until_us=now + length)
        assert life.after(event, now, until_us=now + length).life == out.life
        life = out.life
        # Without a hold on either side, the step is the table's, or nothing happened.
        if not before.holds and not life.holds:
            usual = table.get((before.state, event), before.state)
            if usual is State.RETURNED and not asks:
                usual = State.NORMAL
            assert life.state is usual
        assert life.state in HOLDS if life.holds else life.state in RAISED | {State.NORMAL}
        assert (life.current is not None) is stands(life)
        if life.state in (State.UNACKNOWLEDGED, State.ACKNOWLEDGED):
            assert life.active
        elif stands(life) or life.state is State.NORMAL:
            assert not life.active
        assert (life.shelved_until_us is None) is (State.SHELVED not in life.holds)
        ended += [*lapsed.ended, *out.ended]
        told += [change.number for change in (*lapsed.changes, *out.changes) if change.tells]
    # Every one that was raised was told once, and has ended or stands.
    assert told == list(range(1, life.number + 1))
    standing = [] if life.current is None else [life.current]
    assert [one.number for one in ended + standing] == told
    assert all(one.ended_us is not None and one.ended_us >= one.raised_us for one in ended)
