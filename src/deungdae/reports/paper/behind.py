"""What was understood of a file, what was guessed, and what was set aside."""

from collections.abc import Mapping, Sequence
from typing import Any

from deungdae.reports.codes import COLUMNS, GUESSED, NOTES, ROWS, SEPARATORS, spoken
from deungdae.reports.history import joined_facts
from deungdae.reports.paper.model import Behind, Fact
from deungdae.reports.words import Words

_CELLS_SHOWN = 5


def told_behind(
    words: Words,
    given: Mapping[str, Any],
    understanding: Mapping[str, Any],
    known: Mapping[str, Any],
) -> Behind:
    """Put what is known about the input into words.

    `given` is the "input" of a method's document: rows_read, rows_used, set_aside [{reason, rows}],
    columns_set_aside [{column, reason}], guessed {what: value}. `known` are what the method took
    for what (codes of `GUESSED`), whether told or guessed.
    """
    aside = [(spoken(words, ROWS, s["reason"]), int(s["rows"])) for s in given["set_aside"]]
    rows = sum(n for _, n in aside)
    adds_up = given["rows_read"] == given["rows_used"] + rows
    return Behind(
        facts=_facts(words, given, understanding, known),
        counts=_counts(words, given["rows_read"], given["rows_used"], rows, adds_up),
        adds_up=adds_up,
        rows_set_aside=aside,
        columns_set_aside=_columns(words, given.get("columns_set_aside") or ()),
        unread=_unread(words, understanding.get("columns") or ()),
        notes=[spoken(words, NOTES, code) for code in understanding.get("notes") or ()],
    )


def _counts(words: Words, read: int, used: int, aside: int, adds_up: bool) -> str:
    if adds_up:
        return words.say(
            "{read} rows read = {used} used + {aside} set aside.",
            read=read,
            used=used,
            aside=aside,
        )
    return words.say(
        "These counts do not add up: {read} rows read, {used} used, {aside} set aside. "
        "Please report this; do not rely on the result.",
        read=read,
        used=used,
        aside=aside,
    )


def _facts(
    words: Words,
    given: Mapping[str, Any],
    understanding: Mapping[str, Any],
    known: Mapping[str, Any],
) -> list[Fact]:
    guessed: dict[str, Any] = dict(given.get("guessed") or {})
    told: dict[str, Any] = {
        "sheet": understanding.get("sheet"),
        "header_rows": understanding.get("header_rows"),
        **known,
    }
    if "delimiter" in guessed:
        guessed["delimiter"] = spoken(words, SEPARATORS, str(guessed["delimiter"]))
    facts = [Fact(words.say("File"), _file(words, understanding, guessed))]
    facts += [Fact(label, value) for label, value in joined_facts(words, understanding)]
    for key, value in {**told, **guessed}.items():
        shown = _plain(words, value)
        if shown:
            facts.append(Fact(spoken(words, GUESSED, key), shown, key in guessed))
    return facts


def _file(words: Words, understanding: Mapping[str, Any], guessed: Mapping[str, Any]) -> str:
    said = [str(understanding.get("format") or "?").upper()]
    if understanding.get("encoding") and "encoding" not in guessed:  # it has its own line then
        said.append(str(understanding["encoding"]))
    columns = understanding.get("columns")
    if columns:
        said.append(words.say("columns: {n}", n=len(columns)))
    if understanding.get("time_zone"):
        said.append(words.say("time zone {zone}", zone=str(understanding["time_zone"])))
    return words.listed(said)


def _plain(words: Words, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return words.say("yes") if value else words.say("no")
    if isinstance(value, int | float):
        return words.number(value)
    if isinstance(value, Mapping):
        return words.listed(f"{k}: {_plain(words, v)}" for k, v in value.items())
    if isinstance(value, Sequence):
        return words.listed(_plain(words, v) for v in value)
    return str(value)


def _columns(words: Words, aside: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[str]]]:
    by_reason: dict[str, list[str]] = {}
    for entry in aside:
        by_reason.setdefault(str(entry["reason"]), []).append(str(entry["column"]))
    return [(spoken(words, COLUMNS, reason), names) for reason, names in by_reason.items()]


def _unread(words: Words, columns: Sequence[Mapping[str, Any]]) -> list[str]:
    said = []
    for column in columns:
        cells: Mapping[str, int] = column.get("unread") or {}
        if not cells:
            continue
        often = sorted(cells, key=lambda text: (-cells[text], text))[:_CELLS_SHOWN]
        said.append(
            words.say(
                "{column}: {cells} cells were not understood and count as missing ({examples}).",
                column=str(column["name"]),
                cells=sum(cells.values()),
                examples=words.listed(f"“{text}” × {cells[text]}" for text in often),
            )
        )
    return said
