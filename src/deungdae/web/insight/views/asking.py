"""A file is asked something else than the causes: the page with the question, and its start."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from deungdae.records.errors import PublicError
from deungdae.web.core.access import needs
from deungdae.web.insight import sheets
from deungdae.web.insight.access import get_upload
from deungdae.web.insight.actions import AskMethod
from deungdae.web.insight.asks import ASKS, STUDIES
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.methods import GAUGE, METHODS, SPC
from deungdae.web.insight.proposals import proposals
from deungdae.web.insight.speech import words
from deungdae.web.insight.views.handed_out import handed_out


@needs("insight.work")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, public_id: UUID, method: str) -> HttpResponse:
    """Show what a method can be told of a file, with proposals; take it, and start."""
    scope = request.tenant_scope
    upload = get_upload(scope, public_id)
    if method not in ASKS:
        raise Http404
    if not upload.table:
        return redirect("insight:upload", public_id)
    proposed = proposals(scope, upload)
    posted = request.POST if request.method == "POST" else None
    form = ASKS[method](posted, proposed=proposed, initial=_initial(request, method))
    if posted is not None and form.is_valid():
        try:
            analysis = AskMethod(
                scope=scope,
                upload=upload,
                method=method,
                options=form.options(),
                limits=form.limits(),
            ).perform()
        except Refused as error:
            messages.error(request, str(error.sentence))
            return redirect("insight:upload", public_id)
        return redirect("insight:analysis", analysis.public_id)
    given: dict[str, Any] = {
        "upload": upload,
        "method": METHODS[method],
        "form": form,
        "limits": proposed.limits,
        "studies": STUDIES if method == GAUGE else (),
        "missing": form.NUMBERS and not proposed.numbers,
    }
    status = 200 if posted is None else 400
    return render(request, "insight/ask.html", given, status=status)


def _initial(request: HttpRequest, method: str) -> dict[str, Any]:
    """Return what the address proposes, such as the column that a report links."""
    columns = request.GET.getlist("column")
    if not columns:
        return {}
    return {"columns": columns} if method == SPC else {"column": columns[0], "value": columns[0]}


@needs("insight.see")
@require_safe
def template(request: HttpRequest, study: str) -> HttpResponse:
    """Hand out the empty sheet of a gauge study, to be filled in at the gauge."""
    if study not in dict(STUDIES):
        raise Http404
    try:
        file = sheets.gauge_sheet(study, words().lang)
    except PublicError as error:
        return HttpResponse(words().say_message(error.message), status=503)
    return handed_out(file, file.name, "xlsx")
