"""What must outlive the process: the life of each alarm, its occurrences, what was told of them.

One file, HOME/monitor/alarms.sqlite. What a person acknowledged, shelved or judged cannot be
computed again, so all that belongs together is one transaction, on the disk when it is over.
"""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import Cursor
from typing import Any

from deungdae.analysis.alarms import Occurrence
from deungdae.monitor.alarms.kept_lives import occurrence_document, occurrence_of
from deungdae.monitor.database import Database

FILE = "alarms.sqlite"
KEPT_US = 800 * 86_400_000_000  #: how long occurrences that ended are kept
_SCHEMA = """
CREATE TABLE IF NOT EXISTS life (
    organisation TEXT NOT NULL, rule TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (organisation, rule)
);
CREATE TABLE IF NOT EXISTS occurrence (
    organisation TEXT NOT NULL, rule TEXT NOT NULL, number INTEGER NOT NULL,
    asset TEXT NOT NULL, raised_us INTEGER NOT NULL, ended_us INTEGER,
    occurrence TEXT NOT NULL, about TEXT NOT NULL,
    PRIMARY KEY (organisation, rule, number)
);
CREATE INDEX IF NOT EXISTS occurrence_raised ON occurrence (organisation, raised_us);
CREATE TABLE IF NOT EXISTS house (
    organisation TEXT PRIMARY KEY, document TEXT NOT NULL
);
"""


@dataclass
class Told:
    """One occurrence, and what the monitor itself has to remember of it.

    `tells` says that it is told by itself (the first of its incident, or of a greater priority),
    `held_until_us` that a flood kept it back until then, `steps` which steps of its policy are in
    the outbox already. `about` is what its rule said when it was raised, for as long as it is kept.
    """

    occurrence: Occurrence
    incident: str
    tells: bool
    held: bool = False
    held_until_us: int | None = None
    steps: list[int] = field(default_factory=list)
    over: bool = False  #: nothing more is to be told
    value: float | int | bool | str | None = None
    acknowledged_by: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    called_us: int | None = None  #: since when it is told by itself, which had joined silently

    @property
    def key(self) -> str:
        """How it is named everywhere."""
        return f"{self.occurrence.alarm}:{self.occurrence.number}"


class Store:
    """The file; any thread may read it, the event loop alone changes it."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / FILE, _SCHEMA)

    def change(self) -> AbstractContextManager[Cursor]:
        """Begin a transaction."""
        return self._database.change()

    @staticmethod
    def keep_life(cursor: Cursor, organisation: str, rule: str, document: dict[str, Any]) -> None:
        """Keep the life of an alarm, and what was followed of its condition."""
        cursor.execute(
            "INSERT OR REPLACE INTO life VALUES (?, ?, ?)", (organisation, rule, _text(document))
        )

    @staticmethod
    def keep(cursor: Cursor, organisation: str, told: Told) -> None:
        """Keep an occurrence as it is now."""
        one = told.occurrence
        about = {
            "incident": told.incident,
            "tells": told.tells,
            "held": told.held,
            "held_until_us": told.held_until_us,
            "steps": told.steps,
            "over": told.over,
            "called_us": told.called_us,
            "value": told.value,
            "by": told.acknowledged_by,
            "about": told.about,
        }
        cursor.execute(
            "INSERT OR REPLACE INTO occurrence VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (organisation, one.alarm, one.number, one.asset, one.raised_us, one.ended_us,
             _text(occurrence_document(one)), _text(about)),
        )  # fmt: skip

    @staticmethod
    def keep_house(cursor: Cursor, organisation: str, document: dict[str, Any]) -> None:
        """Keep what concerns all alarms of an organisation."""
        cursor.execute(
            "INSERT OR REPLACE INTO house VALUES (?, ?)", (organisation, _text(document))
        )

    def lives(self, organisation: str) -> dict[str, dict[str, Any]]:
        """Return what is kept of each alarm, by rule."""
        rows = self._database.rows(
            "SELECT rule, document FROM life WHERE organisation = ?", organisation
        )
        return {str(rule): json.loads(str(document)) for rule, document in rows}

    def house(self, organisation: str) -> dict[str, Any]:
        """Return what concerns all alarms of an organisation, {} at first."""
        rows = self._database.rows(
            "SELECT document FROM house WHERE organisation = ?", organisation
        )
        found: dict[str, Any] = json.loads(str(rows[0][0])) if rows else {}
        return found

    def organisations(self) -> list[str]:
        """Return whose alarms are kept."""
        rows = self._database.rows("SELECT DISTINCT organisation FROM life")
        return [str(row[0]) for row in rows]

    def followed(self) -> set[tuple[str, str]]:
        """Return the organisations and rules that were followed when the last process ended."""
        return {
            (organisation, rule)
            for organisation in self.organisations()
            for rule, document in self.lives(organisation).items()
            if not document.get("retired")
        }

    def open(self, organisation: str, since_us: int) -> list[Told]:
        """Return what has not ended, and what was raised since a moment, as it was raised."""
        return self._told(
            "organisation = ? AND (ended_us IS NULL OR raised_us >= ?) ORDER BY raised_us, number",
            organisation,
            since_us,
        )

    def between(
        self, organisation: str, start_us: int, end_us: int, rule: str | None = None,
        asset: str | None = None, limit: int = 100_000,
    ) -> list[Told]:  # fmt: skip
        """Return the occurrences that were raised in a span or stood in it, the newest first."""
        return self._told(
            "organisation = ? AND raised_us < ? AND coalesce(ended_us, ?) >= ? "
            "AND (? IS NULL OR rule = ?) "
            "AND (? IS NULL OR json_extract(about, '$.about.asset') = ?) "
            "ORDER BY raised_us DESC, number DESC LIMIT ?",
            *(organisation, end_us, end_us, start_us, rule, rule, asset, asset, limit),
        )

    def find(self, organisation: str, rule: str, number: int) -> Told | None:
        """Return one occurrence."""
        found = self._told(
            "organisation = ? AND rule = ? AND number = ?", organisation, rule, number
        )
        return found[0] if found else None

    def before(self, organisation: str, rule: str, number: int, most: int) -> list[Told]:
        """Return the occurrences of a rule before one, the last first."""
        return self._told(
            "organisation = ? AND rule = ? AND number < ? ORDER BY number DESC LIMIT ?",
            *(organisation, rule, number, most),
        )

    def _told(self, where: str, *parameters: object) -> list[Told]:
        rows = self._database.rows(
            f"SELECT occurrence, about FROM occurrence WHERE {where}",  # noqa: S608 - from above
            *parameters,
        )
        return [_of(json.loads(str(one)), json.loads(str(about))) for one, about in rows]

    def tidy(self, now_us: int) -> None:
        """Forget what ended long ago."""
        with self._database.change() as cursor:
            cursor.execute(
                "DELETE FROM occurrence WHERE ended_us IS NOT NULL AND ended_us < ?",
                (now_us - KEPT_US,),
            )

    def close(self) -> None:
        """Let the file go."""
        self._database.close()


def _of(one: dict[str, Any], about: dict[str, Any]) -> Told:
    return Told(
        occurrence_of(one),
        about["incident"],
        about["tells"],
        about["held"],
        about["held_until_us"],
        about["steps"],
        about["over"],
        about["value"],
        about["by"],
        about["about"],
        about.get("called_us"),  # not in what an earlier version wrote
    )


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)
