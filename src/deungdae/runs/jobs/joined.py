"""Job "join-history": a table of parts with what the machines measured while each was made.

The result is a table of its own in the lake. Its understanding says of each new column which tag
and which feature it is, so that a report can name it in the reader's language:

    joined = {"by": "time", "time": column, "window_s", "delay_s", "hold_s", "cycle", "lot", "span",
              "line", "tags", "parts", "heard", "without_window", "several", "silent": [tag, …],
              "columns": {column: {"tag", "label", "feature"}}}
"""

from typing import Any

import numpy as np
import pyarrow as pa

from deungdae.lake import Store, TableRef
from deungdae.lake.telemetry import History, Kind
from deungdae.lake.telemetry.series import Series
from deungdae.records.errors import UnusableOption
from deungdae.records.shoptable import ColumnNote, SetAside, Understanding
from deungdae.records.shoptable import Kind as ColumnKind
from deungdae.runs.history.asked import About, Asked, chosen
from deungdae.runs.history.parts import Parts, lines_of, parts_of, texts_of
from deungdae.runs.history.walk import Found, gather, windows
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.causes import check_options, options_of

NO_HISTORY = "no_history"  #: why a part is set aside
COARSE = "coarse_times"  #: what a person should know: times are written to the minute
_QUOTED = 8  #: cells of a part that is set aside


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Join history to the table version `table` and store the result as a table called `name`.

    Parameters: table {"name", "version"}; name (optional); history, see `runs.history.asked.Asked`:
    organisation, and whatever is not as usual of tags, window_s (30), delay_s, hold_s (600), time,
    cycle {"tag", "column"}, lot {"tag", "column"}, span {"start", "end"}, line {"column",
    "prefixes"}, features, about {tag: {"label", "unit", "expected_s"}}, and home, the folder that
    holds the history; options, those of causes, by which the column of times is guessed.
    Steps: loading, joining, storing.

    Raises UnusableOption for what does not fit the table or the history, and when no part has any;
    nothing is stored then. PublicError when stored points cannot be read.
    """
    check_params(params, ["table", "history"], ["name", "options"])
    asked = Asked.from_document(params["history"])
    told = params.get("options") or {}
    check_options(told)
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    needed = asked.by == "time" or (asked.cycle is not None and asked.cycle[1] is None)
    parts = parts_of(
        store.read_table(ref),
        understanding,
        asked.time or told.get("time"),
        options_of(told, 0, understanding.time_zone),
        needed=needed,
    )
    home = asked.home or context.home
    known = _numeric(History(home), asked.organisation)
    found = _gathered(asked, parts, known, Series(home, asked.organisation), context)
    if not found.heard.any():
        raise UnusableOption(
            "No history was found for any of the {parts} parts. Check their times and the time "
            "zone, the delay, and whether the machines sent anything then.",
            parts=found.parts,
        )
    context.progress("storing", 0.0)
    table, notes, joined = _columns(asked, parts, found)
    quarantine = pa.concat_tables(
        [
            store.quarantine(ref),
            _aside(parts.table, ~found.heard, understanding, store.quarantine(ref)),
        ]
    )
    wider = _understood(understanding, notes, joined, found, coarse=parts.coarse())
    stored = store.write_table(
        params.get("name") or f"{ref.name} with history", table, wider.document(), quarantine
    )
    return {"table": stored.document(), "understanding": wider.document(), "joined": joined}


def _numeric(history: History, organisation: str) -> list[str]:
    last = history.tags(organisation)
    kinds = zip(last.column("tag").to_pylist(), last.column("kind").to_pylist(), strict=True)
    return [tag for tag, kind in kinds if kind != Kind.TEXT]


def _gathered(
    asked: Asked, parts: Parts, known: list[str], walk: Series, context: JobContext
) -> Found:
    found = Found(parts.table.num_rows)
    everything = np.arange(found.parts)
    if asked.line is None:
        lines = {"": everything}
        names = chosen(asked, {tag: tag for tag in known})
    else:
        values = texts_of(parts.table, asked.line)
        by_prefix: dict[str, list[str]] = {}
        for value, prefix in lines_of(values, asked.prefixes, known).items():
            by_prefix.setdefault(prefix, []).append(value)
        lines = {p: np.flatnonzero(np.isin(values, told)) for p, told in by_prefix.items()}
        short = {t: t[len(p) + 1 :] for p in lines for t in known if t.startswith(p + "/")}
        names = chosen(asked, short)
    for place, (prefix, rows) in enumerate(lines.items()):
        tags = {t: n for t, n in names.items() if not prefix or t.startswith(prefix + "/")}

        def told(share: float, place: int = place) -> None:
            context.progress("joining", (place + share) / len(lines))

        told(0.0)
        if tags and rows.size:
            gather(asked, windows(asked, parts, walk, prefix), rows, tags, walk, found, told)
    return found


def _columns(
    asked: Asked, parts: Parts, found: Found
) -> tuple[pa.Table, tuple[ColumnNote, ...], dict[str, Any]]:
    """Return the parts that were heard with their new columns, and what these are."""
    table = parts.table.filter(pa.array(found.heard))
    notes, columns, silent = [], {}, []
    tags = sorted(found.values)
    for tag in tags:
        about = _about(asked, tag)
        any_value = False
        # Taken out one by one: the columns are most of the memory, and are needed once.
        for feature, values in found.values.pop(tag).items():
            here = values[found.heard]
            missing = int(np.isnan(here).sum())
            if missing == here.size:
                continue
            any_value = True
            name = _free(f"{tag} · {feature}", table.column_names)
            table = table.append_column(name, pa.array(here, from_pandas=True))
            unit = f"{about.unit}/min" if about.unit and feature == "slope" else about.unit
            notes.append(ColumnNote(name, name, ColumnKind.NUMBER, unit or None, missing))
            columns[name] = {"tag": tag, "label": about.label, "feature": feature}
        if not any_value:
            silent.append(tag)
    joined = {
        "by": asked.by,
        "time": parts.column,
        "window_s": asked.window / 1_000_000 if asked.by == "time" else None,
        "delay_s": asked.delay / 1_000_000,
        "hold_s": asked.hold / 1_000_000,
        "cycle": None if asked.cycle is None else list(asked.cycle),
        "lot": None if asked.lot is None else list(asked.lot),
        "span": None if asked.span is None else list(asked.span),
        "line": asked.line,
        "tags": len(tags) - len(silent),
        "silent": silent,
        "parts": found.parts,
        "heard": int(found.heard.sum()),
        "without_window": int((~found.windowed).sum()),
        "several": found.several,
        "columns": columns,
    }
    return table, tuple(notes), joined


def _about(asked: Asked, tag: str) -> About:
    """Return what is known of a tag, of whichever line where its name stands for several."""
    if tag in asked.about:
        return asked.about[tag]
    return next((a for path, a in asked.about.items() if path.endswith("/" + tag)), About())


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += " ′"
    return name


def _understood(
    understanding: Understanding,
    notes: tuple[ColumnNote, ...],
    joined: dict[str, Any],
    found: Found,
    *,
    coarse: bool,
) -> Understanding:
    aside = int((~found.heard).sum())
    document = understanding.document()
    document.pop("joined", None)
    rebuilt = Understanding.from_document(document)
    return Understanding(
        **{
            **vars(rebuilt),
            "columns": rebuilt.columns + notes,
            "set_aside": rebuilt.set_aside + ((SetAside(NO_HISTORY, aside),) if aside else ()),
            "notes": rebuilt.notes + ((COARSE,) if coarse and joined["by"] == "time" else ()),
            "joined": joined,
        }
    )


def _aside(
    table: pa.Table, chosen_rows: Any, understanding: Understanding, quarantined: pa.Table
) -> pa.Table:
    """Return the parts that have no history as rows that were set aside, by their line."""
    places = np.flatnonzero(chosen_rows)
    # Rows that are not parts stand between them: their lines are known.
    head = max(understanding.header_rows, default=0)
    skipped = quarantined.column("line").to_pylist()
    lines = [
        n
        for n in range(head + 1, head + table.num_rows + len(skipped) + 1)
        if n not in set(skipped)
    ]
    shown = table.select(table.column_names[:_QUOTED]).take(pa.array(places))
    return pa.table(
        {
            "line": [lines[place] for place in places],
            "reason": [NO_HISTORY] * places.size,
            "text": [
                ", ".join("" if v is None else str(v) for v in row.values())
                for row in shown.to_pylist()
            ],
        },
        schema=quarantined.schema,
    )
