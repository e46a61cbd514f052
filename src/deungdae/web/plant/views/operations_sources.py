"""The page of one source: what is the matter, why gaps are there, what was so."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from deungdae.web.core.access import get_owned, needs
from deungdae.web.core.lists import Column, Filter
from deungdae.web.core.scope import Scope
from deungdae.web.plant.listed import Rows
from deungdae.web.plant.models import Agent, Episode, Source, SparkplugGroup
from deungdae.web.plant.operations import asking, bands, clocks, gathering, history_of, losing
from deungdae.web.plant.operations.evidence import Explained
from deungdae.web.plant.operations.facts import Facts, Kind, say, told_of
from deungdae.web.plant.operations.judging import Standing
from deungdae.web.plant.operations.spans import microseconds, moment, spoken
from deungdae.web.plant.views.operations import PILLS, Shown, helping, level_word, registered_at


@needs("plant.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a source that was registered: an agent, a program or a Sparkplug group."""
    scope: Scope = request.tenant_scope
    for model in (Agent, Source, SparkplugGroup):
        try:
            row = get_owned(model, scope, public_id)
        except Http404:
            continue
        return _page(request, row.source)
    raise Http404


@needs("plant.see")
@require_safe
def other(request: HttpRequest, source: str) -> HttpResponse:
    """Show a source of which only the points are known; Http404 where there are none."""
    return _page(request, source, Kind.OTHER)


def _page(request: HttpRequest, source: str, kind: Kind | None = None) -> HttpResponse:
    scope, now = request.tenant_scope, timezone.now()
    overview = gathering.overview(scope, scope.current, now)
    found = [one for one in overview.standings if one.facts.source == source]
    if not found or (kind is not None and found[0].facts.kind is not kind):
        raise Http404
    standing, now_us = found[0], microseconds(now)
    facts = standing.facts
    days = _days(request)
    rows = history_of.episodes(scope, scope.current, source, now_us - days * 24 * 3600 * 1_000_000)
    past = None
    away = set(overview.away)
    zone = gathering.zone_of(scope, scope.current)
    offset_us = gathering.offset_us(zone, now)
    if "history" not in away:
        try:
            past = history_of.past(scope, scope.current, facts, rows, days, now_us, offset_us)
        except asking.AWAY:
            away.add("history")
    shown = _silences(request, past.silences if past else ())
    if shown.file is not None:
        return shown.file
    context = {
        "row": Shown(standing, now_us),
        "facts": facts,
        "answer": _answer(standing),
        "remarks": [(one, PILLS[one.level], level_word(one.level), helping(one, facts))
                    for one in standing.remarks],
        "set_up": registered_at(facts),
        "away": away,
        "list": shown,
        "silences": [_silence(one, now_us) for one in shown.page],
        "past": past,
        "days": days,
        "spans": [(n, _("{n} days").format(n=n) if n > 1 else _("24 hours"))
                  for n in history_of.SPANS],
        "bands": _bands(past, rows, facts) if past else [],
        "edges": _edges(past, zone) if past else [],
        "machines": _machines(facts, offset_us, now_us),
        "losses": [(losing.sentence(one), moment(one.last_us), losing.todo(one.reason))
                   for one in (facts.report.losses if facts.report else ()) if one.readings],
        "events": _events(rows),
    }  # fmt: skip
    return render(request, "plant/operations/source.html", context)


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in {str(n) for n in history_of.SPANS} else 1


def _answer(standing: Standing) -> str:
    if standing.remarks:
        return standing.remarks[0].what
    return _("It sends as it should.")


def _bands(past: history_of.Past, rows: list[Episode], facts: Facts) -> list[bands.Band]:
    points = bands.of_silences(past.silences, past.start_us, past.end_us, facts.created_us)
    return [points, *bands.of_episodes(rows, past.start_us, past.end_us)]


def _edges(past: history_of.Past, zone: ZoneInfo) -> list[str]:
    middle = (past.start_us + past.end_us) // 2
    pattern = "%H:%M" if past.end_us - past.start_us <= 86_400_000_000 else "%m-%d"
    return [
        moment(time_us).astimezone(zone).strftime(pattern)
        for time_us in (past.start_us, middle, past.end_us)
    ]


@dataclass(frozen=True)
class Machine:
    """One machine of an agent as the page shows it."""

    name: str
    kind: str
    taken: int
    last: str
    problem: str
    clock: str


def _machines(facts: Facts, offset_us: int, now_us: int) -> list[Machine]:
    found = []
    for driver in facts.report.drivers if facts.report else ():
        off = clocks.look(driver.lag_us, offset_us, driver.kind)
        last = ""
        if driver.last_us is not None:
            last = _("{span} ago").format(span=spoken(max(0, now_us - driver.last_us)))
        found.append(
            Machine(
                driver.name,
                driver.kind,
                driver.taken,
                last,
                say(driver.problem),
                off.headline if off else "",
            )
        )
    return found


def _silences(request: HttpRequest, silences: tuple[Explained, ...]) -> Rows:
    return Rows(
        request,
        silences,
        name="silences",
        caption=_("Times without points"),
        columns=(
            Column("from", _("From"), "from", lambda row: moment(row.start_us)),
            Column("to", _("To"), "to", lambda row: moment(row.end_us)),
            Column("length", _("How long"), "length", lambda row: spoken(row.length_us)),
            Column("tags", _("Tags"), "tags", lambda row: len(row.tags), number=True),
            Column("names", _("Names of the tags"), "", lambda row: ", ".join(row.tags),
                   file_only=True),
            Column("why", _("Why"), "", lambda row: " ".join(why(row))),
        ),
        start="-from",
        sorts={
            "from": lambda row: row.start_us,
            "to": lambda row: row.end_us,
            "length": lambda row: row.length_us,
            "tags": lambda row: len(row.tags),
        },
        text=lambda row: " ".join((*row.tags, *why(row))),
        search=_("Find by tag or reason"),
        filters=(
            Filter(
                "known",
                _("Reason"),
                (("yes", _("known")), ("no", _("not known"))),
                lambda rows, code: [row for row in rows if row.known == (code == "yes")],
            ),
        ),
        per_page=50,
    )  # fmt: skip


def _silence(one: Explained, now_us: int) -> dict[str, Any]:
    return {
        "still": one.end_us >= now_us,
        "start": moment(one.start_us),
        "end": moment(one.end_us),
        "length": spoken(one.length_us),
        "tags": ", ".join(one.tags[:20]),
        "count": len(one.tags),
        "why": why(one),
        "known": one.known,
    }


def why(one: Explained) -> list[str]:
    """Return the reasons of a silence in sentences; the last says when most is not known."""
    sentences = [reason.sentence for reason in one.reasons]
    if not sentences:
        return [_("Not known: nothing was seen that explains it.")]
    if not one.known:
        sentences.append(_("For most of it the reason is not known."))
    return sentences


def _events(rows: list[Episode]) -> list[dict[str, Any]]:
    return [
        {
            "title": _title(row),
            "at": row.began_at,
            "text": _length(row),
            "kind": "failed" if row.ended_at is None else "",
        }
        for row in rows[:50]
    ]


def _title(row: Episode) -> str:
    word = str(Episode.What(row.what).label)
    if row.what == Episode.What.LOST:
        source, _sign, reason = row.subject.partition(":")
        return losing.sentence(losing.Loss(source, reason, row.count, 0, 0))
    if row.what == Episode.What.UNREACHABLE:
        problem = say(told_of(row.about.get("problem")))
        return _("{name} could not be read: {problem}").format(name=row.subject, problem=problem)
    if row.what in (Episode.What.CONFIGURED, Episode.What.REFUSED):
        return f"{word[:1].upper()}{word[1:]}: {row.about.get('number', '?')}"
    name = f"{row.subject}: " if row.subject else ""
    if by_us := row.about.get("by_us"):
        sign = "+" if by_us > 0 else "−"
        return f"{name}{word} ({sign}{spoken(by_us)})"
    return f"{name}{word}" if name else word[:1].upper() + word[1:]


def _length(row: Episode) -> str:
    if row.ended_at is None:
        return _("still so")
    length_us = microseconds(row.ended_at) - microseconds(row.began_at)
    if not length_us:
        return ""
    if row.count > 1 and row.what != Episode.What.LOST:
        return _("for {span}, {n} times").format(span=spoken(length_us), n=row.count)
    return _("for {span}").format(span=spoken(length_us))
