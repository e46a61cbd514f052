"""Two machines, one with straight relations and one whose tags bend: who watches them best."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from deungdae.analysis.anomaly import Monitor, TooLittle
from deungdae.analysis.watching import (
    Choice,
    NotKept,
    Trial,
    by_chance,
    choose,
    from_arrays,
    learn,
    to_arrays,
)
from deungdae.analysis.watching.choosing import tried

BUDGET = 1 / 1_000
DAY = 8_640


def straight(seed: int, rows: int = 3_000) -> NDArray[np.float64]:
    """Six tags, each a mixture of the same three causes."""
    chance = np.random.default_rng(seed)
    causes = np.zeros((rows, 3))
    for at in range(1, rows):
        causes[at] = 0.95 * causes[at - 1] + chance.normal(0, 0.3, 3)
    mixture = np.random.default_rng(99).normal(0, 1, (3, 6))
    return causes @ mixture + chance.normal(0, 0.4, (rows, 6))


def bent(seed: int, rows: int = 3_000) -> NDArray[np.float64]:
    """Speed; power by its square; a sine of it; two products, and a flow that depends on both."""
    chance = np.random.default_rng(seed)
    speed = np.zeros(rows)
    for at in range(1, rows):
        speed[at] = 0.97 * speed[at - 1] + chance.normal(0, 0.24)
    product = np.arange(rows) // 150 % 2
    return np.column_stack(
        (
            speed,
            speed**2 + chance.normal(0, 0.15, rows),
            np.sin(1.5 * speed) + chance.normal(0, 0.1, rows),
            3.0 * product + chance.normal(0, 0.05, rows),
            np.where(product > 0, 2 * speed, -speed) + chance.normal(0, 0.2, rows),
        )
    )


@pytest.fixture(scope="module")
def of_straight() -> Choice:
    return choose(straight(1), tuple("abcdef"), 0, DAY, BUDGET)


@pytest.fixture(scope="module")
def of_bent() -> Choice:
    return choose(bent(1), ("speed", "power", "sine", "product", "flow"), 0, DAY, BUDGET)


def test_straight_relations_are_watched_by_canonical_variates(of_straight: Choice) -> None:
    assert of_straight.watch.method == "relations"


def test_relations_that_bend_are_watched_by_neighbours(of_bent: Choice) -> None:
    assert of_bent.watch.method == "neighbours"
    assert of_bent.reason == "best"
    relations, neighbours, _ = of_bent.trials
    assert neighbours.share > relations.share + 0.2


def test_each_trial_says_what_was_planted_and_what_was_found(of_bent: Choice) -> None:
    trial = of_bent.trials[1]
    # Six of each kind in each quarter.
    assert [(one.kind, one.planted) for one in trial.kinds] == [
        (kind, 24) for kind in ("shift", "drift", "spike", "stuck", "decoupled")
    ]
    assert all(one.found <= one.planted for one in trial.kinds)
    # Three false alarms in 3,000 rows; one in four quarters where the greatest score is the limit.
    assert trial.steps * BUDGET <= trial.allowed <= trial.steps * BUDGET + 1


@pytest.mark.parametrize(("allowed", "most"), [(0.04, 0), (0.06, 1), (1.0, 3), (1.2, 3), (7, 12)])
def test_more_false_alarms_than_one_time_in_twenty_brings_are_no_chance(
    allowed: float, most: int
) -> None:
    assert by_chance(allowed) == most
    assert Trial("relations", false_alarms=most, allowed=allowed).keeps_the_budget
    assert not Trial("relations", false_alarms=most + 1, allowed=allowed).keeps_the_budget


def test_nothing_is_judged_while_the_machine_stands() -> None:
    values = straight(1)
    whole = tried("relations", values, tuple("abcdef"), 0, DAY, BUDGET)
    # It breaks just before it stops: the last value stands for those that are lacking.
    values[1_500] += 40.0 * np.array([1, -1, 1, -1, 1, -1])
    values[1_501:1_530] = np.nan
    trial = tried("relations", values, tuple("abcdef"), 0, DAY, BUDGET)
    assert np.isnan(trial.held_out[1_501:1_530]).all()
    assert trial.held_out[1_500] > 1
    assert trial.steps == np.isfinite(trial.held_out).sum() <= whole.steps - 29


def test_a_method_that_cannot_learn_so_short_a_period_says_why(of_bent: Choice) -> None:
    assert of_bent.trials[2].method == "seasons"
    assert of_bent.trials[2].problem == "at least 28 days are needed"


def test_a_bent_relation_that_breaks_is_found_and_the_tag_is_blamed(of_bent: Choice) -> None:
    values = bent(2, 600)
    # The power meter reads one of its spreads high.
    values[300:, 1] += np.std(values[:, 1])
    scores = of_bent.watch.score(values, 0).relations
    assert np.mean(scores[310:] > of_bent.watch.limit.score) > 0.8
    assert of_bent.watch.blame(values, 0, 250)[0].name == "power"


def test_a_slow_tag_that_leaves_its_range_is_found_though_no_relation_breaks() -> None:
    # The heater wanders slowly by itself: it is part of the machine's state.
    chance = np.random.default_rng(7)
    values = np.zeros((3_500, 3))
    for at in range(1, len(values)):
        values[at] = (0.5, 0.5, 0.99) * values[at - 1] + chance.normal(0, (1, 1, 0.1))
    watch = learn("relations", values[:3_000], ("a", "b", "heater"), 0, DAY, BUDGET)
    later = values[3_000:].copy()
    later[200:, 2] += np.linspace(0, 12 * np.std(values[:3_000, 2]), 300)
    scores = watch.score(later, 0).relations
    assert np.mean(scores[:200] > 1) < 0.05
    assert np.mean(scores[400:] > 1) > 0.9
    assert watch.blame(later, 0, 60)[0].name == "heater"


def test_a_tag_that_stands_still_has_a_share_and_whole_blame_is_one(of_bent: Choice) -> None:
    blames = of_bent.watch.blame(bent(3, 300), 0, 100)
    assert sum(one.share for one in blames) == pytest.approx(1)


@pytest.mark.parametrize("which", ["of_straight", "of_bent"])
def test_what_is_kept_and_read_again_gives_the_same_scores(
    which: str, request: pytest.FixtureRequest
) -> None:
    watch = request.getfixturevalue(which).watch
    values = (straight if which == "of_straight" else bent)(4, 300)
    values[100:120] = np.nan  # the machine stood
    again = from_arrays(to_arrays(watch))
    expected = watch.score(values, 0).relations
    assert again.score(values, 0).relations == pytest.approx(expected, nan_ok=True)
    assert (again.method, again.names, again.limit) == (watch.method, watch.names, watch.limit)
    stream = again.stream(values[:0], 0)
    one_by_one = [stream.push(row)[0] for row in values]
    assert one_by_one == pytest.approx(expected, nan_ok=True)


def test_tags_with_a_day_of_their_own_are_watched_by_their_hours() -> None:
    # Hours of six weeks: warm by day; at the end it stays warm at night.
    chance = np.random.default_rng(5)
    hours = np.arange(24 * 42)
    values = np.column_stack(
        (
            20 + 8 * np.sin(hours * np.pi / 12) + chance.normal(0, 0.5, len(hours)),
            np.full(len(hours), 3.0),
        )
    )
    watch = learn("seasons", values, ("room", "dead"), 0, 24, 1 / 500)
    assert watch.watched == ("room",)
    assert watch.left_out == (("dead", "constant"),)
    later = values.copy()
    later[-12:, 0] = 28
    stream = from_arrays(to_arrays(watch)).stream(later[:-24], 0)
    one_by_one = np.array([stream.push(row)[0] for row in later[-24:]])
    assert one_by_one.max() > watch.limit.score == 1.0
    assert one_by_one == pytest.approx(watch.score(later, 0).relations[-24:])
    assert watch.blame(later, 0, 6)[0].name == "room"


def test_what_was_learned_before_rows_had_a_limit_of_their_own_goes_on(
    of_straight: Choice,
) -> None:
    watch = of_straight.watch
    arrays = to_arrays(watch)
    about = json.loads(arrays["about"].tobytes())
    for name in ("relations", "place"):
        about[name] = about[name][0]
    told = json.dumps(about | {"form": 1}).encode()
    older = from_arrays(arrays | {"about": np.frombuffer(told, np.uint8)})
    assert isinstance(older.model, Monitor) and isinstance(watch.model, Monitor)
    assert older.model.relations.own is None
    assert older.model.relations.smoothed == watch.model.relations.smoothed
    values = straight(4, 300)
    assert np.nanmax(older.score(values, 0).relations - watch.score(values, 0).relations) <= 0


def test_arrays_of_something_else_are_refused() -> None:
    with pytest.raises(NotKept):
        from_arrays({"about": np.frombuffer(b'{"form": 99}', np.uint8)})
    with pytest.raises(NotKept):
        from_arrays({})


def test_a_period_from_which_nothing_can_be_learned_is_refused() -> None:
    with pytest.raises(TooLittle, match="50 rows are too few"):
        choose(np.zeros((50, 2)), ("a", "b"), 0, DAY, BUDGET)
