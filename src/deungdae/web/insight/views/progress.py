"""How far a job is: as events that the server sends, and for those who ask every few seconds."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.scope import Scope
from deungdae.web.insight.access import get_job
from deungdae.web.insight.actions import AskAgain, StopJob
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Job
from deungdae.web.insight.speech import progress

LOOK_SECONDS = 0.5  #: between two looks: at most two redraws a second
LONGEST_SECONDS = 300  #: then the browser connects anew, and its right is asked again


def told(job: Job) -> dict[str, Any]:
    """Return what a page shows of a job's progress."""
    doing, percent = progress(job.kind, job.state, job.step, job.share)
    left = _("You may leave this page; the work goes on.")
    if job.cancel_asked:
        doing = _("Stopping")
    elif job.attempts > 1:
        left = _("It was interrupted and begun again. You may leave this page.")
    return {
        "doing": doing,
        "percent": percent,
        "left": left,
        "step": job.step,
        "ended": not job.is_open,
    }


@needs("insight.see")
@require_safe
def events(request: HttpRequest, public_id: UUID) -> StreamingHttpResponse:
    """Send an event whenever a job is further, and a last one when it has ended."""
    job = get_job(request.tenant_scope, public_id)
    return StreamingHttpResponse(
        _stream(job.pk, request.tenant_scope, translation.get_language() or "en"),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(key: int, scope: Scope, language: str) -> AsyncIterator[bytes]:
    def look() -> dict[str, Any] | None:
        job = Job.objects.within(scope).filter(pk=key).first()
        with translation.override(language):
            return None if job is None else told(job)

    last = None
    until = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        now = await sync_to_async(look)()
        if now is None:
            return
        if now != last:
            last = now
            yield f"data: {json.dumps(now, ensure_ascii=False)}\n\n".encode()
            if now["ended"]:
                return
        await asyncio.sleep(LOOK_SECONDS)


@needs("insight.see")
@require_safe
def poll(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Return the progress as a piece of a page; once the job has ended, have the page reloaded."""
    job = get_job(request.tenant_scope, public_id)
    response = render(request, "insight/progress.html", {"job": job, "progress": told(job)})
    if not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@needs("insight.work")
@require_POST
def stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop a job that waits or runs."""
    job = get_job(request.tenant_scope, public_id)
    StopJob(scope=request.tenant_scope, job=job).perform()
    return _back(job)


@needs("insight.work")
@require_POST
def again(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start a job again that was lost, stopped or failed."""
    job = get_job(request.tenant_scope, public_id)
    with suppress(Refused):  # a second click: the page shows what the first one started
        AskAgain(scope=request.tenant_scope, job=job).perform()
    return _back(job)


def _back(job: Job) -> HttpResponse:
    if job.analysis is not None:
        return redirect("insight:analysis", job.analysis.public_id)
    if job.upload is None:
        return redirect("insight:files")
    return redirect("insight:upload", job.upload.public_id)
