"""A chart of several products put together says so before anything else."""

from datetime import UTC
from typing import Any

import numpy as np

from deungdae.analysis import spc
from deungdae.reports.paper.model import Paper
from deungdae.reports.spc import tell
from deungdae.reports.words import Words


def told(table: dict[str, Any]) -> Paper:
    found = spc.draw(table, spc.Options(columns=("두께",)))
    return tell(found.document, None, {}, Words("ko"), UTC)


def test_products_in_turn_are_named_in_the_answer() -> None:
    rng = np.random.default_rng(1)
    kind = np.arange(120) % 3
    paper = told(
        {
            "제품": np.array(["가", "나", "다"])[kind],
            "두께": np.array([10.0, 12.0, 15.0])[kind] + rng.normal(0, 0.05, 120),
        }
    )
    assert paper.answer == (
        "두께는 한 관리도로 판정할 수 없습니다. 제품 3종의 수준이 서로 다릅니다."
    )
    assert paper.sections[0].next_step == "제품별로 따로 그리거나 한계를 따로 정해 주세요."


def test_products_one_after_the_other_are_named_in_the_first_caution() -> None:
    rng = np.random.default_rng(2)
    kind = np.arange(120) // 60
    paper = told(
        {
            "제품": np.array(["가", "나"])[kind],
            "두께": np.array([10.0, 12.0])[kind] + rng.normal(0, 0.05, 120),
        }
    )
    assert "관리이탈" in paper.answer
    assert paper.caution == (
        "수준이 다른 종류가 섞여 있습니다(제품별). 신호를 믿기 전에 종류별로 따로 그려 주세요."
    )
    assert not any("다르지 않았습니다" in sentence for sentence in paper.sections[0].sentences)
