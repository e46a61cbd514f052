"""Which values of a result column mean a defect, by the words, the column's name, or rarity."""

from dataclasses import dataclass

import numpy as np

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import Texts
from deungdae.records.errors import UnusableOption
from deungdae.records.verdicts import (
    FAIL_WORDS,
    HOLD_WORDS,
    NO_IS_BAD,
    NO_SPOKEN,
    NO_WORDS,
    PASS_WORDS,
    YES_IS_GOOD,
    YES_SPOKEN,
    YES_WORDS,
    verdict_word,
)

#: Of two unknown values the rarer one may be the defect only if it takes at most this share.
RARE = 0.35
#: Values shown in a message.
SHOWN = 8


@dataclass(frozen=True)
class Meaning:
    """Levels that are bad and good, and whether a blank is good; other levels are unknown."""

    bad: set[int]
    good: set[int]
    blank_is_good: bool = False


def understand(texts: Texts) -> Meaning:
    """Return what the levels of a result column mean.

    Raises UnusableOption if it is not clear which of them are bad, or if a guess would make more
    than half of the parts bad without the words saying so.
    """
    words = [verdict_word(level) for level in texts.levels]
    hold = {i for i, word in enumerate(words) if word in HOLD_WORDS}
    here = set(range(len(words))) - hold
    bad = {i for i in here if words[i] in FAIL_WORDS}
    good = {i for i in here if words[i] in PASS_WORDS}
    said = set(bad)
    if good:
        bad = here - good
    elif bad:
        good = here - bad
        if len(good) > 1:
            raise _unclear(texts)
    elif lists_defects(texts):
        bad = here
    else:
        bad, good, said = _by_name(texts, words, here)
    counts = _counts(texts)
    meaning = Meaning(bad, good, blanks_are_good(texts, bad))
    sum_bad = sum(counts[i] for i in bad)
    total = texts.codes.size if meaning.blank_is_good else sum_bad + sum(counts[i] for i in good)
    unsaid = sum(counts[i] for i in bad - said)
    if sum_bad == total and unsaid > 0.5 * sum_bad:
        raise UnusableOption(
            "Column {column}: every part has the value {bad}, so no part would be good and there "
            "is nothing to compare. If {bad} means good, say with --bad which value means a "
            "defect, even if this file does not hold it; if all parts are bad, say --bad {bad}.",
            column=texts.name,
            bad=_shown([texts.levels[i] for i in sorted(bad)]),
        )
    if sum_bad > 0.5 * total and unsaid > 0.5 * sum_bad:
        raise UnusableOption(
            "Column {column}: taking {bad} for the defect would make {percent} % of the parts bad. "
            "Say with --bad which of its values mean a defect: {values}.",
            column=texts.name,
            bad=_shown([texts.levels[i] for i in sorted(bad)]),
            percent=round(100 * sum_bad / total),
            values=_shown(list(texts.levels)),
        )
    return meaning


def blanks_are_good(texts: Texts, bad: set[int]) -> bool:
    """Tell whether a blank means good: only defects are written down, and most cells are blank."""
    if not bad or len(bad) < len(texts.levels):
        return False
    blank = int((texts.codes < 0).sum())
    return blank >= 0.5 * texts.codes.size


def lists_defects(texts: Texts) -> bool:
    """Tell whether a column names the defect of the bad parts and is blank for the others."""
    if say.side(texts.name) != "bad" and not say.names(texts.name, say.REASON):
        return False
    known = PASS_WORDS | YES_WORDS | NO_WORDS | HOLD_WORDS
    if not texts.levels or any(verdict_word(level) in known for level in texts.levels):
        return False
    return blanks_are_good(texts, set(range(len(texts.levels))))


def undecided(texts: Texts) -> set[int]:
    """Return the levels that say that nobody has decided yet."""
    return {i for i, level in enumerate(texts.levels) if verdict_word(level) in HOLD_WORDS}


def _by_name(texts: Texts, words: list[str], here: set[int]) -> tuple[set[int], set[int], set[int]]:
    """Return (bad, good, bad ones that need no guess) where no level says it by itself."""
    yes = {i for i in here if words[i] in YES_WORDS}
    no = {i for i in here if words[i] in NO_WORDS}
    spoken = {i for i in here if words[i] in YES_SPOKEN | NO_SPOKEN}
    side = say.side(texts.name)
    if side == "bad" and (no or yes == here) and yes | no:
        return here - no, no, spoken - no
    if side == "good" and (yes or no == here) and yes | no:
        return here - yes, yes, spoken - yes
    clear_yes = {i for i in here if words[i] in YES_IS_GOOD}
    clear_no = {i for i in here if words[i] in NO_IS_BAD}
    if clear_yes | clear_no and len(here) <= 6 and (clear_yes or clear_no == here):
        return here - clear_yes, clear_yes, set()
    if len(here) == 2:
        return _by_rarity(texts, sorted(here))
    if len(here) == 1 and blanks_are_good(texts, here) and not (yes | no):
        raise _untold(texts)
    if len(here) == 1:
        return set(), here, set()
    raise _unclear(texts)


def _by_rarity(texts: Texts, pair: list[int]) -> tuple[set[int], set[int], set[int]]:
    counts = _counts(texts)
    rare, common = sorted(pair, key=lambda i: counts[i])
    together = counts[rare] + counts[common]
    if counts[rare] > RARE * together or say.names(texts.name, say.REASON):
        raise _untold(texts)
    return {rare}, {common}, set()


def _counts(texts: Texts) -> list[int]:
    counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.levels))
    return [int(n) for n in counts]


def _shown(values: list[str]) -> str:
    return ", ".join(values[:SHOWN]) + (" …" if len(values) > SHOWN else "")


def _unclear(texts: Texts) -> UnusableOption:
    return UnusableOption(
        "Column {column} has {count} different values ({values}). Say with --bad which of them "
        "mean a defect.",
        column=texts.name,
        count=len(texts.levels),
        values=_shown(list(texts.levels)),
    )


def _untold(texts: Texts) -> UnusableOption:
    return UnusableOption(
        "Column {column} has the values {values}, and none of them says by itself or by being "
        "rare that it is the defect. Say with --bad which of them mean a defect.",
        column=texts.name,
        values=_shown(list(texts.levels)),
    )
