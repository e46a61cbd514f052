"""The inspector's files: one every few minutes, and the whole day in one.

    FOLDER/drops/inspection-20261122-1303.csv    what was inspected in these minutes
    FOLDER/inspection-20261122.csv               the whole day, to be analysed as one table

Both have the Korean headings of `inspection.HEADER`. Drops of earlier days are removed.
"""

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path

from deungdae.demo_plant import inspection
from deungdae.demo_plant.story import Story

EVERY_S = 120  #: between two drops
BEFORE_S = 600  #: the first drop reaches so far back


class Drops:
    """Writes the files below a folder."""

    def __init__(self, story: Story, folder: Path) -> None:
        self._story = story
        self._folder = folder
        self._written_s: float | None = None

    def tick(self, time_s: float) -> Path | None:
        """Write what is due; return the new file, if there is one."""
        due_s = time_s // EVERY_S * EVERY_S
        if self._written_s is not None and due_s <= self._written_s:
            return None
        drops = self._folder / "drops"
        drops.mkdir(parents=True, exist_ok=True)
        moment = datetime.fromtimestamp(due_s, inspection.KOREA)
        start_s = max(due_s - BEFORE_S, self._written_s or self._last(drops))
        self._written_s = due_s
        file = drops / f"inspection-{moment:%Y%m%d-%H%M}.csv"
        if file.exists():
            return None  # an earlier run of this minute has written it
        found = inspection.parts(self._story, start_s, due_s)
        whole = self._folder / f"inspection-{moment:%Y%m%d}.csv"
        midnight_s = moment.replace(hour=0, minute=0).timestamp()
        known = _newest(whole)
        _append(
            whole,
            [part for part in found if part.inspected_s >= midnight_s and _is_newer(part, known)],
        )
        # Under another name until it is complete: whoever watches the folder takes no half file.
        part_file = file.with_suffix(".part")
        part_file.write_text(_text(found, heading=True), "utf-8-sig")
        part_file.replace(file)
        for left in drops.glob("inspection-*.csv"):
            if left.name[11:19] < f"{moment:%Y%m%d}":
                left.unlink()
        return file

    def catch_up(self, start_s: float, end_s: float) -> list[Path]:
        """Write the files of whole days that are not there yet; return those that were written."""
        written = []
        day = datetime.fromtimestamp(start_s, inspection.KOREA)
        while day.timestamp() < end_s:
            midnight = day.replace(hour=0, minute=0, second=0, microsecond=0)
            begin_s, day = day.timestamp(), midnight + timedelta(days=1)
            whole = self._folder / f"inspection-{midnight:%Y%m%d}.csv"
            if not whole.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                _append(whole, inspection.parts(self._story, begin_s, min(day.timestamp(), end_s)))
                written.append(whole)
        return written

    @staticmethod
    def _last(drops: Path) -> float:
        """Return up to when an earlier run has written; 0 if there was none."""
        times = [file.stem.removeprefix("inspection-") for file in drops.glob("inspection-*.csv")]
        if not times:
            return 0.0
        return datetime.strptime(f"{max(times)}+0900", "%Y%m%d-%H%M%z").timestamp()


def _newest(whole: Path) -> str:
    """Return when the last part of a file was inspected, as the file says it; "" for none."""
    if not whole.exists():
        return ""
    with whole.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    return rows[-1][0] if len(rows) > 1 else ""


def _is_newer(part: inspection.Part, known: str) -> bool:
    return part.row()[0] > known


def _append(file: Path, found: list[inspection.Part]) -> None:
    new = not file.exists()
    with file.open("a", encoding="utf-8-sig" if new else "utf-8", newline="") as whole:
        whole.write(_text(found, heading=new))


def _text(found: list[inspection.Part], *, heading: bool) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if heading:
        writer.writerow(inspection.HEADER)
    writer.writerows(part.row() for part in found)
    return out.getvalue()
