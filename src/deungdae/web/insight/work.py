"""What a worker does for each kind of job: runs, one process each, and what is kept of them."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from deungdae import runs
from deungdae.records.errors import RunFailed, UnusableFile
from deungdae.reports.causes.brief import brief
from deungdae.reports.paper.brief import brief as brief_paper
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, machines
from deungdae.web.insight.methods import CAUSES, EXPERIMENT, METHODS, PLAN
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.insight.models import Mapping as Remembered
from deungdae.web.insight.shape import shape_of

WAIT_SECONDS = 0.2  #: between two looks whether a run has ended

#: Reports are written by runs as well; `runs` lies below `reports`, so they are named here.
JOBS = (
    *runs.JOBS,
    runs.Job("render-causes", 1, "deungdae.reports.causes.rendering:run"),
    runs.Job("render-paper", 1, "deungdae.reports.paper.rendering:run"),
    runs.Job("gauge-template", 1, "deungdae.reports.gauge.template:run"),
)


@dataclass
class Bench:
    """What work needs besides the job: where to tell progress, and when to stop."""

    progress: Callable[[str, float], None]
    cancel: threading.Event

    def run(self, home: Path, job: str, params: Mapping[str, Any]) -> runs.RunResult:
        """Carry out one run; raises what `runs.run` raises."""
        return runs.run(
            home,
            job,
            1,
            params,
            memory_bytes=settings.PROGRAM.run_memory_bytes,
            on_progress=self.progress,
            cancel=self.cancel,
            jobs=JOBS,
        )


def understand(job: Job, scope: Scope, bench: Bench) -> dict[str, Any]:
    """Read the upload of a job; return the fields of the upload that are known now."""
    upload = job.upload
    home = folders.home_of(upload.organisation)
    known: dict[str, Any] = {}
    answers = dict(upload.answers)
    if upload.shape and upload.table:
        # The file was read before and only what is said of its columns has changed.
        known = {name: getattr(upload, name) for name in ("table", "original", "understanding")}
    else:
        known, answers = _read(upload, scope, home, bench, answers)
    options = {name: value for name, value in answers.items() if name != "sheet"}
    preview = bench.run(
        home,
        "preview",
        {
            "table": known["table"],
            "original": str(home / known["original"]),
            "options": options,
        },
    )
    folders.discard_incoming(upload)
    return {
        **known,
        "answers": answers,
        "preview_run": preview.run_id,
        "problem": preview.result["problem"],
    }


def _read(
    upload: Upload, scope: Scope, home: Path, bench: Bench, answers: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    known = _imported(upload, home, bench, answers.get("sheet"))
    first = {}
    if "sheet" not in answers:
        first = {
            "first_shape": known["shape"],
            "first_sheet": known["understanding"]["sheet"] or "",
        }
    remembered = _remembered(upload, scope, known["shape"])
    sheet = remembered.get("sheet")
    if "sheet" not in answers and sheet in known["understanding"]["sheets"]:
        # Last time somebody chose another sheet of a workbook like this one. If it holds no table
        # this time, the guess stands.
        with suppress(UnusableFile):
            known = _imported(upload, home, bench, sheet)
            answers["sheet"] = sheet
            remembered = {"sheet": sheet, **_remembered(upload, scope, known["shape"])}
    told = {name: value for name, value in remembered.items() if name != "sheet"}
    applied = bool(told) or answers.get("sheet") != upload.answers.get("sheet")
    return {**known, **first, "remembered": applied}, {**told, **answers}


def _imported(upload: Upload, home: Path, bench: Bench, sheet: str | None) -> dict[str, Any]:
    name = str(upload.public_id)
    stored = bench.run(
        home,
        "import",
        {
            "path": str(folders.source(upload)),
            "sheet": sheet,
            "time_zone": upload.site.time_zone if upload.site else settings.PROGRAM.time_zone,
            "name": name if sheet is None else f"{name} {sheet}",
        },
    ).result
    original = Path(stored["original"]["path"])
    upload.original = str(original.relative_to(home))
    return {
        "table": stored["table"],
        "original": upload.original,
        "understanding": stored["understanding"],
        "sha256": stored["understanding"]["sha256"],
        "rows": stored["understanding"]["rows_read"],
        "shape": shape_of(stored["understanding"]),
    }


def _remembered(upload: Upload, scope: Scope, shape: str) -> dict[str, Any]:
    kept = Remembered.objects.within(scope).filter(
        organisation_id=upload.organisation_id, shape=shape
    )
    found = kept.first()
    return dict(found.answers) if found else {}


def analyse(job: Job, scope: Scope, bench: Bench) -> dict[str, Any]:
    """Carry the method out; return the fields of the analysis that are known now."""
    analysis, upload = job.analysis, job.upload
    assert analysis is not None, "a job of this kind has an analysis"
    if analysis.method != CAUSES:
        return _as_paper(analysis, folders.home_of(upload.organisation), bench)
    home = folders.home_of(upload.organisation)
    options, known = dict(analysis.options), {}
    joining = machines.joining(upload, options, scope)
    if joining is not None:
        joined = bench.run(home, "join-history", joining).result
        known = {name: joined[name] for name in ("table", "understanding")}
        options.pop(machines.ASKED)
    causes = bench.run(
        home,
        "causes",
        {
            "table": known.get("table", analysis.table),
            "options": options,
            "seed": 0,
            "told": ["sheet"] if analysis.sheet_told else [],
        },
    )
    understanding = known.get("understanding", analysis.understanding) or {}
    return {"run": causes.run_id, **known, **brief(causes.result["document"], understanding)}


def _as_paper(analysis: Analysis, home: Path, bench: Bench) -> dict[str, Any]:
    """Carry out a method whose result is told as a paper, and leave its words where they are read.

    Its pictures and files are written next.
    """
    method = METHODS[analysis.method]
    found = bench.run(home, method.job, _asked(analysis, home))
    told = brief_paper(
        method.told_by,
        found.result["document"],
        analysis.understanding or {},
        _zone(analysis.upload),
        home / folders.report_folder(analysis.public_id),
    )
    return {"run": found.run_id, **told}


def _asked(analysis: Analysis, home: Path) -> dict[str, Any]:
    """Return the parameters of the method's run."""
    options = dict(analysis.options)
    about = analysis.about
    if analysis.method == PLAN:
        if about is None:
            raise RunFailed("The report that this follows up is no longer there.")
        causes = {**runs.result(home, about.run), "run": about.run}
        return {"causes": causes, "place": options.pop("place"), "options": options, "seed": 0}
    if analysis.method == EXPERIMENT:
        plan = {} if about is None else {"plan": runs.result(home, about.run)["document"]}
        return {"path": str(folders.source(analysis.upload)), "options": {}, "seed": 0, **plan}
    return {"table": analysis.table, "options": options, "seed": 0}


def _zone(upload: Upload) -> str:
    zone: str = upload.site.time_zone if upload.site else settings.PROGRAM.time_zone
    return zone


def render(job: Job, scope: Scope, bench: Bench) -> None:
    """Draw the pictures of a finished analysis and write its files; what is there is replaced."""
    analysis, upload = job.analysis, job.upload
    assert analysis is not None, "a job of this kind has an analysis"
    asker = job.asked_by or analysis.asked_by
    method = METHODS[analysis.method]
    bench.run(
        folders.home_of(upload.organisation),
        "render-causes" if method.code == CAUSES else "render-paper",
        {
            **({} if method.code == CAUSES else {"method": method.told_by}),
            "run": analysis.run,
            "understanding": analysis.understanding or {},
            "title": analysis.title,
            "demo": analysis.demo,
            "generated": analysis.finished_at.isoformat(),
            "time_zone": _zone(upload),
            "into": folders.report_folder(analysis.public_id),
            "first": asker.language if asker else settings.LANGUAGE_CODE,
        },
    )


def forget(job: Job, scope: Scope, bench: Bench) -> None:
    """Take removed files off the disk; what is gone already is passed over."""
    home = folders.home_of(job.organisation)
    tables = job.given["tables"]
    _wait_for_readers(home, set(tables), bench.cancel)
    for analysis_id in job.given["reports"]:
        folders.discard_report(job.organisation, analysis_id)
    # Somebody may have handed the same content in again since.
    kept = Upload.objects.within(scope).filter(organisation=job.organisation)
    again = set(
        kept.exclude(state=Upload.State.REMOVED)
        .filter(sha256__in=job.given["originals"])
        .values_list("sha256", flat=True)
    )
    originals = [sha256 for sha256 in job.given["originals"] if sha256 not in again]
    given = {"tables": tables, "originals": originals, "runs": job.given["runs"]}
    bench.run(home, "forget", given)


def _wait_for_readers(home: Path, tables: set[str], cancel: threading.Event) -> None:
    # A reading that was stopped a moment ago may still be storing its table.
    while runs.under_way(home, tables) and not cancel.wait(WAIT_SECONDS):
        pass
