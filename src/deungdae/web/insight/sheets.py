"""Empty sheets that are handed out: made once by a run, then kept."""

import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from deungdae import runs
from deungdae.web.insight.work import JOBS

_SECONDS = 30.0  #: a sheet of some hundred rows takes one


def gauge_sheet(study: str, lang: str) -> Path:
    """Return the empty sheet of a gauge study; raises what `runs.run` raises."""
    folder = Path(settings.HOME) / "templates"
    kept = folder / f"gauge-{study}.{lang}.xlsx"
    if kept.exists():
        return kept
    made = runs.run(
        folder,
        "gauge-template",
        1,
        {"study": study, "lang": lang, "seed": 0},
        memory_bytes=settings.PROGRAM.run_memory_bytes,
        timeout=_SECONDS,
        jobs=JOBS,
    )
    aside = folder / f".{kept.name}.{os.getpid()}-{uuid4().hex[:8]}"
    aside.write_bytes((made.folder / made.result["file"]).read_bytes())
    aside.replace(kept)
    return kept
