"""The fault drill, small: ten kills, and not one acknowledged point lost or counted twice."""

import asyncio
from pathlib import Path

import faults
from deungdae.lake.intake import Sum
from faulting.verdict import Verdict


def test_ten_kills_lose_nothing_and_count_nothing_twice(tmp_path: Path) -> None:
    verdict, site = asyncio.run(asyncio.wait_for(faults.drill(tmp_path, 10, seed=3), 240))
    assert verdict.good, "\n".join(verdict.lines())
    assert verdict.acknowledged > 1_000
    assert verdict.held_acknowledged > 0
    assert verdict.books.duplicate > 0
    kills = site.publisher.kills + site.writer.kills + site.compactor.kills + site.bus_kills
    assert kills == 10


def test_the_judge_finds_a_loss_and_a_double() -> None:
    def verdict(lost: int = 0, duplicated: int = 0, books: Sum | None = None) -> Verdict:
        return Verdict(10, 10, lost, duplicated, 0, 0, 0, books or Sum(10, 10))

    assert verdict().good
    assert not verdict(lost=1).good
    assert not verdict(duplicated=1).good
    assert not verdict(books=Sum(11, 10)).good
    assert not verdict(books=Sum(11, 11)).good
