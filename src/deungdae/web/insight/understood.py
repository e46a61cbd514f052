"""How a file was understood, laid out for its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _

from deungdae import runs
from deungdae.reports.codes import COLUMNS, NOTES, ROWS, spoken
from deungdae.reports.words import Words
from deungdae.web.insight.folders import home_of
from deungdae.web.insight.models import Upload

SHOWN = 20  #: rows before and after, as the page promises


@dataclass(frozen=True)
class Choice:
    """One thing that may be chosen; `rows` says how often a value stands in the table."""

    value: str
    chosen: bool = False
    rows: str = ""
    word: str = ""  #: what is shown in its place, "" for the value itself


@dataclass(frozen=True)
class Question:
    """One thing that was told or guessed, and what else it could be."""

    what: str
    label: str
    explain: str
    several: bool
    chosen: list[str]
    choices: list[Choice]
    told: bool
    none: str  #: what stands there when nothing was chosen

    @property
    def pressed(self) -> bool:
        """Whether each value is a button that is pressed or not."""
        return self.what in ("bad", "good")

    @property
    def chosen_words(self) -> list[str]:
        """What was chosen, in words."""
        words = {choice.value: choice.word for choice in self.choices}
        return [words.get(value) or value for value in self.chosen]


@dataclass(frozen=True)
class Column:
    """One column and what it is taken for."""

    name: str
    header: str
    kind: str
    unit: str
    missing: int
    unread: str
    role: str
    used: bool  #: it may be named as a cause
    ignored: bool
    may_be_ignored: bool


@dataclass(frozen=True)
class Raw:
    """One row as it stands in the file."""

    line: int
    cells: list[str]
    header: bool


@dataclass
class Understood:
    """Everything on the page of an upload that was read."""

    facts: list[tuple[str, str]]
    questions: list[Question]
    columns: list[Column]
    raw: list[Raw]
    names: list[str]
    numeric: list[bool]
    rows: list[list[Any]]
    set_aside: list[tuple[str, int]]
    set_aside_rows: list[tuple[int, str, str]]
    counts: str
    notes: list[str]
    current: dict[str, Any] = field(default_factory=dict)
    values: set[str] = field(default_factory=set)
    levels: dict[str, dict[str, int]] = field(default_factory=dict)  #: column → value → rows

    @property
    def raw_width(self) -> int:
        """The most cells of a raw row."""
        return max((len(row.cells) for row in self.raw), default=0)


def understood(upload: Upload, words: Words) -> Understood | None:
    """Lay out what the preview of an upload says; None while there is none."""
    if not upload.preview_run or upload.understanding is None:
        return None
    preview = runs.result(home_of(upload.organisation), upload.preview_run)
    facts = upload.understanding
    roles = preview["roles"]
    current = _current(upload.answers, roles)
    target = current.get("target")
    levels: Mapping[str, Any] = preview["levels"]
    first = min(facts["header_rows"], default=1)
    last = max(facts["header_rows"], default=0)
    kinds = {column["name"]: column["kind"] for column in facts["columns"]}
    set_aside = [*facts["set_aside"], *(roles["set_aside"] if roles else ())]
    width = max((len(row["cells"]) for row in preview["raw"]), default=0)
    return Understood(
        facts=_facts(upload, facts, words),
        questions=_questions(upload, facts, levels, current, words),
        columns=_columns(facts, roles, current, words),
        raw=[
            Raw(
                row["line"],
                [cell for cell, _n in zip_longest(row["cells"], range(width), fillvalue="")],
                first <= row["line"] <= last,
            )
            for row in preview["raw"][: last + SHOWN]
        ],
        names=preview["columns"],
        numeric=[kinds.get(name) == "number" for name in preview["columns"]],
        rows=preview["rows"],
        set_aside=[(spoken(words, ROWS, s["reason"]), s["rows"]) for s in set_aside],
        set_aside_rows=[
            (row["line"], spoken(words, ROWS, row["reason"]), row["text"])
            for row in preview["set_aside"]
        ],
        counts=_counts(facts, roles, words),
        notes=[spoken(words, NOTES, code) for code in facts["notes"]],
        current=current,
        values={level["value"] for level in levels.get(target or "", ())},
        levels={name: {v["value"]: v["rows"] for v in found} for name, found in levels.items()},
    )


def _current(answers: Mapping[str, Any], roles: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what holds now: what was guessed, and over it what was told."""
    guessed: dict[str, Any] = {}
    if roles:
        guessed = {
            "target": roles["target"]["column"],
            "bad": roles["target"]["bad"],
            "kind": roles["target"].get("kind", "pass_fail"),
            "worse": roles["target"].get("worse"),
            "good": roles["target"].get("good") or [],
            "time": roles["time"],
            "by": roles["by"],
            "reason": roles["reason"],
        }
    return {**guessed, **answers}


def _facts(upload: Upload, facts: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    rows = facts["header_rows"]
    shown = [
        (_("Kind of file"), str(facts["format"]).upper()),
        (_("Size"), _("{size} MB").format(size=words.number(facts["bytes"] / 1_000_000, digits=2))),
        (_("Column names in row"), words.listed(map(str, rows)) if rows else _("none")),
        (_("Rows below them"), words.number(facts["rows_read"])),
        (_("Columns"), words.number(len(facts["columns"]))),
    ]
    if facts["encoding"]:
        shown.append((_("Letters (encoding)"), facts["encoding"]))
    shown.append((_("Times are of"), facts["time_zone"]))
    if facts["sheet"] is not None and len(facts["sheets"]) == 1:
        shown.append((_("Sheet"), facts["sheet"]))
    return shown


def _questions(
    upload: Upload,
    facts: Mapping[str, Any],
    levels: Mapping[str, Any],
    current: dict[str, Any],
    words: Words,
) -> list[Question]:
    told = upload.answers
    target = current.get("target")
    times = [c["name"] for c in facts["columns"] if c["kind"] == "time"]
    few = [c["name"] for c in facts["columns"] if len(levels.get(c["name"], ())) >= 2]
    numbers = [c["name"] for c in facts["columns"] if c["kind"] == "number"]
    others = [name for name in few if name != target]
    found: list[Question] = []
    if len(facts["sheets"]) > 1:
        found.append(
            _one("sheet", _("Sheet"), _("The sheet of the workbook that holds the table."),
                 facts["sheet"], facts["sheets"], "sheet" in told)
        )  # fmt: skip
    found.append(
        _one("target", _("Result of the inspection"),
             _("The column that says whether a part is good or bad."),
             target, [*few, *(name for name in numbers if name not in few)], "target" in told)
    )  # fmt: skip
    if target is not None:
        found += _of_result(levels, current, told, words)
    if target is not None and current.get("kind", "pass_fail") == "pass_fail":
        bad = [str(value) for value in current.get("bad") or ()]
        found.append(
            Question(
                "bad", _("Values that mean a defect"),
                _("Press each value that stands for a bad part."),
                True, bad,
                [
                    Choice(level["value"], level["value"] in bad, words.number(level["rows"]))
                    for level in levels.get(target, ())
                ],
                "bad" in told, _("none chosen"),
            )
        )  # fmt: skip
    found.append(
        _one("time", _("Time of making"),
             _("When the part was made; findings are checked in later periods."),
             current.get("time"), times, "time" in told, _("none: the order of rows is taken"))
    )  # fmt: skip
    for what, label, explain, none in (
        ("by", _("Compared apart"),
         _("Columns such as product and machine: like is compared with like."),
         _("nothing: all parts are compared with each other")),
        ("reason", _("Kind of defect"), _("The column that says what is wrong with a bad part."),
         _("none: all defects are taken together")),
    ):  # fmt: skip
        chosen = list(current.get(what) or ())
        choices = [Choice(name, name in chosen) for name in [*chosen, *others]]
        found.append(
            Question(what, label, explain, True, chosen, list(dict.fromkeys(choices)),
                     what in told, none)
        )  # fmt: skip
    return found


def _of_result(
    levels: Mapping[str, Any],
    current: Mapping[str, Any],
    told: Mapping[str, Any],
    words: Words,
) -> list[Question]:
    """Return what is asked of the result beside its bad values: its kind, and what is worse."""
    kind = current.get("kind") or "pass_fail"
    kinds = {
        "pass_fail": _("good or bad"),
        "number": _("a measured value"),
        "count": _("a count, such as of defects"),
        "classes": _("quality classes"),
    }
    found = [
        Question(
            "kind", _("Kind of result"),
            _("Good or bad, a measured value, a count, or classes of quality."),
            False, [kind], [Choice(k, k == kind, word=word) for k, word in kinds.items()],
            "kind" in told, "",
        )
    ]  # fmt: skip
    if kind in ("number", "count"):
        worse = current.get("worse") or "high"
        worse = worse if worse in ("high", "low") else "away"
        directions = {
            "high": _("high values"), "low": _("low values"),
            "away": _("values far from the middle"),
        }  # fmt: skip
        found.append(
            Question(
                "worse", _("What is worse"), _("Which values of the result are to be avoided."),
                False, [worse], [Choice(d, d == worse, word=w) for d, w in directions.items()],
                "worse" in told, "",
            )
        )  # fmt: skip
    if kind == "classes":
        good = [str(value) for value in current.get("good") or ()]
        found.append(
            Question(
                "good", _("Classes that are good"), _("Press each class that is as it should be."),
                True, good,
                [
                    Choice(level["value"], level["value"] in good, words.number(level["rows"]))
                    for level in levels.get(str(current.get("target")), ())
                ],
                "good" in told, _("none chosen"),
            )
        )  # fmt: skip
    return found


def _one(
    what: str, label: str, explain: str, chosen: str | None, choices: Sequence[str], told: bool,
    none: str | None = None,
) -> Question:  # fmt: skip
    names = dict.fromkeys([*([chosen] if chosen else []), *choices])
    return Question(
        what, label, explain, False, [chosen] if chosen else [],
        [Choice(name, name == chosen) for name in names],
        told, none or _("not found"),
    )  # fmt: skip


def _columns(
    facts: Mapping[str, Any], roles: Mapping[str, Any] | None, current: dict[str, Any], words: Words
) -> list[Column]:
    kinds = {"number": _("number"), "text": _("text"), "time": _("time")}
    aside = {c["column"]: c["reason"] for c in facts["columns_set_aside"]}
    aside |= {c["column"]: c["reason"] for c in (roles or {}).get("columns_set_aside", ())}
    ignored = set(current.get("ignore") or ())
    jobs = {str(current.get("target")): _("result"), str(current.get("time")): _("time of making")}
    jobs |= {name: _("compared apart") for name in current.get("by") or ()}
    jobs |= {name: _("kind of defect") for name in current.get("reason") or ()}
    found = []
    for column in facts["columns"]:
        name = column["name"]
        role = jobs.get(name)
        if role is None and name in ignored:
            role = _("left out, as you asked")
        if role is None and name in aside:
            role = spoken(words, COLUMNS, aside[name])
        found.append(
            Column(
                name=name,
                header=column["header"],
                kind=kinds.get(column["kind"], column["kind"]),
                unit=column["unit"] or "",
                missing=column["missing"],
                unread=words.listed(f"“{text}” × {n}" for text, n in column["unread"].items()),
                role=role or _("looked at as a possible cause"),
                used=role is None,
                ignored=name in ignored,
                may_be_ignored=role is None or name in ignored,
            )
        )
    return found


def _counts(facts: Mapping[str, Any], roles: Mapping[str, Any] | None, words: Words) -> str:
    read = facts["rows_read"]
    aside = sum(s["rows"] for s in facts["set_aside"])
    used = roles["rows_used"] if roles else read - aside
    return words.say(
        "{read} rows read = {used} used + {aside} set aside.",
        read=read,
        used=used,
        aside=read - used,
    )
