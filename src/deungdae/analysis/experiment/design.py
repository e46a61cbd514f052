"""Two-level designs: which settings are run together, and what can then not be told apart.

Columns are coded: +1 is a factor's bad level, -1 its good one. An effect is named by the letters of
its factors ("A", "BC"); internally it is a bit mask (A = 1, B = 2, C = 4 …), and the product of two
effects is the exclusive or of their masks.

Sources: G. E. P. Box, W. G. Hunter, J. S. Hunter, Statistics for Experimenters (1978), chapters 10
to 12; D. C. Montgomery, Design and Analysis of Experiments, chapters 6 to 8 (generators of table
8.14); minimum aberration: A. Fries and W. G. Hunter, Technometrics 22 (1980) 601-608.
"""

from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import xor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.records.errors import UnusableOption

LETTERS: Final = "ABCDEFGH"
MOST_FACTORS: Final = len(LETTERS)

#: (factors, runs) → what each further factor is set to: minimum-aberration fractions
GENERATORS: Final[dict[tuple[int, int], tuple[str, ...]]] = {
    (3, 4): ("AB",),
    (4, 8): ("ABC",),
    (5, 8): ("AB", "AC"),
    (5, 16): ("ABCD",),
    (6, 8): ("AB", "AC", "BC"),
    (6, 16): ("ABC", "BCD"),
    (6, 32): ("ABCDE",),
    (7, 8): ("AB", "AC", "BC", "ABC"),
    (7, 16): ("ABC", "BCD", "ACD"),
    (7, 32): ("ABCD", "ABDE"),
    (8, 16): ("BCD", "ACD", "ABC", "ABD"),
    (8, 32): ("ABC", "ABD", "BCDE"),
    (8, 64): ("ABCD", "ABEF"),
}

Coded = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """One replicate of a two-level design.

    `coded` has shape (runs, factors), in standard order; `generators` are written "D=ABC";
    `words` are the masks of the defining relation; `resolution` is None for a full factorial.
    """

    factors: int
    coded: Coded
    generators: tuple[str, ...]
    words: tuple[int, ...]
    resolution: int | None

    @property
    def runs(self) -> int:
        """Number of runs of one replicate."""
        return int(self.coded.shape[0])


def mask(effect: str) -> int:
    """Return the bit mask of an effect's letters; the mean is the empty text and 0."""
    return reduce(xor, (1 << LETTERS.index(letter) for letter in effect), 0)


def letters(effect: int) -> str:
    """Return the letters of a bit mask, in the order of the alphabet."""
    return "".join(letter for i, letter in enumerate(LETTERS) if effect >> i & 1)


def factorial(factors: int) -> Design:
    """Return the full factorial of 1 to 8 factors; the first factor changes fastest."""
    _check(factors)
    runs = 1 << factors
    signs = [[1.0 if run >> f & 1 else -1.0 for f in range(factors)] for run in range(runs)]
    return Design(factors, np.array(signs), (), (), None)


def fraction(factors: int, runs: int) -> Design:
    """Return the minimum-aberration regular fraction with that many runs.

    Raises UnusableOption where there is none in the table.
    """
    _check(factors)
    if (factors, runs) not in GENERATORS:
        known = sorted(r for f, r in GENERATORS if f == factors)
        raise UnusableOption(
            "There is no fraction with {runs} runs for {factors} factors; there is: {known}.",
            runs=runs,
            factors=factors,
            known=", ".join(map(str, known)) or "–",
        )
    generators = GENERATORS[factors, runs]
    basic = factors - len(generators)
    base = factorial(basic).coded
    extra = [column(base, mask(g)) for g in generators]
    first = [mask(g) | 1 << (basic + i) for i, g in enumerate(generators)]
    words = tuple(
        sorted(
            (
                reduce(xor, some)
                for n in range(1, len(first) + 1)
                for some in combinations(first, n)
            ),
            key=lambda w: (w.bit_count(), w),
        )
    )
    return Design(
        factors,
        np.column_stack([base, *extra]),
        tuple(f"{LETTERS[basic + i]}={g}" for i, g in enumerate(generators)),
        words,
        words[0].bit_count(),
    )


def column(coded: Coded, effect: int) -> Coded:
    """Return an effect's column: the product of its factors' columns, shape (runs,)."""
    chosen = [f for f in range(coded.shape[1]) if effect >> f & 1]
    product: Coded = coded[:, chosen].prod(axis=1)
    return product


def word_lengths(design: Design) -> tuple[int, ...]:
    """Return how many words of the defining relation have 3, 4, 5 … letters."""
    counts = [sum(w.bit_count() == n for w in design.words) for n in range(3, design.factors + 1)]
    return tuple(counts)


def aliases(design: Design, effect: int, longest: int = 3) -> tuple[str, ...]:
    """Return the effects of up to `longest` letters that have the same column as `effect`."""
    same = sorted((effect ^ w for w in design.words), key=lambda e: (e.bit_count(), letters(e)))
    return tuple(letters(e) for e in same if 0 < e.bit_count() <= longest)


def interactions(design: Design) -> tuple[str, ...]:
    """Return the two-factor interactions that are not aliased with a main effect.

    Of those with the same column only the first is named.
    """
    taken = {1 << f for f in range(design.factors)}
    found = []
    for pair in combinations(range(design.factors), 2):
        effect = 1 << pair[0] | 1 << pair[1]
        family = {effect, *(effect ^ w for w in design.words)}
        if not family & taken:
            taken.add(effect)
            found.append(letters(effect))
    return tuple(found)


def halves(design: Design) -> tuple[str, Coded] | None:
    """Return the effect that divides a replicate into two blocks at the least cost, and its column.

    It is the one whose shortest alias is longest, so that neither a main effect nor, where that
    can be, a two-factor interaction is lost in the difference between blocks. None where every
    split would cost a main effect.
    """

    def shortest(effect: int) -> int:
        return min([effect.bit_count(), *((effect ^ w).bit_count() for w in design.words)])

    best = max(range(1, 1 << design.factors), key=lambda e: (shortest(e), e.bit_count(), -e))
    if shortest(best) < 2:
        return None
    # Of the effects with this column, the one that is missed most.
    family = (best, *(best ^ w for w in design.words))
    name = min(family, key=lambda e: (e.bit_count(), letters(e)))
    return letters(name), column(design.coded, best)


def _check(factors: int) -> None:
    if not 1 <= factors <= MOST_FACTORS:
        raise UnusableOption(
            "An experiment takes 1 to {most} factors, not {factors}.",
            most=MOST_FACTORS,
            factors=factors,
        )


def described(design: Design) -> dict[str, Any]:
    """Return what the plan says of its design: generators, defining words, resolution, aliases."""
    effects = [letters(1 << f) for f in range(design.factors)]
    effects += list(interactions(design))
    return {
        "base_runs": design.runs,
        "resolution": design.resolution,
        "generators": list(design.generators),
        "defining": [letters(w) for w in design.words],
        "aliases": [
            {"effect": e, "with": list(same)} for e in effects if (same := aliases(design, mask(e)))
        ],
    }
