"""What a proposed good period says of its stops, though the picture's parts are longer."""

from deungdae.monitor.watches.previews import stops_between

MINUTE = 60_000_000


def test_a_stop_that_is_shorter_than_a_part_of_the_picture_is_counted() -> None:
    ran = [(0, 60 * MINUTE), (67 * MINUTE, 200 * MINUTE), (212 * MINUTE, 300 * MINUTE)]
    assert stops_between(ran, 0, 300 * MINUTE) == 2
    assert stops_between(ran, 70 * MINUTE, 300 * MINUTE) == 1
    assert stops_between(ran, 0, 320 * MINUTE) == 3  # it stands at the end, too


def test_what_is_shorter_than_a_minute_and_time_before_it_ran_are_no_stops() -> None:
    ran = [(10 * MINUTE, 60 * MINUTE), (60 * MINUTE + MINUTE // 2, 90 * MINUTE)]
    assert stops_between(ran, 0, 90 * MINUTE) == 0
    assert stops_between(None, 0, 90 * MINUTE) == 0
