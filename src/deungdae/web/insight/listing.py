"""Lists of analyses: each with the state of its latest job, narrowed to what is looked for."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import OuterRef, Q, QuerySet, Subquery

from deungdae.reports.codes import VERDICTS
from deungdae.web.core.scope import Scope
from deungdae.web.insight.methods import METHODS
from deungdae.web.insight.models import Analysis, Job

#: What a list is narrowed to → the states of a job that this means.
GROUPS: Final[Mapping[str, tuple[Any, ...]]] = {
    "done": (Job.State.DONE,),
    "open": Job.OPEN,
    "ended": (Job.State.FAILED, Job.State.CANCELLED, Job.State.LOST),
}


def with_state(analyses: QuerySet[Analysis], scope: Scope) -> QuerySet[Analysis]:
    """Give each analysis the `state` of the latest job that searches."""
    latest = (
        Job.objects.within(scope)
        .filter(analysis=OuterRef("pk"), kind=Job.Kind.ANALYSE)
        .order_by("-created_at", "-pk")
    )
    return analyses.annotate(state=Subquery(latest.values("state")[:1]))


def narrowed(
    analyses: QuerySet[Analysis],
    *,
    text: str = "",
    verdict: str = "",
    group: str = "",
    method: str = "",
) -> QuerySet[Analysis]:
    """Keep what fits: words in title, answer or name; a verdict; one of `GROUPS`; a method.

    A verdict, group or method that does not exist is passed over. Needs `with_state`.
    """
    if method in METHODS:
        analyses = analyses.filter(method=method)
    if text := text.strip():
        analyses = analyses.filter(
            Q(title__icontains=text)
            | Q(answer__ko__icontains=text)
            | Q(answer__en__icontains=text)
            | Q(asked_by__name__icontains=text)
        )
    if verdict in VERDICTS:
        analyses = analyses.filter(verdict=verdict)
    if group in GROUPS:
        analyses = analyses.filter(state__in=GROUPS[group])
    return analyses
