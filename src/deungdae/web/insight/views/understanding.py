"""The page of one file: what was understood of it, and one click to correct each guess."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.insight import folders
from deungdae.web.insight.access import get_upload, reading_job
from deungdae.web.insight.actions import CorrectUpload, StartAnalysis
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.forms import Correction
from deungdae.web.insight.models import Analysis, Upload
from deungdae.web.insight.speech import error_sentence, words
from deungdae.web.insight.understood import understood
from deungdae.web.insight.views.progress import told


@needs("insight.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show where a file stands: on its way, being read, read, or unusable and why."""
    scope = request.tenant_scope
    upload = get_upload(scope, public_id)
    if upload.state == Upload.State.RECEIVING:
        return render(
            request,
            "insight/receiving.html",
            {"upload": upload, "received": folders.received(upload)},
        )
    analyses = Analysis.objects.within(scope).filter(upload=upload)
    if upload.state == Upload.State.REMOVED:
        given = {"upload": upload, "analyses": analyses}
        return render(request, "insight/removed.html", given)
    job = reading_job(scope, upload)
    return render(
        request,
        "insight/upload.html",
        {
            "upload": upload,
            "job": job,
            "reading": job is not None and job.is_open,
            "progress": told(job) if job else None,
            "problem": error_sentence(upload.problem),
            "understood": understood(upload, words()),
            "may_work": allowed("insight.work", scope, upload.organisation),
            "analyses": analyses[:5],
            "reports": analyses.count(),
        },
    )


@needs("insight.work")
@require_POST
def correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take one correction, have the file read again under it, and show its page."""
    upload = get_upload(request.tenant_scope, public_id)
    seen = understood(upload, words())
    if seen is None:
        return redirect("insight:upload", public_id)
    form = Correction(request.POST, upload=upload, current=seen.current, values=seen.values)
    if not form.is_valid():
        for error in form.non_field_errors() or [_("This cannot be corrected.")]:
            messages.error(request, error)
        return redirect("insight:upload", public_id)
    try:
        CorrectUpload(scope=request.tenant_scope, upload=upload, answers=form.answer()).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, _("Corrected, and remembered for files of this shape."))
    return redirect("insight:upload", public_id)


@needs("insight.work")
@require_POST
def start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Start the search for causes and lead to the page of the report."""
    upload = get_upload(request.tenant_scope, public_id)
    try:
        analysis = StartAnalysis(scope=request.tenant_scope, upload=upload).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect("insight:upload", public_id)
    return redirect("insight:analysis", analysis.public_id)
