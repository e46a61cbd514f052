"""Job "preview": what a stored table looks like and what its columns are taken for."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from deungdae.analysis.causes import levels, understand
from deungdae.lake import Store, TableRef
from deungdae.records.errors import PublicError
from deungdae.records.shoptable import Understanding
from deungdae.runs import wire
from deungdae.runs.job import JobContext, check_params
from deungdae.runs.jobs.causes import check_options, options_of
from deungdae.tables.raw_rows import first_rows

ROWS = 20  #: shown of the file, of the table and of the rows set aside
MOST_COLUMNS = 200  #: shown of the first rows
MOST_LEVELS = 12  #: a column with more different values is not offered as a result


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Show the first rows before and after reading, and guess the role of each column.

    Parameters: table {"name", "version"}; original, the path of the file it came from; options
    as of the job "causes".
    Steps: loading, understanding.

    Returns raw [{"line", "cells"}], rows [[text or number or null]] of the columns `columns`,
    set_aside [{"line", "reason", "text"}], levels {column: [{"value", "rows"}]}, and roles: what
    `analysis.causes.understand` says, or null with the public error in `problem` when the options
    do not fit or nothing could be guessed.
    """
    check_params(params, ["table", "original", "options"])
    check_options(params["options"])
    store = Store(context.home)
    ref = TableRef.from_document(params["table"])
    understanding = Understanding.from_document(store.understanding(ref))
    context.progress("loading", 0.0)
    table = store.read_table(ref)
    shown = table.column_names[:MOST_COLUMNS]
    context.progress("understanding", 0.0)
    roles, problem = None, None
    try:
        roles = understand(
            table, options_of(params["options"], seed=0, time_zone=understanding.time_zone)
        )
    except PublicError as error:
        problem = wire.to_document(error)
    return {
        "raw": [
            {"line": row.line, "cells": list(row.cells)}
            for row in first_rows(
                Path(params["original"]),
                sheet=understanding.sheet,
                delimiter=understanding.delimiter,
                count=ROWS + max(understanding.header_rows, default=0),
            )
        ],
        "columns": shown,
        "rows": _rows(table.select(shown).slice(0, ROWS), ZoneInfo(understanding.time_zone)),
        "set_aside": store.quarantine(ref).slice(0, ROWS).to_pylist(),
        "levels": levels(table, MOST_LEVELS, understanding.time_zone),
        "roles": roles,
        "problem": problem,
    }


def _rows(table: pa.Table, zone: ZoneInfo) -> list[list[Any]]:
    columns = [
        [_plain(value, zone) for value in table.column(i).to_pylist()]
        for i in range(table.num_columns)
    ]
    return [list(row) for row in zip(*columns, strict=True)]


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
