"""From a cause to its proof: the plan of an experiment, its sheet, and the filled sheet."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae.reports.causes.story import tell
from deungdae.reports.experiment.confirmations import confirmations
from deungdae.reports.words import LANGUAGES, Words
from deungdae.web.core.access import needs
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders, results
from deungdae.web.insight.access import get_analysis
from deungdae.web.insight.actions import AskMethod, BeginUpload, JudgeExperiment
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.methods import CAUSES, EXPERIMENT, METHODS, PLAN
from deungdae.web.insight.models import Analysis
from deungdae.web.insight.plans import AskPlan
from deungdae.web.insight.speech import words
from deungdae.web.insight.views.handed_out import handed_out

#: What an experiment said of a finding → the kind of notice that tells it.
PROVED: Final = {"confirmed": "plain", "refuted": "now", "undecided": "soon"}
LARGEST_SHEET = 20_000_000  #: bytes; a filled sheet has some dozen rows


@needs("insight.work")
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what the experiment on a finding can be told; take it, and start."""
    scope = request.tenant_scope
    analysis = get_analysis(scope, public_id)
    findings = _findings(analysis)
    if not findings:
        return redirect("insight:analysis", public_id)
    wanted = request.GET.get("finding")
    first = wanted if wanted in dict(findings) else findings[0][0]
    posted = request.POST if request.method == "POST" else None
    form = AskPlan(posted, findings=findings, initial={"finding": first})
    if posted is not None and form.is_valid():
        try:
            started = AskMethod(
                scope=scope,
                upload=analysis.upload,
                method=PLAN,
                about=analysis,
                options=form.options(),
            ).perform()
        except Refused as error:
            messages.error(request, str(error.sentence))
            return redirect("insight:analysis", public_id)
        return redirect("insight:analysis", started.public_id)
    given = {"analysis": analysis, "method": METHODS[PLAN], "form": form}
    status = 200 if posted is None else 400
    return render(request, "insight/plan.html", given, status=status)


def _findings(analysis: Analysis) -> list[tuple[str, str]]:
    """Return the findings of a finished search for causes that an experiment can prove."""
    if analysis.method != CAUSES or analysis.finished_at is None:
        return []
    document = results.document(analysis)
    story = tell(document, analysis.understanding or {}, words())
    return [
        (f"{group.index}-{finding.rank}", f"{group.name}: {finding.title}")
        for group in story.groups
        if group.shown_first
        for finding, cause in zip(
            group.findings, document["strata"][group.index]["causes"], strict=True
        )
        if "rate_inside" in cause
    ]


@needs("insight.work")
@require_POST
def judge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take the filled sheet of a plan and have it judged."""
    scope = request.tenant_scope
    analysis = get_analysis(scope, public_id)
    file = request.FILES.get("file")
    if analysis.method != PLAN or analysis.finished_at is None:
        messages.error(request, _("This is no plan of an experiment."))
        return redirect("insight:analysis", public_id)
    if file is None or file.size > LARGEST_SHEET:
        messages.error(request, _("Choose the filled sheet first. Nothing was sent."))
        return redirect("insight:analysis", public_id)
    try:
        upload = BeginUpload(
            scope=scope, organisation=analysis.organisation, name=file.name, size=file.size
        ).perform()
        with folders.appending(upload) as target:
            for piece in file.chunks():
                target.write(piece)
        judged = JudgeExperiment(scope=scope, upload=upload, plan=analysis).perform()
    except Refused as error:
        messages.error(request, str(error.sentence))
        return redirect("insight:analysis", public_id)
    return redirect("insight:analysis", judged.public_id)


@needs("insight.see")
@require_safe
def sheet(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand out the sheet of a plan, to be filled in at the machine."""
    analysis = get_analysis(request.tenant_scope, public_id)
    language = request.GET.get("lang", words().lang)
    if analysis.finished_at is None or language not in LANGUAGES:
        raise Http404
    file = results.sheet_file(analysis, language)
    if file is None:
        raise Http404
    return handed_out(file, results.file_name(analysis, "xlsx"), "xlsx")


def confirmed(scope: Scope, analysis: Analysis, spoken: Words) -> dict[Any, Any]:
    """Return what experiments say of the findings of a report: by (stratum, rank), oldest first."""
    judged = Analysis.objects.within(scope).filter(
        about__about=analysis, method=EXPERIMENT, finished_at__isnull=False
    )
    found = list(judged.order_by("finished_at"))
    if not found:
        return {}
    pages = {results.document(one)["plan"]["id"]: one.get_absolute_url() for one in found}
    said = confirmations(
        spoken, results.document(analysis), [results.document(one) for one in found]
    )
    return {
        place: {"it": each, "kind": PROVED[each.verdict], "url": pages[each.plan]}
        for place, each in said.items()
    }


def follow_ups(request: HttpRequest, analysis: Analysis) -> list[dict[str, Any]]:
    """Return the analyses that follow this one up, the latest first."""
    found = Analysis.objects.within(request.tenant_scope).filter(about=analysis)
    return [{"it": one, "method": METHODS[one.method]} for one in found[:10]]
