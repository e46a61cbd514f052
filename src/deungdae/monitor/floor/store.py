"""What the floor keeps below HOME/monitor: frames, what was learned, what people said."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from deungdae.analysis.oee import Span, State
from deungdae.monitor.database import Database
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.said import SaidScrap, SaidStop

_SCHEMA = """
CREATE TABLE IF NOT EXISTS frame (
    organisation TEXT NOT NULL, asset TEXT NOT NULL, start_us INTEGER NOT NULL,
    end_us INTEGER NOT NULL, final INTEGER NOT NULL, computed_us INTEGER NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (organisation, asset, start_us)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS model (
    organisation TEXT NOT NULL, asset TEXT NOT NULL, signals TEXT NOT NULL,
    document TEXT NOT NULL, PRIMARY KEY (organisation, asset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS said (
    organisation TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, revision INTEGER NOT NULL,
    asset TEXT NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER, state TEXT NOT NULL,
    reason TEXT NOT NULL, count REAL NOT NULL, gone INTEGER NOT NULL,
    PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS said_of ON said (organisation, asset, start_us);
CREATE TABLE IF NOT EXISTS since (
    organisation TEXT NOT NULL, asset TEXT NOT NULL, state TEXT NOT NULL,
    since_us INTEGER NOT NULL, seen_us INTEGER NOT NULL, PRIMARY KEY (organisation, asset)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS away (
    organisation TEXT NOT NULL, source TEXT NOT NULL, start_us INTEGER NOT NULL, end_us INTEGER,
    PRIMARY KEY (organisation, source, start_us)
) WITHOUT ROWID;
"""
KEPT_US = 400 * 86_400_000_000  #: frames; they can be computed again as long as history lasts
LONGEST_US = 40 * 86_400_000_000  #: a said stop that began before is over


class Store:
    """The database of the floor; any thread may call it."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(folder / "floor.sqlite", _SCHEMA)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()

    def frame(self, organisation: str, asset: str, start_us: int) -> tuple[Frame, bool] | None:
        """Return a kept frame and whether it is final."""
        rows = self._database.rows(
            "SELECT document, final FROM frame WHERE organisation=? AND asset=? AND start_us=?",
            *(organisation, asset, start_us),
        )
        return (Frame.of(json.loads(str(rows[0][0]))), bool(rows[0][1])) if rows else None

    def spans_before(self, organisation: str, asset: str, start_us: int) -> list[Span]:
        """Return the spans of the kept frame that ends where another begins; none without it."""
        rows = self._database.rows(
            "SELECT document FROM frame WHERE organisation=? AND asset=? AND start_us<? "
            "ORDER BY start_us DESC LIMIT 1",
            *(organisation, asset, start_us),
        )
        found = Frame.of(json.loads(str(rows[0][0]))) if rows else None
        return found.spans if found is not None and found.end_us == start_us else []

    def keep(
        self, organisation: str, asset: str, frame: Frame, computed_us: int, *, final: bool
    ) -> None:
        """Keep a frame in place of what was there."""
        text = json.dumps(frame.document(), ensure_ascii=False, allow_nan=False)
        with self._database.change() as cursor:
            # Another calendar cuts time elsewhere: what overlaps is no frame any more.
            cursor.execute(
                "DELETE FROM frame WHERE organisation=? AND asset=? AND start_us<? AND end_us>?",
                (organisation, asset, frame.end_us, frame.start_us),
            )
            cursor.execute(
                "INSERT OR REPLACE INTO frame VALUES (?,?,?,?,?,?,?)",
                (
                    *(organisation, asset, frame.start_us, frame.end_us),
                    *(int(final), computed_us, text),
                ),
            )

    def drop(self, organisation: str, asset: str, start_us: int, end_us: int) -> None:
        """Forget the frames of a time: something of it came late."""
        with self._database.change() as cursor:
            cursor.execute(
                "DELETE FROM frame WHERE organisation=? AND asset=? AND start_us<? AND end_us>?",
                (organisation, asset, end_us, start_us),
            )

    def provisional(self, before_us: int) -> list[tuple[str, str, int, int]]:
        """Return (organisation, asset, start, end) of frames that ended and are not final."""
        rows = self._database.rows(
            "SELECT organisation, asset, start_us, end_us FROM frame WHERE final=0 AND end_us<=?",
            before_us,
        )
        return [(str(a), str(b), int(str(c)), int(str(d))) for a, b, c, d in rows]

    def model(self, organisation: str, asset: str, signals: str) -> Model | None:
        """Return what was learned of an asset with these signals."""
        rows = self._database.rows(
            "SELECT document FROM model WHERE organisation=? AND asset=? AND signals=?",
            *(organisation, asset, signals),
        )
        return Model.of(json.loads(str(rows[0][0]))) if rows else None

    def learned(self, organisation: str, asset: str, signals: str, model: Model) -> None:
        """Keep what was learned."""
        with self._database.change() as cursor:
            cursor.execute(
                "INSERT OR REPLACE INTO model VALUES (?,?,?,?)",
                (organisation, asset, signals, json.dumps(model.document())),
            )

    def say(
        self,
        organisation: str,
        id: str,  # noqa: A002 - the word of the question
        kind: str,
        revision: int,
        asset: str,
        start_us: int,
        end_us: int | None,
        state: str,
        reason: str,
        count: float = 0.0,
        *,
        gone: bool = False,
    ) -> tuple[str, int] | None:
        """Keep what was said unless something newer is known.

        Returns where it stood before, (asset, start), None when nothing did.
        """
        with self._database.change() as cursor:
            before = cursor.execute(
                "SELECT revision, asset, start_us FROM said WHERE organisation=? AND id=?",
                (organisation, id),
            ).fetchone()
            if before is None or before[0] <= revision:
                cursor.execute(
                    "INSERT OR REPLACE INTO said VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                    (
                        *(organisation, id, kind, revision, asset, start_us, end_us),
                        *(state, reason, count, int(gone)),
                    ),
                )
        return None if before is None else (str(before[1]), int(before[2]))

    def unsay(self, organisation: str, id: str, revision: int | None) -> tuple[str, int] | None:  # noqa: A002
        """Forget what was said, and do not take an older word for it; return where it stood."""
        with self._database.change() as cursor:
            before = cursor.execute(
                "SELECT revision, asset, start_us FROM said WHERE organisation=? AND id=?",
                (organisation, id),
            ).fetchone()
            number = revision if revision is not None else (before[0] if before else 0)
            if before is None:
                cursor.execute(
                    "INSERT INTO said VALUES (?,?,'stop',?,'',0,0,'stopped','',0,1)",
                    (organisation, id, number),
                )
            elif before[0] <= number:
                cursor.execute(
                    "UPDATE said SET gone=1, revision=? WHERE organisation=? AND id=?",
                    (number, organisation, id),
                )
        return None if before is None else (str(before[1]), int(before[2]))

    def lacks(self, organisation: str, told: Iterable[tuple[str, int]]) -> list[str]:
        """Return the ids of which this revision, or a newer one, is not known."""
        rows = self._database.rows(
            "SELECT id, revision FROM said WHERE organisation=?", organisation
        )
        known = {str(id_): int(str(revision)) for id_, revision in rows}
        return [id_ for id_, revision in told if known.get(id_, -1) < revision]

    def stops_said(
        self, organisation: str, asset: str, start_us: int, end_us: int
    ) -> list[SaidStop]:
        """Return what was said of stops that may lie in a time, in the order of its revisions."""
        rows: list[Any] = self._database.rows(
            "SELECT id, start_us, end_us, state, reason FROM said WHERE organisation=? AND asset=? "
            "AND kind='stop' AND gone=0 AND start_us BETWEEN ? AND ? ORDER BY revision, start_us",
            *(organisation, asset, start_us - LONGEST_US, end_us),
        )
        return [
            SaidStop(id_, start, end, State(state), reason)
            for id_, start, end, state, reason in rows
            if end is None or end > start_us
        ]

    def scrap_said(
        self, organisation: str, asset: str, start_us: int, end_us: int
    ) -> list[SaidScrap]:
        """Return the bad parts that were counted by people in a time."""
        rows: list[Any] = self._database.rows(
            "SELECT id, start_us, count, kind, reason FROM said WHERE organisation=? AND asset=? "
            "AND kind IN ('scrapped', 'reworked') AND gone=0 AND start_us>=? AND start_us<? "
            "ORDER BY start_us",
            *(organisation, asset, start_us, end_us),
        )
        return [SaidScrap(*row) for row in rows]

    def usual_reason(self, organisation: str, asset: str) -> str | None:
        """Return the reason that was said most often of an asset."""
        rows = self._database.rows(
            "SELECT reason, count(*) AS times FROM said WHERE organisation=? AND asset=? "
            "AND kind='stop' AND gone=0 AND reason<>'' GROUP BY reason ORDER BY times DESC LIMIT 1",
            *(organisation, asset),
        )
        return str(rows[0][0]) if rows else None

    def since(self, organisation: str, asset: str) -> tuple[State, int, int] | None:
        """Return the last state that was seen, since when, and until when it was seen."""
        rows: list[Any] = self._database.rows(
            "SELECT state, since_us, seen_us FROM since WHERE organisation=? AND asset=?",
            *(organisation, asset),
        )
        return (State(rows[0][0]), rows[0][1], rows[0][2]) if rows else None

    def states(self, seen: Iterable[tuple[str, str, State, int, int]]) -> None:
        """Keep (organisation, asset, state, since, seen) of machines."""
        with self._database.change() as cursor:
            cursor.executemany(
                "INSERT OR REPLACE INTO since VALUES (?,?,?,?,?)",
                [(a, b, state.value, since, until) for a, b, state, since, until in seen],
            )

    def away(self) -> dict[tuple[str, str], int]:
        """Return which sources are not heard, and since when."""
        rows: list[Any] = self._database.rows(
            "SELECT organisation, source, start_us FROM away WHERE end_us IS NULL"
        )
        return {(organisation, source): start for organisation, source, start in rows}

    def absences(self, organisation: str, source: str) -> list[tuple[int, int | None]]:
        """Return when a source was not heard; the last may have no end yet."""
        rows: list[Any] = self._database.rows(
            "SELECT start_us, end_us FROM away WHERE organisation=? AND source=? ORDER BY start_us",
            *(organisation, source),
        )
        return [(start, end) for start, end in rows]

    def went(self, organisation: str, source: str, start_us: int) -> None:
        """Keep that a source is not heard any more."""
        with self._database.change() as cursor:
            told = organisation, source, start_us
            cursor.execute("INSERT OR REPLACE INTO away VALUES (?,?,?,NULL)", told)

    def came_back(self, organisation: str, source: str, start_us: int, end_us: int) -> None:
        """Keep until when it was not heard."""
        with self._database.change() as cursor:
            told = organisation, source, start_us, end_us
            cursor.execute("INSERT OR REPLACE INTO away VALUES (?,?,?,?)", told)

    def tidy(self, now_us: int) -> None:
        """Forget frames of long ago."""
        with self._database.change() as cursor:
            cursor.execute("DELETE FROM away WHERE end_us < ?", (now_us - KEPT_US,))
            cursor.execute("DELETE FROM frame WHERE end_us < ?", (now_us - KEPT_US,))
