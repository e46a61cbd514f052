"""Fractions, aliases, blocks and random order, beside the books' own tables."""

import numpy as np
import pytest

from deungdae.analysis.experiment import design as designs
from deungdae.analysis.experiment.layout import changes, lay_out
from deungdae.records.errors import UnusableOption


@pytest.mark.parametrize(
    ("factors", "runs", "resolution", "lengths"),
    [
        # Montgomery, appendix X; Box, Hunter and Hunter, table 12.15: words of 3, 4, 5 … letters.
        (3, 4, 3, (1,)),
        (4, 8, 4, (0, 1)),
        (5, 8, 3, (2, 1, 0)),
        (5, 16, 5, (0, 0, 1)),
        (6, 16, 4, (0, 3, 0, 0)),
        (7, 8, 3, (7, 7, 0, 0, 1)),
        (7, 16, 4, (0, 7, 0, 0, 0)),
        (7, 32, 4, (0, 1, 2, 0, 0)),
        (8, 16, 4, (0, 14, 0, 0, 0, 1)),
        (8, 32, 4, (0, 3, 4, 0, 0, 0)),
        (8, 64, 5, (0, 0, 2, 1, 0, 0)),
    ],
)
def test_fractions_have_the_published_resolution_and_word_lengths(
    factors: int, runs: int, resolution: int, lengths: tuple[int, ...]
) -> None:
    design = designs.fraction(factors, runs)

    assert design.resolution == resolution
    assert designs.word_lengths(design) == lengths
    assert design.coded.shape == (runs, factors)
    # Orthogonal: each factor is low as often as high, and no two go together.
    assert np.array_equal(design.coded.T @ design.coded, runs * np.eye(factors))


def test_aliases_are_named() -> None:
    design = designs.fraction(4, 8)

    assert design.generators == ("D=ABC",)
    assert designs.aliases(design, designs.mask("A")) == ("BCD",)
    assert designs.aliases(design, designs.mask("AB")) == ("CD",)
    assert designs.interactions(design) == ("AB", "AC", "AD")


def test_effects_with_one_column_really_have_one_column() -> None:
    design = designs.fraction(6, 16)

    for effect in ("A", "AB", "BD"):
        own = designs.column(design.coded, designs.mask(effect))
        for same in designs.aliases(design, designs.mask(effect), longest=6):
            assert np.array_equal(own, designs.column(design.coded, designs.mask(same)))


def test_a_fraction_that_is_not_in_the_table_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnusableOption, match="there is: 8, 16"):
        designs.fraction(5, 4)
    with pytest.raises(UnusableOption, match="1 to 8 factors"):
        designs.factorial(9)


def test_half_a_replicate_a_day_loses_only_the_highest_interaction() -> None:
    layout = lay_out(designs.factorial(3), 2, runs_per_day=4, centre_points=0, seed=1)

    assert layout.confounded == "ABC"
    assert layout.block.tolist() == [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4
    for block in range(1, 5):
        here = layout.coded[layout.block == block]
        assert here.sum(axis=0).tolist() == [0, 0, 0]  # main effects are not lost
        assert len(set(here.prod(axis=1))) == 1
    assert layout.days == 4 and not layout.shared


def test_what_half_a_fraction_a_day_loses_is_named_by_its_shortest_alias() -> None:
    layout = lay_out(designs.fraction(5, 16), 1, runs_per_day=8, centre_points=0, seed=1)

    # I = ABCDE: the column of DE is that of ABC, and every split costs a two-factor interaction.
    assert layout.confounded is not None and len(layout.confounded) == 2
    for block in (1, 2):
        effect = designs.column(layout.coded, designs.mask(layout.confounded))
        assert len(set(effect[layout.block == block])) == 1


def test_whole_replicates_of_a_day_form_a_block() -> None:
    layout = lay_out(designs.factorial(1), 5, runs_per_day=4, centre_points=0, seed=1)

    assert [int((layout.block == b).sum()) for b in (1, 2, 3)] == [4, 4, 2]
    assert layout.confounded is None


def test_centre_points_are_in_every_block() -> None:
    layout = lay_out(designs.factorial(2), 2, runs_per_day=6, centre_points=2, seed=1)

    middle = (layout.coded == 0).all(axis=1)
    assert [int(middle[layout.block == b].sum()) for b in (1, 2)] == [2, 2]


def test_a_block_longer_than_a_day_is_said() -> None:
    layout = lay_out(designs.fraction(7, 8), 1, runs_per_day=3, centre_points=0, seed=1)

    assert layout.shared and layout.days == 3


def test_the_same_seed_gives_the_same_order_and_another_another() -> None:
    orders = [
        lay_out(designs.factorial(3), 2, 8, 0, seed=seed).coded.tolist() for seed in (5, 5, 6)
    ]

    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_changes_of_a_setting_are_counted() -> None:
    assert changes(np.array([[1.0], [1.0], [-1.0], [1.0]]), 0) == 2
