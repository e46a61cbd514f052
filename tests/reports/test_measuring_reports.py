"""Capability and gauge studies told as papers, in both languages, with and without pictures."""

import json
import re
from datetime import UTC
from functools import cache
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import capability, gauge
from deungdae.reports.capability import tell as tell_capability
from deungdae.reports.gauge import tell as tell_gauge
from deungdae.reports.paper import Paper, render_text
from deungdae.reports.words import Words

UNDERSTOOD: dict[str, Any] = {"format": "csv", "columns": []}
HANGUL = re.compile(r"[가-힣]")


@cache
def studies() -> dict[str, tuple[Any, dict[str, Any], dict[str, Any]]]:
    """One result of each kind: teller, document, figures."""
    rng = np.random.default_rng(0)
    part, operator, _ = (a.ravel() for a in np.indices((10, 3, 3)))
    level = rng.normal(size=10)
    names = np.array(["김", "이", "박"])[operator]
    crossed = {"부품": part, "측정자": names, "값": level[part] + rng.normal(0, 0.1, 90)}
    nested = {**crossed, "부품": part + 10 * operator}
    judged = np.where(part % 2, "OK", "NG")
    odd = np.where((part == 3) & (operator == 2), "NG", judged)
    reference = np.repeat([2.0, 4, 6, 8, 10], 12)
    sized = {"x": rng.normal(10, 1, 100), "cavity": np.tile([1, 2], 50)}
    limits = {"x": capability.Spec(5.0, 13.0, 9.0)}
    found: dict[str, tuple[Any, Any]] = {
        "crossed": (tell_gauge, gauge.study(crossed, gauge.Options(tolerance=3.0))),
        "nested": (tell_gauge, gauge.study(nested)),
        "type1": (tell_gauge, gauge.study({"값": rng.normal(10, 0.01, 50)},
                                          gauge.Options(reference="10", tolerance=0.3))),
        "linearity": (tell_gauge, gauge.study({"기준값": reference,
                                               "값": reference * 1.1 + rng.normal(0, 0.1, 60)})),
        "attribute": (tell_gauge, gauge.study({"부품": part, "측정자": names, "기준": judged,
                                               "판정": odd})),
        "one": (tell_capability, capability.study(sized, capability.Options(specs=limits))),
        "groups": (tell_capability, capability.study(
            sized, capability.Options(specs=limits, by=("cavity",)))),
        "unstable": (tell_capability, capability.study(
            {"x": np.cumsum(sized["x"])}, capability.Options(specs=limits))),
        "constant": (tell_capability, capability.study(
            {"x": [1.0] * 5}, capability.Options(specs=limits))),
    }  # fmt: skip
    return {kind: (tell, f.document, f.figures) for kind, (tell, f) in found.items()}


KINDS = [
    "crossed", "nested", "type1", "linearity", "attribute", "one", "groups", "unstable", "constant",
]  # fmt: skip


def paper(kind: str, lang: str, *, drawn: bool = False) -> Paper:
    tell, document, figures = studies()[kind]
    told: Paper = tell(document, figures if drawn else None, UNDERSTOOD, Words(lang), UTC)
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_a_study_is_told_in_both_languages(kind: str) -> None:
    korean, english = paper(kind, "ko"), paper(kind, "en")
    assert HANGUL.search(korean.answer) and HANGUL.search(korean.name)
    text = render_text(english, "en", zone=UTC, width=100)
    without_names = re.sub("[김이박값]|부품|측정자|판정|기준값?", "", text)
    assert not HANGUL.search(without_names)
    assert [s.id for s in korean.sections] == [s.id for s in english.sections]


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_survives_being_stored(kind: str) -> None:
    told = paper(kind, "ko", drawn=kind in ("crossed", "one"))
    stored = json.dumps(told.to_document(), allow_nan=False)
    again = Paper.from_document(json.loads(stored))
    assert json.dumps(again.to_document()) == stored


@pytest.mark.parametrize(
    ("kind", "count"),
    [("crossed", 2), ("type1", 1), ("linearity", 1), ("attribute", 1), ("one", 2), ("groups", 5)],
)
def test_every_picture_has_its_sentence_and_its_table(kind: str, count: int) -> None:
    pictures = [p for s in paper(kind, "ko", drawn=True).sections for p in s.pictures]
    assert len(pictures) == count
    for picture in pictures:
        assert picture.summary and picture.caption
        assert picture.svg.startswith("<svg") and 'role="img"' in picture.svg
        assert picture.rows and all(len(row) == len(picture.header) for row in picture.rows)


def test_an_unstable_process_is_said_to_have_no_capability_yet() -> None:
    told = paper("unstable", "en")
    assert "not stable" in told.answer
    assert told.sections[0].verdict is not None and told.sections[0].verdict.look == "now"
    assert "control chart" in str(told.sections[0].next_step)


def test_the_answer_names_share_and_verdict_of_the_gauge() -> None:
    gauge_share = studies()["crossed"][1]["crossed"]["components"][0]["tolerance_share"]
    assert f"{gauge_share * 100:.1f}%" in paper("crossed", "en").answer


def test_a_guessed_study_is_said_to_be_guessed() -> None:
    assert paper("attribute", "en").notices == [
        "The sheet was taken for this study: attribute agreement."
    ]


def test_groups_are_put_side_by_side_first() -> None:
    told = paper("groups", "en")
    assert told.sections[0].id == "comparison"
    assert len(told.sections[0].tables[0].rows) == 2
