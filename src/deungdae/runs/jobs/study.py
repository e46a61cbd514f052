"""What the jobs of the methods have in common: a stored table, options as JSON, a source."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any

from deungdae.analysis.causes import Source
from deungdae.lake import Store, TableRef
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params

#: What every method's options have, and nobody says.
_GIVEN = {"seed", "time_zone"}


def of_table(
    context: JobContext,
    params: dict[str, Any],
    method: Callable[..., Any],
    options_type: type[Any],
    shaped: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> dict[str, Any]:
    """Ask a method about the table version `table`; return its document and figures.

    Parameters: table {"name", "version"}; options as those of `options_type`, a dataclass, each may
    be left out; seed; told (optional), the names of what the person said about the file itself.
    `shaped` makes options of JSON what the dataclass takes. Steps: loading, then the method's own.

    Raises UnusableOption and UnusableFile as the store and the method do.
    """
    check_params(params, ["table", "options", "seed"], ["told"])
    known = {field.name for field in fields(options_type)} - _GIVEN
    options = shaped(options_from(params["options"], known))
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    found = method(
        store.read_table(ref),
        options_type(seed=params["seed"], time_zone=understanding.time_zone, **options),
        source_of(understanding, params.get("told") or ()),
        context.progress,
    )
    return {"document": found.document, "figures": found.figures}


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
