"""Two analyses of the same kind of table: what holds, what went, what came, how rates moved."""

import subprocess
import sys
from typing import Any

import pytest

from deungdae.reports.compare import Fate, Movement, Share, compare, tell_changes
from deungdae.reports.words import Words

Given = dict[str, Any]


def condition(*columns: str, op: str = "value", **limits: Any) -> Given:
    return {
        "columns": list(columns), "op": op, "min": None, "max": None, "outside": False,
        "levels": None, **limits,
    }  # fmt: skip


def cause(*conditions: Given, **more: Any) -> Given:
    return {
        "rank": 1,
        "columns": [c for k in conditions for c in k["columns"]],
        "conditions": list(conditions),
        "rate_inside": 0.2, "n_inside": 200, "rate_outside": 0.01, "n_outside": 800,
        "risk_ratio": 20.0, "ci95": [8.0, 50.0], "q_value": 0.001, "holds_later": True,
        "stability": 1.0, "same_as": [], "warnings": [], **more,
    }  # fmt: skip


def stratum(*causes: Given, verdict: str = "clear", **more: Any) -> Given:
    return {
        "where": {"제품": ["A"]}, "reason": None, "rows": 1000, "bad": 48, "episodes": 48,
        "verdict": verdict, "needed": None, "causes": list(causes), "warnings": [], **more,
    }  # fmt: skip


def document(*strata: Given, sha256: str = "a", aside: tuple[str, ...] = ()) -> Given:
    return {
        "input": {
            "sha256": sha256,
            "columns_set_aside": [{"column": c, "reason": "constant"} for c in aside],
        },
        "strata": list(strata),
        "warnings": [],
    }


def fate(before: Given, after: Given) -> tuple[Fate, str]:
    """Return what became of the one finding of `before`."""
    changes = [
        c
        for c in compare(document(before), document(after, sha256="b")).changes
        if c.fate is not Fate.NEW
    ]
    (change,) = changes
    return change.fate, change.why


SLOW = condition("사출속도", max=53.0)


@pytest.mark.parametrize(
    ("then", "now", "wanted"),
    [
        # the limit moved, the side did not
        (SLOW, condition("사출속도", max=49.0), Fate.HOLDS),
        (SLOW, condition("사출속도", min=53.0), Fate.MOVED),
        # both ends were bad, one of them still is
        (condition("온도", min=2.0, max=5.0, outside=True), condition("온도", max=1.5), Fate.HOLDS),
        # a range in the middle agrees with what it overlaps
        (condition("온도", min=2.0, max=5.0), condition("온도", min=4.0, max=9.0), Fate.HOLDS),
        (condition("온도", min=2.0, max=5.0), condition("온도", min=6.0, max=9.0), Fate.MOVED),
        (condition("온도", min=2.0, max=5.0), condition("온도", max=3.0), Fate.HOLDS),
        (condition("설비", levels=["1", "2"]), condition("설비", levels=["2"]), Fate.HOLDS),
        (condition("설비", levels=["1"]), condition("설비", levels=["2"]), Fate.MOVED),
        (SLOW, condition("압력", max=10.0), Fate.GONE),
    ],
)
def test_a_finding_holds_when_it_is_bad_on_the_same_side(
    then: Given, now: Given, wanted: Fate
) -> None:
    assert fate(stratum(cause(then)), stratum(cause(now)))[0] is wanted


@pytest.mark.parametrize(
    ("op", "now", "wanted"),
    [
        # cycle time - mould temperature > 5: a long cycle, or a cold mould
        ("difference", condition("금형온도", max=53.0), Fate.HOLDS),
        ("difference", condition("금형온도", min=53.0), Fate.MOVED),
        ("difference", condition("사이클", min=60.0), Fate.HOLDS),
        ("ratio", condition("금형온도", max=53.0), Fate.HOLDS),
        ("product", condition("금형온도", max=53.0), Fate.MOVED),
        ("product", condition("금형온도", min=53.0), Fate.HOLDS),
    ],
)
def test_the_second_column_of_a_difference_has_the_other_side(
    op: str, now: Given, wanted: Fate
) -> None:
    both = cause(condition("사이클", "금형온도", op=op, min=5.0))
    assert fate(stratum(both), stratum(cause(now)))[0] is wanted


def test_one_of_two_conditions_is_enough_unless_the_other_turned_round() -> None:
    then = stratum(cause(SLOW, condition("압력", max=10.0)))
    assert fate(then, stratum(cause(SLOW)))[0] is Fate.HOLDS
    turned = cause(SLOW, condition("압력", min=10.0))
    assert fate(then, stratum(turned))[0] is Fate.MOVED


def test_a_column_that_changes_together_stands_for_the_other() -> None:
    then, now = cause(SLOW, same_as=["충전시간"]), cause(condition("충전시간", min=2.0))
    assert fate(stratum(then), stratum(now)) == (Fate.HOLDS, "together")
    # whichever of the two says so
    then, now = cause(SLOW), cause(condition("충전시간", min=2.0), same_as=["사출속도"])
    assert fate(stratum(then), stratum(now)) == (Fate.HOLDS, "together")


def test_the_same_column_is_preferred_to_one_that_changes_together() -> None:
    other = cause(condition("충전시간", min=2.0), same_as=["사출속도"], rank=1)
    same = cause(SLOW, rank=2)
    then, now = document(stratum(cause(SLOW))), document(stratum(other, same), sha256="b")
    (held,) = compare(then, now).of(Fate.HOLDS)
    assert held.after is not None
    assert held.after[1] is same
    assert [c.after[1] for c in compare(then, now).of(Fate.NEW) if c.after] == [other]


def test_a_finding_that_is_not_seen_with_enough_data_is_gone() -> None:
    assert fate(stratum(cause(SLOW)), stratum(verdict="none")) == (Fate.GONE, "not_seen")


def test_with_too_few_data_nobody_can_say_that_it_is_gone() -> None:
    few = stratum(verdict="not_enough_data", rows=100, bad=2, episodes=2)
    assert fate(stratum(cause(SLOW)), few) == (Fate.UNKNOWN, "not_enough_data")


def test_a_hint_is_told_from_a_finding() -> None:
    then = stratum(cause(SLOW))
    assert fate(then, stratum(cause(SLOW), verdict="none")) == (Fate.GONE, "hint")
    few = stratum(cause(SLOW), verdict="not_enough_data")
    assert fate(then, few) == (Fate.UNKNOWN, "hint")
    # and a hint of last time was no finding
    assert compare(document(few), document(then)).changes[0].fate is Fate.NEW


def test_a_group_without_any_defect_lost_its_finding_if_it_is_large_enough() -> None:
    then = stratum(cause(SLOW))
    clean = stratum(verdict="not_enough_data", bad=0, episodes=0)
    assert fate(then, clean) == (Fate.GONE, "no_defects")
    small = {**clean, "rows": 20}
    assert fate(then, small) == (Fate.UNKNOWN, "not_enough_data")


def test_a_column_that_was_set_aside_could_not_be_looked_for() -> None:
    then = document(stratum(cause(SLOW)))
    now = document(stratum(verdict="none"), sha256="b", aside=("사출속도",))
    (change,) = compare(then, now).changes
    assert (change.fate, change.why, change.columns) == (Fate.UNKNOWN, "column", ("사출속도",))


def test_another_group_or_reason_is_not_the_same_group() -> None:
    then = stratum(cause(SLOW), reason="가스")
    assert fate(then, stratum(cause(SLOW), reason="긁힘")) == (Fate.UNKNOWN, "no_group")
    elsewhere = stratum(cause(SLOW), reason="가스", where={"제품": ["B"]})
    assert fate(then, elsewhere) == (Fate.UNKNOWN, "no_group")
    divided = stratum(cause(SLOW), reason="가스", where={"제품": ["A"], "설비": ["1"]})
    assert fate(then, divided) == (Fate.UNKNOWN, "no_group")


def test_a_group_is_recognised_when_a_product_joined_it() -> None:
    then = stratum(cause(SLOW), where={"제품": ["A", "B"]})
    assert fate(then, stratum(cause(SLOW), where={"제품": ["B", "C"]}))[0] is Fate.HOLDS


def test_a_new_finding_says_what_was_known_before() -> None:
    now = document(stratum(cause(SLOW)), sha256="b")
    for then, why in (
        (document(stratum(verdict="none")), "not_seen"),
        (document(stratum(verdict="not_enough_data")), "not_enough_data"),
        (document(stratum(where={"제품": ["B"]})), "no_group"),
    ):
        (change,) = compare(then, now).changes
        assert (change.fate, change.why) == (Fate.NEW, why)


def test_an_interval_is_the_one_of_the_books() -> None:
    # Newcombe 1998, table II: 56/70 and 48/80
    assert Share(56, 70).interval == pytest.approx((0.6920, 0.8768), abs=2e-4)
    assert Movement(Share(48, 80), Share(56, 70)).difference == pytest.approx(
        (0.0524, 0.3339), abs=1e-4
    )


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        (Share(20, 1000), Share(60, 1000), "rose"),
        (Share(60, 1000), Share(20, 1000), "fell"),
        (Share(20, 1000), Share(24, 1000), "unclear"),
        (Share(0, 50), Share(0, 50), "unclear"),
        # the same counts, but bad parts came by the ten: 2 incidents against 6
        (Share(20, 1000, clumping=10), Share(60, 1000, clumping=10), "unclear"),
    ],
)
def test_a_rate_moved_only_if_chance_cannot_explain_it(
    before: Share, after: Share, wanted: str
) -> None:
    assert Movement(before, after).direction == wanted


def test_incidents_count_and_not_bad_parts() -> None:
    then = document(stratum(verdict="none", bad=20, episodes=2))
    now = document(stratum(verdict="none", bad=60, episodes=6), sha256="b")
    rates = compare(then, now).rates
    assert rates is not None
    assert (rates.before.rate, rates.after.rate) == (0.02, 0.06)
    assert rates.direction == "unclear"


def test_each_part_is_counted_once_over_the_reasons() -> None:
    by_reason = [
        stratum(verdict="none", reason="가스", rows=970, bad=20, episodes=20),
        stratum(verdict="none", reason="긁힘", rows=980, bad=30, episodes=30),
    ]
    whole = stratum(verdict="none", rows=1000, bad=50, episodes=50)
    rates = compare(document(*by_reason, whole), document(whole)).rates
    assert rates is not None
    assert (rates.before.bad, rates.before.rows) == (50, 1000)
    assert rates.before == rates.after


def test_the_rate_inside_of_the_region_is_compared() -> None:
    then = document(stratum(cause(SLOW, rate_inside=0.2, n_inside=200)))
    now = document(stratum(cause(SLOW, rate_inside=0.05, n_inside=400)), sha256="b")
    (held,) = compare(then, now).of(Fate.HOLDS)
    assert held.rates is not None
    assert (held.rates.before.bad, held.rates.after.bad) == (40, 20)
    assert held.rates.direction == "fell"


def test_nothing_is_compared_with_an_empty_table() -> None:
    found = compare(document(), document(stratum(cause(SLOW)), sha256="b"))
    assert found.rates is None
    assert found.groups == ()
    assert [c.fate for c in found.changes] == [Fate.NEW]


def told(before: Given, after: Given, lang: str = "en") -> Any:
    return tell_changes(Words(lang), compare(before, after), {"사출속도": "mm/s"})


def test_the_story_of_a_month() -> None:
    then = document(
        stratum(cause(SLOW, rate_inside=0.2, n_inside=200), verdict="suspected"),
        stratum(cause(condition("압력", min=9.0)), reason="가스"),
    )
    now = document(
        stratum(cause(condition("사출속도", max=49.0), rate_inside=0.05, n_inside=400)),
        stratum(verdict="none", reason="가스"),
        stratum(cause(condition("건조", min=5.0)), reason="긁힘"),
        sha256="b",
    )
    story = told(then, now)
    assert story.answer == (
        "Findings since the last analysis: still there: 1, disappeared: 1, new: 1."
    )
    assert story.rates == (
        "The defect rate was 4.8% and is 4.8%; chance alone may explain the difference."
    )
    held, gone, new = story.lines
    assert (held.fate, held.title) == ("holds", "사출속도 ≤ 49\N{NO-BREAK SPACE}mm/s")
    assert held.sentence == (
        "It was found last time as well, on the same side. In this region the defect rate fell "
        "from 20% to 5% (by 9.4 to 21 percentage points, 95% interval). Last time the region "
        "was 사출속도 ≤ 53\N{NO-BREAK SPACE}mm/s. The verdict was “Suspected” and is “Clear” now."
    )
    assert (gone.fate, gone.group, gone.title) == ("gone", "A · 가스", "압력 > 9")
    assert gone.sentence == (
        "It was found last time; this time there were enough data and it was not."
    )
    assert (new.fate, new.sentence) == (
        "new",
        "It is new: last time there was no such group of parts.",
    )
    assert [g.name for g in story.groups] == ["A", "A · 가스"]


def test_too_few_data_say_how_much_more_is_needed() -> None:
    few = stratum(
        verdict="not_enough_data",
        needed={"bad": 45, "episodes": 46, "days": 27, "risk_ratio": 3.0, "power": 0.8},
    )
    (line,) = told(document(stratum(cause(SLOW))), document(few, sha256="b")).lines
    assert line.fate == "unknown"
    assert line.sentence == (
        "It was found last time; this time there are too few data to look for it. To find a cause "
        "that multiplies the defect rate by 3 with a chance of 80%, this much more is needed: bad "
        "parts: 45, separate incidents: 46, days of production: about 27."
    )


def test_the_same_file_twice_is_noticed() -> None:
    given = document(stratum(cause(SLOW)))
    assert told(given, given).answer == (
        "Both analyses read the same file, so nothing can have changed in it."
    )


def test_without_findings_there_is_one_sentence() -> None:
    then, now = document(stratum(verdict="none")), document(stratum(verdict="none"), sha256="b")
    assert told(then, now).answer == "Neither then nor now was a cause found."


def test_a_korean_story_has_no_english_word() -> None:
    then = document(
        stratum(cause(SLOW), verdict="suspected"),
        stratum(cause(condition("압력", min=9.0)), reason="가스"),
        stratum(cause(condition("온도", min=9.0)), reason="긁힘"),
    )
    now = document(
        stratum(cause(condition("사출속도", max=49.0))),
        stratum(cause(condition("압력", max=9.0)), reason="가스"),
        stratum(verdict="not_enough_data", reason="긁힘", rows=100, bad=1, episodes=1),
        sha256="b",
    )
    story = told(then, now, "ko")
    assert story.answer == "지난 분석 뒤의 결과: 그대로 1개, 바뀜 1개, 아직 판단 못 함 1개."
    said = " ".join([story.answer, story.rates, *(line.sentence for line in story.lines)])
    assert not [w for w in said.split() if w.isascii() and w.isalpha() and w not in ("mm/s",)]


def test_comparing_needs_no_library_that_a_web_page_must_not_load() -> None:
    asked = (
        "import sys, deungdae.reports.compare; "
        "print(sorted({'altair', 'numpy', 'scipy', 'pyarrow', 'typst'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
