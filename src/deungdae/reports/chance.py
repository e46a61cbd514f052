"""How a p value is written."""

from deungdae.reports.words import Words

_SMALLEST = 0.0001


def p_value(words: Words, p: float) -> str:
    """Return a p value with at most four decimals; what is smaller is only said to be so."""
    if p < _SMALLEST:
        return f"< {words.number(_SMALLEST)}"
    return words.number(round(p, 4))
