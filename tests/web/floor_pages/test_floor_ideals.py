"""A past time is held against the ideal cycle that counted then, not against the present one."""

import re
from typing import Any

from floor_monitor import HOUR, now_document, now_us, shift_document

from deungdae.web.floor.shown import sentences
from deungdae.web.floor.shown.documents import Past, Shift
from deungdae.web.floor.shown.ideals import OfAsset, SideBySide, among, of_past


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def test_a_shift_tells_its_own_ideal_and_what_was_said_before_the_rest() -> None:
    ideals = OfAsset(
        20.0,
        [Shift.of({"start": 100, "end": 200, "ideal_seconds": 25.0}), Shift.of({"start": 200,
         "end": 300})],
        [{"until": 50, "seconds": 40.0}, {"until": 250, "seconds": 30.0}],
    )  # fmt: skip
    assert [ideals.at(t) for t in (10, 60, 150, 220, 260)] == [40.0, 30.0, 25.0, 30.0, 20.0]
    assert among(ideals, (10, 60, 220, 260)) == [40.0, 30.0, 20.0]
    assert SideBySide([ideals, OfAsset(20.0)]).at(150) == 1 / (1 / 25 + 1 / 20)


def test_an_ideal_of_then_is_not_said_as_the_present_one() -> None:
    past = Past.of({})
    assert sentences.of_cycles(past, [24.0], 24.0) == "The ideal is set to 24 s."
    assert sentences.of_cycles(past, [24.0], 20.0) == (
        "The ideal was set to 24 s at that time; it is 20 s now."
    )
    assert sentences.of_cycles(past, [24.0, 20.0], 20.0) == (
        "The ideal was set to 24 s at first, to 20 s at last."
    )


def test_a_past_shift_of_a_machine_is_drawn_with_the_ideal_of_its_time(
    floor: Any, enter: Any
) -> None:
    client = enter(floor.house.people["owner"])
    key, start = floor.key(floor.one), now_us() - 48 * HOUR
    floor.monitor.now = {key: now_document(key, ideal_seconds=20.0)}
    floor.monitor.shifts = {
        key: [
            shift_document(key, start) | {"ideal_seconds": 30.0},
            shift_document(key, now_us() - 2 * HOUR) | {"ideal_seconds": 20.0},
        ]
    }
    page = f"/floor/machines/{key}/"
    then = plain(client.get(page, {"span": "shift", "at": str(start)}).content.decode())
    assert "what the ideal cycle of 30 s would give" in then
    assert "The ideal was set to 30 s at that time; it is 20 s now." in then
    now = plain(client.get(page).content.decode())
    assert "what the ideal cycle of 20 s would give" in now
    assert "The ideal is set to 20 s." in now


def test_machines_side_by_side_are_drawn_with_what_was_said_of_each_then(
    floor: Any, enter: Any
) -> None:
    client = enter(floor.house.people["owner"])
    start = now_us() - 48 * HOUR
    for one in (floor.one, floor.two):
        one.ideals = [{"until": start + 20 * HOUR, "seconds": 60.0, "products": {}}]
        one.save()
    keys = [floor.key(one) for one in (floor.one, floor.two, floor.line)]
    floor.monitor.now = {key: now_document(key, ideal_seconds=20.0) for key in keys}
    floor.monitor.shifts = {keys[2]: [shift_document(keys[2], start)]}
    html = client.get(f"/floor/lines/{keys[2]}/", {"span": "shift", "at": str(start)})
    assert "what the ideal cycle of 30 s would give" in plain(html.content.decode())


def test_what_counted_at_the_end_of_a_span_comes_before_what_counts_now() -> None:
    before = [{"until": 50, "seconds": 40.0}, {"until": 500, "seconds": 30.0}]
    told = Past.of({"ideal_seconds": 26.0})  # of the products of then
    assert [of_past(20.0, told, before, 100).at(t) for t in (10, 60)] == [40.0, 26.0]
    assert [of_past(20.0, None, before, 100).at(t) for t in (10, 60, 900)] == [40.0, 30.0, 20.0]
