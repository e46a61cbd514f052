"""The only roads from an id to an upload, an analysis or a job."""

from typing import Any
from uuid import UUID

from django.http import Http404

from deungdae.web.core.access import get_owned
from deungdae.web.core.scope import Scope
from deungdae.web.insight.models import Analysis, Job, Upload


def get_upload(scope: Scope, public_id: UUID | str) -> Upload:
    """Return an upload within the scope; Http404 without one."""
    return get_owned(Upload, scope, public_id)


def get_analysis(scope: Scope, public_id: UUID | str) -> Analysis:
    """Return an analysis within the scope; Http404 without one."""
    return get_owned(Analysis, scope, public_id)


def get_job(scope: Scope, public_id: UUID | str) -> Job:
    """Return a job within the scope; Http404 without one."""
    return get_owned(Job, scope, public_id)


def reading_job(scope: Scope, upload: Upload) -> Job | None:
    """Return the latest job that reads an upload; None while its bytes are still coming."""
    jobs = Job.objects.within(scope).filter(upload=upload, kind=Job.Kind.UNDERSTAND)
    found: Job | None = jobs.order_by("-created_at", "-pk").first()
    return found


def analysis_job(scope: Scope, analysis: Analysis) -> Job:
    """Return the latest search of an analysis; Http404 when it has none (it was made elsewhere)."""
    found = _latest(scope, analysis, Job.Kind.ANALYSE)
    if found is None:
        raise Http404
    return found


def writing_job(scope: Scope, analysis: Analysis) -> Job | None:
    """Return the latest job that writes the report of an analysis; None when there was none."""
    return _latest(scope, analysis, Job.Kind.RENDER)


def _latest(scope: Scope, analysis: Analysis, kind: Any) -> Job | None:
    jobs = Job.objects.within(scope).filter(analysis=analysis, kind=kind)
    found: Job | None = jobs.order_by("-created_at", "-pk").first()
    return found
