"""Job "causes": which conditions of the process make the bad parts of a stored table."""

from collections.abc import Collection, Mapping
from typing import Any

from deungdae.analysis.causes import Options, Source, find, understand
from deungdae.analysis.causes.method import GUESSES
from deungdae.lake import Store, TableRef
from deungdae.records.shoptable import Understanding
from deungdae.runs.job import JobContext, check_params


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Find the causes in the table version `table`.

    Parameters: table {"name", "version"}; options {"target", "bad", "time", "by", "reason",
    "ignore", "kind", "worse", "spec", "good"}, each may be left out; seed; told (optional), the
    names of what the person said about the file itself, such as "sheet": these are not reported
    as guessed.
    Steps: loading, then those of the method.

    Raises UnusableOption and UnusableFile as the store and the method do.
    """
    check_params(params, ["table", "options", "seed"], ["told"])
    check_options(params["options"])
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    options, by_parts = dict(params["options"]), {}
    guessed = _guessed(understanding, params.get("told") or ())
    if understanding.joined is not None:
        by_parts = _by_parts(store, ref, understanding, options)
    # The table is handed over without a name here, so that the method can let go of it.
    findings = find(
        store.read_table(ref),
        options_of({**options, **by_parts}, params["seed"], understanding.time_zone),
        Source(
            sha256=understanding.sha256,
            rows_read=understanding.rows_read,
            set_aside=understanding.set_aside,
            columns_set_aside=understanding.columns_set_aside,
            guessed={**guessed, **by_parts},
            units={c.name: c.unit for c in understanding.columns if c.unit is not None},
        ),
        context.progress,
    )
    doubts = [f"{what}_guessed" for what in ("target", *GUESSES) if what in by_parts]
    known = findings.document["warnings"]
    findings.document["warnings"] = [*(code for code in doubts if code not in known), *known]
    return {"document": findings.document, "figures": findings.figures}


def check_options(options: Mapping[str, Any]) -> None:
    """Raise UnusableOption for an option that the method does not have."""
    check_params(
        options,
        [],
        ["target", "bad", "time", "by", "reason", "ignore", "kind", "worse", "spec", "good"],
    )


def options_of(options: Mapping[str, Any], seed: int, time_zone: str) -> Options:
    """Return what the person said as the method takes it."""
    return Options(
        target=options.get("target"),
        bad=_names(options, "bad"),
        time=options.get("time"),
        by=_names(options, "by"),
        reason=_names(options, "reason"),
        ignore=_names(options, "ignore") or (),
        kind=options.get("kind"),
        worse=options.get("worse"),
        spec=options.get("spec"),
        good=_names(options, "good"),
        seed=seed,
        time_zone=time_zone,
    )


def _by_parts(
    store: Store, ref: TableRef, understanding: Understanding, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Guess the result and the time from the columns of the inspection alone.

    What a machine says of itself, such as a count of rejects, is never the result of a part.
    """
    joined = (understanding.joined or {})["columns"]
    own = [note.name for note in understanding.columns if note.name not in joined]
    roles = understand(store.read_table(ref, own), options_of(options, 0, understanding.time_zone))
    found = {**roles["target"], "target": roles["target"]["column"], "time": roles["time"]}
    return {
        name: found[name]
        for name in ("target", "bad", "time", "kind", "worse", "good")
        if name in roles["guessed"] and found.get(name) and options.get(name) is None
    }


def _names(options: Mapping[str, Any], option: str) -> tuple[str, ...] | None:
    given = options.get(option)
    return None if given is None else tuple(given)


def _guessed(understanding: Understanding, told: Collection[str]) -> dict[str, Any]:
    guesses = {
        "sheet": understanding.sheet,
        "header_rows": list(understanding.header_rows) or None,
        "encoding": understanding.encoding,
        "delimiter": understanding.delimiter,
    }
    return {
        what: guess for what, guess in guesses.items() if guess is not None and what not in told
    }
