"""The page of one analysis: its progress, then the report; and the report as files."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import tell
from deungdae.reports.words import LANGUAGES, Words
from deungdae.web.core.access import needs
from deungdae.web.core.rules import allowed
from deungdae.web.insight import results
from deungdae.web.insight.access import analysis_job, get_analysis, writing_job
from deungdae.web.insight.actions import RenewReport
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.methods import CAUSES, METHODS
from deungdae.web.insight.models import Analysis, Job
from deungdae.web.insight.speech import error_sentence, words
from deungdae.web.insight.views.experiments import confirmed, follow_ups
from deungdae.web.insight.views.handed_out import handed_out
from deungdae.web.insight.views.papers import paper_of, standing
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
    document = results.found(analysis)
    if document is None:
        return render(request, "insight/report_gone.html", given, status=410)
    writing = writing_job(scope, analysis)
    if analysis.method != CAUSES:
        return render(request, "insight/paper.html", {**given, **paper_of(analysis, writing)})
    given |= {"document": document, **_written(analysis, writing)}
    proved = confirmed(scope, analysis, words())
    return render(request, "insight/report.html", {**given, **_report(given, words(), proved)})


def _written(analysis: Analysis, job: Job | None) -> dict[str, Any]:
    """Say what of the report is there, and whether the rest is still coming."""
    drawn = results.pictures(analysis, words().lang)
    return {
        "drawn": drawn or {"reasons": None, "timelines": {}, "causes": {}},
        **standing(analysis, job, drawn=drawn is not None),
    }


def _report(given: dict[str, Any], spoken: Words, proved: Mapping[Any, Any]) -> dict[str, Any]:
    analysis, drawn = given["analysis"], given["drawn"]
    strata = given["document"]["strata"]
    story = tell(given["document"], analysis.understanding or {}, spoken)
    understood = analysis.understanding or {}
    joined = (understood.get("joined") or {}).get("columns", ())
    # What was joined stands in no file of which a chart could be asked.
    kinds = {c["name"]: c["kind"] for c in understood.get("columns", ()) if c["name"] not in joined}
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
                    "place": f"pictures-{group.index}-{number}",
                    "number": f"{group.index}-{finding.rank}",
                    "proved": proved.get((group.index, finding.rank)),
                    "provable": group.shown_first
                    and strata[group.index]["causes"][number].get("rate_inside") is not None,
                    "charted": [
                        column
                        for column in strata[group.index]["causes"][number]["columns"]
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
    explain = {name: spoken.say_message(pair[1]) for name, pair in GLOSSARY.items()}
    return {
        "story": story,
        "groups": groups,
        "reasons": drawn["reasons"],
        "several_reasons": len({s.get("reason") for s in given["document"]["strata"]} - {None}) > 1,
        "places": ",".join(f"#{place}" for place in _places(groups)),
        "figures": [
            {"it": figure, "explain": explain.get(figure.term or "", "")}
            for figure in story.figures
        ],
        "glossary": [tuple(map(spoken.say_message, pair)) for pair in GLOSSARY.values()],
        "changes": results.changes(analysis, spoken),
    }


def _places(groups: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids of what is put into the page once it is drawn or written."""
    yield from ("writing", "downloads", "pictures-reasons")
    for group in groups:
        if group["it"].shown_first or len(groups) == 1:
            yield f"timeline-{group['it'].index}"
            if group["findings"]:
                yield f"timeline-{group['it'].index}-beside"
            yield from (finding["place"] for finding in group["findings"])


def _named(place: str, picture: dict[str, Any] | None) -> dict[str, Any] | None:
    """Give a picture the id of its place on the page."""
    return None if picture is None else {**picture, "id": f"picture-{place}"}


@needs("insight.see")
@require_safe
def download(request: HttpRequest, public_id: UUID, ending: str) -> HttpResponse:
    """Hand the report out as a file, in the language of the page or of `?lang=`."""
    analysis = get_analysis(request.tenant_scope, public_id)
    language = request.GET.get("lang", words().lang)
    if analysis.finished_at is None or language not in LANGUAGES:
        raise Http404
    file = results.report_file(analysis, language, ending)
    if ending not in results.FORMATS:
        raise Http404
    if file is None:
        messages.info(request, _("This file of the report is not there yet."))
        return redirect("insight:analysis", public_id)
    return handed_out(file, results.file_name(analysis, ending), ending)


@needs("insight.work")
@require_POST
def renew(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write the files of a report again, or search again when its result is gone."""
    analysis = get_analysis(request.tenant_scope, public_id)
    with suppress(Refused):  # a second click: the page shows what the first one started
        RenewReport(
            scope=request.tenant_scope,
            analysis=analysis,
            result_there=results.found(analysis) is not None,
        ).perform()
    return redirect("insight:analysis", public_id)
