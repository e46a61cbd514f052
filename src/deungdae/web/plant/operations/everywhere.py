"""How the data comes in everywhere: every source of every organisation, for who runs the server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.plant.operations import evidence, gathering
from deungdae.web.plant.operations.judging import Level, Standing
from deungdae.web.plant.operations.spans import microseconds, spoken

OPERATOR: Final = SystemActor("operator")
#: What makes the whole answer bad: nobody hears it, or its books do not agree.
BAD: Final = frozenset({"silent", "missing"})
CODES: Final = {
    Level.NOW: "now",
    Level.SOON: "soon",
    Level.UNKNOWN: "unknown",
    Level.WELL: "well",
    Level.OFF: "off",
}


@dataclass(frozen=True)
class Row:
    """One source in one line, and the same as plain data."""

    text: str
    document: dict[str, Any]
    bad: bool


@dataclass(frozen=True)
class Everywhere:
    """All sources, by organisation, and what did not answer."""

    rows: tuple[Row, ...]
    away: frozenset[str]

    @property
    def well(self) -> bool:
        """Whether nothing is silent, all books agree, and everybody could be asked."""
        return not self.away and not any(row.bad for row in self.rows)


def look(language: str, now: datetime) -> Everywhere:
    """Gather and judge the sources of all organisations, in the words of a language."""
    rows: list[Row] = []
    away: set[str] = set()
    with override(language):
        for organisation in Organisation.objects.order_by("name", "pk"):
            scope = Scope.of_system(OPERATOR, organisation)
            overview = gathering.overview(scope, organisation, now)
            away |= overview.away
            now_us = microseconds(now)
            rows += [_row(organisation, one, now_us) for one in overview.standings]
    return Everywhere(tuple(rows), frozenset(away))


def _row(organisation: Organisation, standing: Standing, now_us: int) -> Row:
    facts, report = standing.facts, standing.facts.report
    heard_us = report.seen_us if report else facts.last_received_us
    heard = (
        _("heard {span} ago").format(span=spoken(max(0, now_us - heard_us)))
        if heard_us is not None
        else _("never heard")
    )
    said = [remark.what for remark in standing.remarks] or [_("all well")]
    mark = {Level.NOW: "!!", Level.SOON: "! ", Level.UNKNOWN: "? "}.get(standing.level, "  ")
    name = f"{organisation.name} · {facts.name}"
    document = {
        "organisation": str(organisation.public_id),
        "organisation_name": organisation.name,
        "source": facts.source,
        "name": facts.name,
        "kind": facts.kind.value,
        "level": CODES[standing.level],
        "heard_us": heard_us,
        "newest_us": facts.newest_us,
        "delay_us": facts.delay_us,
        "waiting": report.waiting if report else None,
        "quarantined": facts.held_points,
        "missing": facts.missing,
        "gaps": None if facts.gaps is None else len(evidence.together(facts.gaps)),
        "clock_error_us": report.clock_error_us if report else None,
        "remarks": [
            {"code": remark.code, "level": CODES[remark.level], "what": remark.what,
             "todo": remark.todo}
            for remark in standing.remarks
        ],
    }  # fmt: skip
    bad = bool(standing.has & BAD) and standing.level is not Level.OFF
    return Row(f"{mark} {name} · {heard} · {' '.join(said)}", document, bad)
