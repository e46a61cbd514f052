"""A demo table: the inspection record of a made-up moulding shop, with planted causes.

Every value is generated here; no row of anyone's data is in it. The sheet says so in its title.
"""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deungdae.records.errors import UnusableOption
from deungdae.tables.demo.defects import CAVITIES, Kind, inspect, kinds, truth
from deungdae.tables.demo.plant import Shots, run_plant
from deungdae.tables.demo.sheet import Sheet, choose_parts, fill_sheet
from deungdae.tables.demo.words import PROCESS, WORDS, Lang, Words

__all__ = ["LEAST_ROWS", "DemoTable", "write"]

LEAST_ROWS = 400  #: below that a working day has no room for a run of either product


@dataclass(frozen=True)
class DemoTable:
    """A demo file, and the truth about it as plain lists, dicts, strings and numbers (JSON)."""

    path: Path
    truth: dict[str, Any]


def write(folder: Path, *, seed: int = 7, rows: int = 6000, lang: Lang = "ko") -> DemoTable:
    """Write a demo table of `rows` parts into `folder` (made if missing) and return its truth.

    The file is a CSV as it comes from a shop floor: CP949 with Korean words, or UTF-8 with English
    ones (`lang`), two title lines, a header of two lines, a subtotal row for each day, thousands
    separators, marks for missing values, a dead sensor and one that drops out to 0. The same
    `seed`, `rows` and `lang` give the same bytes.

    `truth["kinds"]` holds, for each kind of defect, the product, the reason, the planted conditions
    in the form of a report's cause, the verdicts that are right, and a column that only seems to
    be the cause. Raises `UnusableOption` for fewer rows than `LEAST_ROWS`.
    """
    if rows < LEAST_ROWS:
        raise UnusableOption(
            "A demo table needs at least {least} rows; {rows} were asked for.",
            least=LEAST_ROWS,
            rows=rows,
        )
    rng = np.random.default_rng(seed)
    words = WORDS[lang]
    shots = run_plant(-(-rows // CAVITIES), rng)
    found = kinds(shots, rng)
    parts = choose_parts(shots, inspect(shots, found, rng), rows)
    sheet = fill_sheet(shots, parts, words=words, lang=lang, rng=rng)

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"demo-moulding-{lang}.csv"
    path.write_bytes(sheet.text.encode(words.encoding))

    return DemoTable(path, _truth(shots, found, sheet, words, lang, seed))


def _truth(
    shots: Shots, found: tuple[Kind, ...], sheet: Sheet, words: Words, lang: Lang, seed: int
) -> dict[str, Any]:
    name = {p.key: p.ko if lang == "ko" else p.en for p in PROCESS}
    bad = Counter(getattr(words, part.found) for part in sheet.parts if part.found)
    return {
        "seed": seed,
        "parts": len(sheet.parts),
        "bad": bad.total(),
        "days": int(shots.day.max()) + 1,
        "subtotals": sheet.subtotals,
        "repeated": len(sheet.parts) - len({part.number for part in sheet.parts}),
        "uninspected": sum(not part.inspected for part in sheet.parts),
        "marks": sheet.marks,
        "dropouts": {name["mould_moving"]: sheet.dropouts},
        "dead": [name["clamp"]],
        "columns": {
            "time": words.time,
            "target": words.verdict,
            "reason": words.reason,
            "product": words.product,
        },
        "bad_value": words.bad,
        "kinds": [{**kind, "bad": bad[kind["reason"]]} for kind in truth(found, words, lang)],
    }
