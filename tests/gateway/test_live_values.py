"""What is told of points as they pass: the newest of each tag, and what came before it at once."""

import json
from collections import Counter
from typing import Any

import pyarrow as pa
from points_for_tests import START_US, rows

from deungdae.gateway.writing.live import MOST_BYTES, tellings

S = 1_000_000
NOW_US = START_US + 600 * S


def with_values(table: pa.Table, values: list[float]) -> pa.Table:
    return table.set_column(5, table.schema.field("value"), pa.array(values))


def with_texts(table: pa.Table, texts: list[str]) -> pa.Table:
    count = table.num_rows
    table = table.set_column(5, table.schema.field("value"), pa.nulls(count, pa.float64()))
    table = table.set_column(6, table.schema.field("text"), pa.array(texts))
    return table.set_column(7, table.schema.field("kind"), pa.array([3] * count, pa.int8()))


def told(*tables: pa.Table, now_us: int = NOW_US) -> list[tuple[str, dict[str, Any]]]:
    points = pa.concat_tables(tables).unify_dictionaries()
    return [(whose, json.loads(text)) for whose, text in tellings(points, now_us)]


def test_tags_that_came_once_are_told_as_ever() -> None:
    ours, theirs = rows(0, 1, tag="a"), rows(7, 1, tag="a", organisation="가온정밀")
    assert told(ours, rows(3, 1, tag="b"), theirs) == [
        ("등대전자", {"points": [["a", START_US, 0.0, 192], ["b", START_US + 3 * S, 3.0, 192]]}),
        ("가온정밀", {"points": [["a", START_US + 7 * S, 7.0, 192]]}),
    ]


def test_a_spike_and_a_short_stop_within_one_batch_are_told_before_the_newest() -> None:
    spike = with_values(rows(0, 4, tag="a"), [20.0, 95.0, 21.0, 22.0])
    stop = with_texts(rows(1, 3, tag="s"), ["run", "halt", "run"])
    [(_, message)] = told(spike.slice(2), spike.slice(0, 2), stop, rows(2, 1, tag="c"))
    assert sorted(point[:3] for point in message["points"]) == [
        ["a", START_US + 3 * S, 22.0],
        ["c", START_US + 2 * S, 2.0],
        ["s", START_US + 3 * S, "run"],
    ]
    assert [[tag, (at - START_US) // S, value] for tag, at, value, _ in message["before"]] == [
        ["a", 0, 20.0],
        ["a", 1, 95.0],
        ["s", 1, "run"],
        ["a", 2, 21.0],
        ["s", 2, "halt"],
    ]


def test_what_is_older_than_ten_minutes_is_history_but_for_the_newest() -> None:
    [(_, message)] = told(rows(0, 5), now_us=START_US + 603 * S)
    assert [point[2] for point in message["points"]] == [4.0]
    assert [point[2] for point in message["before"]] == [3.0]
    [(_, message)] = told(rows(0, 5), now_us=START_US + 700 * S)
    assert [point[2] for point in message["points"]] == [4.0] and "before" not in message


def test_of_very_many_points_the_first_and_the_extremes_are_told() -> None:
    values = [50.0] * 500
    values[123], values[321] = 99.0, -5.0
    words = ["run"] * 500
    words[250] = "halt"
    tables = [
        with_values(rows(0, 500, tag="a"), values),
        with_texts(rows(0, 500, tag="s"), words),
        rows(498, 2, tag="few"),
    ]
    [(_, message)] = told(*tables)
    counts = Counter(point[0] for point in message["before"])
    assert counts["few"] == 1 and counts["a"] <= 65 and counts["s"] <= 65
    assert message["before"][0][:3] == ["a", START_US, 50.0]
    of_a = {value for tag, _, value, _ in message["before"] if tag == "a"}
    assert of_a == {50.0, 99.0, -5.0}
    assert ["s", START_US + 250 * S, "halt", 192] in message["before"]


def test_long_texts_make_more_messages_each_with_what_belongs_to_its_tags() -> None:
    long = "가" * (MOST_BYTES // 12)
    tables = [with_texts(rows(0, 2, tag=tag), [long, long]) for tag in "abcd"]
    messages = [message for _, message in told(*tables)]
    assert len(messages) > 1
    for message in messages:
        assert len(json.dumps(message, ensure_ascii=False).encode()) <= MOST_BYTES + 100
        tags = {point[0] for point in message["points"]}
        assert {point[0] for point in message["before"]} == tags
    assert sum(len(message["points"]) for message in messages) == 4
