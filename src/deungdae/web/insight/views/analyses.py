"""The list of analyses: searched, filtered, sorted, and exported as it stands."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, QuerySet, Value, When
from django.db.models.fields import IntegerField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.reports.codes import VERDICTS, spoken
from deungdae.reports.words import Words
from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.core.scope import Scope
from deungdae.web.insight import exports
from deungdae.web.insight.listing import narrowed, with_state
from deungdae.web.insight.methods import METHODS
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.insight.speech import words
from deungdae.web.insight.views.papers import PILLS

PAGE = 25
SORTS = {
    "title": "title",
    "created": "created_at",
    "verdict": "certainty",
    "findings": "findings",
    "bad": "bad",
}


@needs("insight.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the analyses of this organisation, the latest first."""
    scope = request.tenant_scope
    page = Paginator(_asked_for(request, scope), PAGE).get_page(request.GET.get("page"))
    filtered = any(request.GET.get(name) for name in ("q", "verdict", "state", "method"))
    return render(
        request,
        "insight/home.html",
        {
            "page": page,
            "shown": [_shown(analysis) for analysis in page],
            "filtered": filtered,
            "verdicts": [(code, spoken(words(), VERDICTS, code)) for code in VERDICTS],
            "states": _states(),
            "methods": list(METHODS.values()),
            "may_work": allowed("insight.work", scope, scope.current),
            "waiting": Upload.objects.here(scope)
            .exclude(state=Upload.State.RECEIVING)
            .filter(analyses=None)
            .defer("understanding")[:5],
        },
    )


@needs("insight.see")
@require_safe
def export(request: HttpRequest, ending: str) -> HttpResponse:
    """Hand out the list as it is filtered and sorted, as a table for other programs."""
    if ending not in exports.FORMATS:
        raise Http404
    language = words()
    head = [
        _("File"), _("Method"), _("Asked on"), _("State"), _("Verdict"), _("Answer"), _("Findings"),
        _("Parts"), _("Bad"), _("Address"),
    ]  # fmt: skip
    rows = []
    for analysis in _asked_for(request, request.tenant_scope):
        shown = _shown(analysis)
        rows.append(
            [
                analysis.title,
                str(shown["method"].name),
                analysis.created_at,
                shown["state_word"],
                shown["verdict_word"],
                (analysis.answer or {}).get(language.lang, ""),
                analysis.findings,
                analysis.rows,
                analysis.bad,
                request.build_absolute_uri(shown["url"]),
            ]
        )
    return exports.answer(ending, _("Analyses"), head, rows)


def _asked_for(request: HttpRequest, scope: Scope) -> QuerySet[Analysis]:
    analyses = Analysis.objects.here(scope).annotate(
        certainty=Case(
            *(When(verdict=code, then=Value(n)) for n, code in enumerate(VERDICTS)),
            default=Value(len(VERDICTS)),
            output_field=IntegerField(),
        ),
    )
    found = narrowed(
        with_state(analyses, scope).select_related("asked_by"),
        text=request.GET.get("q", ""),
        verdict=request.GET.get("verdict", ""),
        group=request.GET.get("state", ""),
        method=request.GET.get("method", ""),
    )
    sort = request.GET.get("sort", "-created")
    column = SORTS.get(sort.removeprefix("-"), "created_at")
    return found.order_by(("-" if sort.startswith("-") else "") + column, "-pk")


def _states() -> list[tuple[str, str]]:
    return [
        ("done", _("with a report")),
        ("open", _("still running")),
        ("ended", _("without a report")),
    ]


def _verdict_word(analysis: Any, language: Words) -> str:
    """Return the verdict in words: those of the report itself, where it told them."""
    told = (analysis.verdict_word or {}).get(language.lang)
    if told:
        return str(told)
    known = analysis.verdict in VERDICTS
    return spoken(language, VERDICTS, analysis.verdict) if known else ""


def _shown(analysis: Any) -> dict[str, Any]:
    language = words()
    kinds = {"queued": "waiting", "claimed": "running", "running": "running", "done": "done"}
    return {
        "it": analysis,
        "url": analysis.get_absolute_url(),
        "answer": (analysis.answer or {}).get(language.lang, ""),
        "state_kind": kinds.get(analysis.state, "failed"),
        "state_word": dict(Job.State.choices).get(analysis.state, ""),
        "method": METHODS[analysis.method],
        "verdict_kind": PILLS.get(analysis.verdict, analysis.verdict),
        "verdict_word": _verdict_word(analysis, language),
    }
