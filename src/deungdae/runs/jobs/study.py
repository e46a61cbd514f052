"""What the jobs of the methods have in common: a stored table, options as JSON, a source."""

from collections.abc import Collection, Mapping
from typing import Any

from deungdae.analysis.causes import Source
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import check_params


def source_of(understanding: Understanding, told: Collection[str]) -> Source:
    """Return where a stored table came from; what `told` names is not reported as guessed."""
    guesses = {
        "sheet": understanding.sheet,
        "header_rows": list(understanding.header_rows) or None,
        "encoding": understanding.encoding,
        "delimiter": understanding.delimiter,
    }
    return Source(
        sha256=understanding.sha256,
        rows_read=understanding.rows_read,
        set_aside=understanding.set_aside,
        columns_set_aside=understanding.columns_set_aside,
        guessed={w: guess for w, guess in guesses.items() if guess is not None and w not in told},
        units={c.name: c.unit for c in understanding.columns if c.unit is not None},
    )


def options_from(options: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Return options as a method's dataclass takes them: lists become tuples, nulls are left out.

    Raises UnusableOption for an option that the method does not have.
    """
    check_params(options, [], known)
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in options.items()
        if value is not None
    }
