"""Analyses are started, watched, stopped; their results and reports are fetched."""

import json
from typing import Any, Final, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from deungdae.reports.codes import VERDICTS
from deungdae.web.api import paging
from deungdae.web.api.access import ask, scope_in, seen
from deungdae.web.api.errors import BeingWritten
from deungdae.web.api.shapes import (
    PLAIN,
    AnalysisIn,
    AnalysisOut,
    AnalysisPage,
    ComparisonOut,
    Ending,
    Failure,
    Language,
    Method,
    analysis_out,
)
from deungdae.web.core.scope import Scope
from deungdae.web.insight import results
from deungdae.web.insight.access import analysis_job, get_analysis, get_upload, writing_job
from deungdae.web.insight.actions import AskAgain, AskMethod, StartAnalysis, StopJob
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.listing import narrowed, with_state
from deungdae.web.insight.methods import CAUSES, EXPERIMENT, PLAN
from deungdae.web.insight.models import Analysis, Job
from deungdae.web.insight.speech import words

router = Router(tags=["analyses"])

#: What follows something up → the method of that.
FOLLOWS: Final = {PLAN: CAUSES, EXPERIMENT: PLAN}
MOST_OPTIONS: Final = 100_000  #: letters of JSON
LIST = dict.fromkeys((401, 403, 404, 422, 429), Failure)
RESULT = dict.fromkeys((401, 403, 404, 409, 429), Failure)
CHANGE = dict.fromkeys((400, 401, 403, 404, 409, 413, 422, 429), Failure)
FILES = {
    "responses": {
        200: {
            "description": "the report",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
                for kind in results.FORMATS.values()
            },
        }
    }
}


def _told(request: HttpRequest, analysis: Analysis, job: Job | None) -> dict[str, Any]:
    page = request.build_absolute_uri(analysis.get_absolute_url())
    return analysis_out(analysis, job, page)


def _plain(given: AnalysisIn) -> dict[str, Any]:
    """Return the options; raises `Refused` for what no database keeps."""
    options = dict(given.options)
    try:
        text = json.dumps(options, allow_nan=False)
    except ValueError:
        text = ""
    if not text or len(text) > MOST_OPTIONS or "\\u0000" in text:
        raise Refused(_("These options cannot be taken."))
    if given.method == PLAN and not _is_place(options.get("place")):
        raise Refused(_("Say which finding: place [stratum, rank]."))
    return options


def _is_place(place: Any) -> bool:
    return (
        isinstance(place, list)
        and len(place) == 2
        and all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in place)
    )


def _for_work(request: HttpRequest, analysis_id: UUID) -> Analysis:
    analysis = get_analysis(request.tenant_scope, analysis_id)
    ask(request.tenant_scope, "insight.work", analysis.organisation)
    return analysis


def _finished(scope: Scope, analysis_id: UUID) -> Analysis:
    analysis: Analysis = seen(scope, get_analysis(scope, analysis_id))
    if analysis.finished_at is None:
        raise Refused(_("This analysis has no result yet."))
    return analysis


def _kept(analysis: Analysis) -> dict[str, Any]:
    found = results.found(analysis)
    if found is None:
        raise Refused(
            _("This result is no longer on the server; the report's page offers to search again.")
        )
    return found


@router.get("/analyses", response={200: AnalysisPage, **LIST}, summary="List analyses")
def list_analyses(
    request: HttpRequest,
    organisation: UUID | None = None,
    upload: UUID | None = None,
    state: Literal["open", "done", "ended"] | None = None,
    verdict: Literal[tuple(VERDICTS)] | None = None,  # type: ignore[valid-type]
    method: Method | None = None,
    q: str = Query("", max_length=200, pattern=PLAIN, description="words of title or answer"),
    limit: int = Query(25, ge=1, le=paging.MOST),
    cursor: str | None = Query(None, max_length=paging.LONGEST),
) -> dict[str, Any]:
    """List the analyses of your organisations, or of one, the latest first."""
    scope = scope_in(request, organisation)
    found = Analysis.objects.within(scope).select_related("organisation", "upload", "previous")
    if organisation is not None:
        found = found.filter(organisation=scope.current)
    if upload is not None:
        found = found.filter(upload=get_upload(scope, upload))
    found = narrowed(
        with_state(found, scope),
        text=q,
        verdict=verdict or "",
        group=state or "",
        method=method or "",
    )
    shown, following = paging.part(found, cursor, limit)
    jobs = Job.objects.within(scope).filter(analysis__in=shown, kind=Job.Kind.ANALYSE)
    latest = {job.analysis_id: job for job in jobs.order_by("created_at", "pk")}
    return {
        "items": [_told(request, analysis, latest.get(analysis.pk)) for analysis in shown],
        "next": following,
    }


@router.post("/analyses", response={201: AnalysisOut, **CHANGE}, summary="Start an analysis")
def start(request: HttpRequest, given: AnalysisIn) -> Status:
    """Ask a method of a file, as it is understood now: the causes of its defects unless told.

    While the same analysis waits or runs, that one is returned.
    """
    scope = request.tenant_scope
    upload = get_upload(scope, given.upload)
    if given.method == CAUSES:
        if given.options or given.about:
            raise Refused(_("What causes are told is corrected at the upload."))
        history = None if given.history is None else given.history.told()
        if history is not None:
            ask(scope, "plant.see", upload.organisation)
        analysis = StartAnalysis(scope=scope, upload=upload, history=history).perform()
    elif given.history is not None:
        raise Refused(_("History is joined to a search for causes."))
    else:
        about = None if given.about is None else get_analysis(scope, given.about)
        if (given.method in FOLLOWS) != (about is not None):
            raise Refused(_("A plan is about causes, and an experiment about its plan."))
        if about is not None and (about.method, about.organisation_id, bool(about.finished_at)) != (
            FOLLOWS[given.method], upload.organisation_id, True
        ):  # fmt: skip
            raise Refused(_("A plan is about causes, and an experiment about its plan."))
        analysis = AskMethod(
            scope=scope, upload=upload, method=given.method, options=_plain(given), about=about
        ).perform()
    return Status(201, _told(request, analysis, analysis_job(scope, analysis)))


@router.get(
    "/analyses/{uuid:analysis_id}",
    response={200: AnalysisOut, **RESULT},
    summary="Where an analysis stands",
)
def show(request: HttpRequest, analysis_id: UUID) -> dict[str, Any]:
    """Return one analysis with the progress of its work."""
    scope = request.tenant_scope
    analysis = seen(scope, get_analysis(scope, analysis_id))
    return _told(request, analysis, analysis_job(scope, analysis))


@router.post(
    "/analyses/{uuid:analysis_id}/cancel",
    response={202: AnalysisOut, **CHANGE},
    summary="Stop an analysis",
)
def cancel(request: HttpRequest, analysis_id: UUID) -> Status:
    """Stop an analysis that waits or runs; nothing happens to one that has ended."""
    scope = request.tenant_scope
    analysis = _for_work(request, analysis_id)
    job = StopJob(scope=scope, job=analysis_job(scope, analysis)).perform()
    return Status(202, _told(request, analysis, job))


@router.post(
    "/analyses/{uuid:analysis_id}/restart",
    response={202: AnalysisOut, **CHANGE},
    summary="Start an analysis again",
)
def restart(request: HttpRequest, analysis_id: UUID) -> Status:
    """Start an analysis again that failed, was stopped or was interrupted; otherwise 409."""
    scope = request.tenant_scope
    analysis = _for_work(request, analysis_id)
    job = AskAgain(scope=scope, job=analysis_job(scope, analysis)).perform()
    return Status(202, _told(request, analysis, job))


@router.get(
    "/analyses/{uuid:analysis_id}/document",
    response={200: dict[str, Any], **RESULT},
    summary="The result",
)
def document(request: HttpRequest, analysis_id: UUID) -> dict[str, Any]:
    """Return the result as the method gave it."""
    return _kept(_finished(request.tenant_scope, analysis_id))


@router.get(
    "/analyses/{uuid:analysis_id}/figures",
    response={200: dict[str, Any], **RESULT},
    summary="The numbers of the pictures",
)
def figures(request: HttpRequest, analysis_id: UUID) -> dict[str, Any]:
    """Return the numbers from which the report's pictures are drawn."""
    analysis = _finished(request.tenant_scope, analysis_id)
    _kept(analysis)
    return results.figures(analysis)


@router.get(
    "/analyses/{uuid:analysis_id}/comparison",
    response={200: ComparisonOut, **RESULT},
    summary="What changed since last time",
)
def comparison(request: HttpRequest, analysis_id: UUID) -> dict[str, Any]:
    """Say what changed since the last analysis of a file of this shape; 404 without one."""
    analysis = _finished(request.tenant_scope, analysis_id)
    _kept(analysis)
    changes = results.changes(analysis, words())
    if changes is None or analysis.previous is None:
        raise Http404
    return {
        "previous": analysis.previous.public_id,
        "answer": changes.answer,
        "rates": changes.rates,
        "findings": [
            {
                "fate": line.fate,
                "group": line.group or "",
                "title": line.title,
                "sentence": line.sentence,
            }
            for line in changes.lines
        ],
        "groups": [
            {"name": group.name, "sentence": group.sentence, "direction": group.direction}
            for group in changes.groups
        ],
    }


@router.get(
    "/analyses/{uuid:analysis_id}/report.{ending}",
    response={422: Failure, **RESULT},
    summary="The report as a file",
    openapi_extra=FILES,
)
def report(
    request: HttpRequest, analysis_id: UUID, ending: Ending, lang: Language | None = None
) -> HttpResponse:
    """Return the report as HTML, PDF or workbook, in the language asked for or in yours.

    A result is there some seconds before its files: until then the answer is 409 with the code
    `being_written`.
    """
    scope = request.tenant_scope
    analysis = _finished(scope, analysis_id)
    file = results.report_file(analysis, lang or words().lang, ending)
    if file is None:
        writing = writing_job(scope, analysis)
        if writing is not None and writing.is_open:
            raise BeingWritten
        raise Refused(
            _("This file is no longer on the server; the report's page offers to make it again.")
        )
    named = content_disposition_header(True, results.file_name(analysis, ending))
    return HttpResponse(
        file.read_bytes(),
        content_type=results.FORMATS[ending],
        headers={"Content-Disposition": named},
    )
