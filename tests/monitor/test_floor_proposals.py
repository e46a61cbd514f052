"""What a tag may be, from its name and its values."""

import numpy as np
import pytest

from deungdae.analysis.oee import State
from deungdae.monitor.floor.names import rank_of, role_of, state_of, template_of
from deungdae.monitor.floor.proposing import role
from deungdae.monitor.past import Readings

S = 1_000_000


def readings(*values: float | str) -> Readings:
    texts = [value if isinstance(value, str) else None for value in values]
    numbers = [np.nan if isinstance(value, str) else value for value in values]
    times = np.arange(len(values), dtype=np.int64) * S
    return Readings(times, np.array(numbers, float), np.array(texts, object))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("line1/press3/StrokeCount", "counter"),
        ("2라인/사출1/생산수량", "counter"),
        ("2라인/사출1/불량수", "scrap_counter"),
        ("m/spindle_current", "load"),
        ("m/운전상태", "state"),
        ("m/전력량", "energy"),
        ("m/barrel_zone3", None),
    ],
)
def test_names_say_what_a_tag_may_be(tag: str, expected: str | None) -> None:
    assert role_of(tag) == expected


def test_words_say_what_a_state_means() -> None:
    assert state_of("금형교체") is State.SETUP
    assert state_of("AUTO RUN") is State.RUNNING
    assert state_of("비가동") is State.STOPPED
    assert state_of("x7") is None
    assert template_of(["line/m/shots", "line/m/barrel_zone1"]) == "injection"
    # A number belongs to the name of a machine; its line says what it is only where it does not.
    assert template_of(["line1/press1/motor_current"]) == "press"
    assert template_of(["line1/imm1/count"]) == "injection"
    assert template_of(["가공반/press1/current"]) == "press"
    assert template_of(["사출1반/조립기2/count"]) == "assembly"
    assert template_of(["가공반/m1/current"]) == "machining"


def test_a_current_tells_more_than_a_clamp() -> None:
    assert rank_of("m/motor_current", "load") < rank_of("m/clamp_force", "load")


def test_what_rises_by_one_is_a_counter_whatever_it_is_called() -> None:
    found = role("m/x1", readings(*(place // 3 for place in range(60))))
    assert found is not None and found[0] == "counter" and 0.5 < found[1] < 0.9
    named = role("m/shots", readings(*(place // 3 for place in range(60))))
    assert named is not None and named[0] == "counter" and named[1] > 0.9


def test_a_text_is_no_counter_and_a_running_number_no_product() -> None:
    assert role("inspection/불량유형", readings("버", "은줄")) is None
    told = role("inspection/부품번호", readings(*(f"a-{n}" for n in range(40))))
    assert told is not None and told[:2] == ("watched", 0.0)


def test_a_measured_value_without_a_name_is_watched() -> None:
    chance = np.random.default_rng(7)
    values = np.concatenate((chance.normal(5, 0.2, 1500), chance.normal(20, 0.5, 1500)))
    found = role("m/x", readings(*values.tolist()))
    assert found is not None and found[0] == "watched"
    named = role("m/current", readings(*values.tolist()))
    assert named is not None and named[0] == "load" and named[1] > 0.9
