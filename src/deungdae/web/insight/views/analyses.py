"""The list of analyses: searched, filtered, sorted, and exported as it stands."""

from typing import Any

from django.db.models import Case, Value, When
from django.db.models.fields import IntegerField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.reports.codes import VERDICTS, spoken
from deungdae.reports.words import Words
from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.rules import allowed
from deungdae.web.insight.listing import narrowed, with_state
from deungdae.web.insight.methods import METHODS
from deungdae.web.insight.models import Analysis, Job, Upload
from deungdae.web.insight.speech import words
from deungdae.web.insight.views.papers import PILLS


@needs("insight.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the analyses of this organisation, the latest first."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    return render(
        request,
        "insight/home.html",
        {
            "list": listing,
            "shown": [_shown(analysis) for analysis in listing.page],
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
    return _listing(request).as_file(ending)


def _listing(request: HttpRequest) -> Listing:
    scope, language = request.tenant_scope, words()
    by_certainty = Case(
        *(When(verdict=code, then=Value(n)) for n, code in enumerate(VERDICTS)),
        default=Value(len(VERDICTS)),
        output_field=IntegerField(),
    )
    analyses = Analysis.objects.here(scope).annotate(certainty=by_certainty)

    def address(analysis: Analysis) -> str:
        found: str = request.build_absolute_uri(analysis.get_absolute_url())
        return found

    def answer(analysis: Analysis) -> str:
        return str((analysis.answer or {}).get(language.lang, ""))

    def method(analysis: Analysis) -> str:
        return str(METHODS[analysis.method].name)

    return Listing(
        request,
        with_state(analyses, scope).select_related("asked_by"),
        name="reports",
        caption=_("Reports"),
        columns=(
            Column("title", _("File"), "title", lambda row: row.title),
            Column("verdict", _("Verdict"), "certainty", lambda row: _shown(row)["verdict_word"]),
            Column("findings", _("Findings"), "findings", lambda row: row.findings, number=True),
            Column("bad", _("Bad"), "bad", lambda row: row.bad, number=True),
            Column("created", _("Asked on"), "created_at", lambda row: row.created_at),
            Column("method", _("Method"), "", method, file_only=True),
            Column("parts", _("Parts"), "rows", lambda row: row.rows, file_only=True),
            Column("state", _("State"), "", lambda row: _shown(row)["state_word"], file_only=True),
            Column("answer", _("Answer"), "", answer, file_only=True),
            Column("address", _("Address"), "", address, file_only=True),
        ),
        start="-created",
        search=_("Find in files and answers"),
        search_in=("title", "answer__ko", "answer__en", "asked_by__name"),
        filters=(
            Filter(
                "method",
                _("Method"),
                [(method.code, method.name) for method in METHODS.values()],
                lambda rows, code: narrowed(rows, method=code),
            ),
            Filter(
                "verdict",
                _("Verdict"),
                [(code, spoken(language, VERDICTS, code)) for code in VERDICTS],
                lambda rows, code: narrowed(rows, verdict=code),
            ),
            Filter("state", _("State"), _states(), lambda rows, code: narrowed(rows, group=code)),
        ),
    )


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
