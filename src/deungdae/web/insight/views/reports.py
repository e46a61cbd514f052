"""The page of one analysis: its progress, then the report; and the report as files."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import tell
from deungdae.reports.words import LANGUAGES, Words
from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.insight import results
from deungdae.web.insight.access import analysis_job, get_analysis
from deungdae.web.insight.methods import CAUSES, METHODS
from deungdae.web.insight.models import Analysis
from deungdae.web.insight.speech import error_sentence, words
from deungdae.web.insight.views.experiments import confirmed, follow_ups
from deungdae.web.insight.views.papers import paper_of
from deungdae.web.insight.views.progress import told


@needs("insight.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show the report, or how far it is, or why there is none and what to do."""
    scope = request.tenant_scope
    analysis = get_analysis(scope, public_id)
    job = analysis_job(scope, analysis)
    given: dict[str, Any] = {
        "analysis": analysis,
        "job": job,
        "may_work": allowed("insight.work", scope, analysis.organisation),
        "follow_ups": follow_ups(request, analysis),
        "method": METHODS[analysis.method],
    }
    if analysis.finished_at is None:
        given |= {"progress": told(job), "problem": error_sentence(job.error)}
        return render(request, "insight/running.html", given)
    if analysis.method != CAUSES:
        return render(request, "insight/paper.html", {**given, **paper_of(analysis, words())})
    proved = confirmed(scope, analysis, words())
    told_of = {**given, **_report(analysis, words(), proved)}
    return render(request, "insight/report.html", told_of)


def _report(analysis: Analysis, spoken: Words, proved: Mapping[Any, Any]) -> dict[str, Any]:
    document = results.document(analysis)
    story = tell(document, analysis.understanding or {}, spoken)
    kinds = {c["name"]: c["kind"] for c in (analysis.understanding or {}).get("columns", ())}
    drawn = results.pictures(analysis, spoken.lang)
    groups = [
        {
            "it": group,
            "rows": spoken.number(group.rows),
            "bad": "" if group.bad is None else spoken.number(group.bad),
            # Beside several pictures there is room for it in the first finding's own column.
            "beside": len(drawn["causes"].get(f"{group.index}-0", ())) > 1,
            "timeline": _named(f"t{group.index}", drawn["timelines"].get(str(group.index))),
            "findings": [
                {
                    "it": finding,
                    "place": f"{group.index}-{finding.rank}",
                    "proved": proved.get((group.index, finding.rank)),
                    "provable": group.shown_first
                    and document["strata"][group.index]["causes"][number].get("rate_inside")
                    is not None,
                    "charted": [
                        column
                        for column in document["strata"][group.index]["causes"][number]["columns"]
                        if kinds.get(column) == "number"
                    ],
                    "pictures": [
                        _named(f"c{group.index}-{number}-{place}", picture)
                        for place, picture in enumerate(
                            drawn["causes"].get(f"{group.index}-{number}", ())
                        )
                    ],
                }
                for number, finding in enumerate(group.findings)
            ],
        }
        for group in story.groups
    ]
    return {
        "story": story,
        "groups": groups,
        "reasons": drawn["reasons"],
        "rows": spoken.number(story.rows),
        "bad": spoken.number(story.bad),
        "rate": spoken.number(100 * story.bad / story.rows, digits=3) if story.rows else "",
        "explain": {name: spoken.say_message(text) for name, (_, text) in GLOSSARY.items()},
        "glossary": [tuple(map(spoken.say_message, pair)) for pair in GLOSSARY.values()],
        "changes": results.changes(analysis, spoken),
        "downloads": [fmt for fmt in ("xlsx", "html", "pdf") if fmt in analysis.files[spoken.lang]],
    }


def _named(place: str, picture: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a picture the id of its place on the page."""
    return None if picture is None else {**picture, "id": f"picture-{place}"}


@needs("insight.see")
@require_safe
def download(request: HttpRequest, public_id: UUID, ending: str) -> HttpResponseBase:
    """Hand the report out as a file, in the language of the page or of `?lang=`."""
    analysis = get_analysis(request.tenant_scope, public_id)
    language = request.GET.get("lang", words().lang)
    if analysis.finished_at is None or language not in LANGUAGES:
        raise Http404
    file = results.report_file(analysis, language, ending)
    if file is None:
        raise Http404
    return FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=results.file_name(analysis, ending),
        content_type=results.FORMATS[ending],
    )
