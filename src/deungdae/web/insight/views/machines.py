"""Causes are searched in what machines measured while the parts of a file were made."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from deungdae import bus
from deungdae.web.core import tags
from deungdae.web.core.access import needs
from deungdae.web.insight.access import get_upload
from deungdae.web.insight.actions import StartAnalysis
from deungdae.web.insight.ask_machines import AskMachines
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.methods import MACHINES
from deungdae.web.insight.proposals import proposals


@needs("insight.work")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show which tags there are and which time of theirs may be taken; take it, and start."""
    scope = request.tenant_scope
    upload = get_upload(scope, public_id)
    if not upload.table:
        return redirect("insight:upload", public_id)
    given = {"upload": upload, "method": MACHINES}
    try:
        known = tags.known(scope, upload.organisation)
    except (bus.Unavailable, bus.Refusal):
        return render(request, "insight/machines.html", {**given, "away": True}, status=503)
    posted = request.POST if request.method == "POST" else None
    form = AskMachines(posted, proposed=proposals(scope, upload), tags=known)
    if posted is not None and form.is_valid():
        try:
            started = StartAnalysis(scope=scope, upload=upload, history=form.history()).perform()
        except Refused as error:
            messages.error(request, str(error.sentence))
            return redirect("insight:upload", public_id)
        return redirect("insight:analysis", started.public_id)
    shown = {**given, "form": form, "empty": not known}
    return render(request, "insight/machines.html", shown, status=200 if posted is None else 400)
