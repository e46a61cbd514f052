"""One watch: how the machine stands against its good period, and how it is watched."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from deungdae.web.core.access import needs
from deungdae.web.floor.shown.drawing.axis import Axis
from deungdae.web.floor.shown.durations import day_clock, lasting
from deungdae.web.plant import speech
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.explorer.picture import part_words
from deungdae.web.plant.live.board import now_us
from deungdae.web.watches import asking, naming
from deungdae.web.watches.access import get_watch
from deungdae.web.watches.actions.watches import LearnSameAgain, RetireWatch
from deungdae.web.watches.models import AnomalyVerdict, Watch
from deungdae.web.watches.shown import pictures, words

HOUR_US: Final = 3_600_000_000
SPANS: Final = {"1h": 1, "8h": 8, "24h": 24, "7d": 168, "30d": 720}
START: Final = "8h"
MOST_ANOMALIES: Final = 100
ROWS: Final = 60  #: of the table beside the picture


@needs("watches.see")
@require_safe
def index(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a watch over a span: `?span=8h`, or `good` for the good period itself."""
    scope, at_us = request.tenant_scope, now_us()
    watch = get_watch(scope, public_id)
    span = request.GET.get("span", START)
    # Of a watch that was ended, what it found last.
    until = at_us if watch.retired_at is None else min(at_us, microseconds(watch.retired_at))
    start, end = until - SPANS.get(span, 8) * HOUR_US, until
    if span == "good":
        start, end = watch.start_us, watch.end_us
    heard = asking.one(watch, start, end)
    told = heard.found or {}
    now, learned = told.get("now") or {}, told.get("learned")
    named = naming.names(scope)
    verdicts = AnomalyVerdict.objects.within(scope).filter(watch=watch)
    kind, word = words.state(now if watch.retired_at is None else {"state": "over"})
    alarms = naming.alarms(watch) if scope.may("alarms.see", watch.organisation) else ()
    context: dict[str, Any] = {
        "watch": watch,
        "asset": watch.asset,
        "now": now,
        "kind": kind,
        "word": word,
        "answer": _answer(watch, heard.problem, now, at_us, named),
        "problem": heard.problem,
        "learned": learned,
        "spans": _spans(span if span in SPANS or span == "good" else START),
        "drift": speech.told(now["drift"]["says"]) if now.get("drift") else "",
        "manages": scope.may("watches.manage", watch.organisation),
        "judges": scope.may("watches.judge", watch.organisation) and watch.retired_at is None,
        "ended": day_clock(until, at_us) if watch.retired_at else "",
        "alarms": alarms,
        "ringing": linked(alarms),
        "alarms_made": watch.organisation == scope.current and scope.may("alarms.manage"),
        "period": "{} – {}".format(*words.span(watch.start_us, watch.end_us)),
        "tags": [named.get(tag, tag) for tag in watch.tags],
        "said": {
            "real": verdicts.filter(verdict=AnomalyVerdict.Verdict.REAL).count(),
            "false": verdicts.filter(verdict=AnomalyVerdict.Verdict.FALSE).count(),
        },
    }
    if learned:
        context |= _learned(learned, named, at_us)
        context |= _scores(told, start, end, at_us, learned["end"])
        context["wished"] = words.wished(learned)
        found = told["anomalies"][::-1][:MOST_ANOMALIES]
        context["anomalies"] = rows(found, list(verdicts), named, at_us)
    return render(request, "watches/watch.html", context)


def _answer(
    watch: Watch, problem: str, now: Mapping[str, Any], at_us: int, named: Mapping[str, str]
) -> str:
    if watch.retired_at is not None:
        return _("This watch was ended; what it found is kept.")
    return "" if problem else words.answer(now, at_us, named)


def _spans(chosen: str) -> list[dict[str, Any]]:
    found = [
        {"code": code, "word": part_words(hours * 3_600_000), "current": code == chosen}
        for code, hours in SPANS.items()
    ]
    return [*found, {"code": "good", "word": _("Good period"), "current": chosen == "good"}]


def _learned(learned: Mapping[str, Any], named: Mapping[str, str], at_us: int) -> dict[str, Any]:
    return {
        "wolf": words.wolf(learned),
        "trials": words.trials(learned),
        "kinds": [str(word) for word in words.KINDS.values()],
        "method": str(words.METHODS.get(learned["method"], learned["method"])),
        "reason": str(words.REASONS.get(learned["reason"], "")),
        "watched": [named.get(tag, tag) for tag in learned["watched"]],
        "left_out": [
            {"name": named.get(tag, tag), "why": str(words.LEFT_OUT.get(why, why))}
            for tag, why in learned["left_out"]
        ],
        "moved": words.moved(learned, named, at_us),
        "every": lasting(learned["every_us"] / 1e6),
        "share": words.learned_share(learned),
    }


def linked(alarms: Sequence[Mapping[str, str]]) -> SafeString:
    """Return alarms by name, each leading to its rule."""
    pairs = ((reverse("alarms:rule", args=(one["rule"],)), one["name"]) for one in alarms)
    return format_html_join(", ", '<a href="{}">{}</a>', pairs)


def _scores(
    told: Mapping[str, Any], start: int, end: int, at_us: int, good_until: int
) -> dict[str, Any]:
    scores: Sequence[Sequence[Any]] = told["scores"]
    every = told["every_us"]
    points: list[tuple[int, float | None]] = []
    for minute, score, _place in scores:
        if points and minute - points[-1][0] > 2 * every:
            points.append((points[-1][0] + every, None))
        points.append((minute, score))
    known = [score for _, score in points if score is not None]
    spans = [(one["began"], one["ended"]) for one in told["anomalies"]]
    if not known:
        return {"picture": None}
    above = sum(score > 1 for score in known)
    sentence = _("Highest score %(high)s; above the limit in %(above)s of %(all)s parts.") % {
        "high": f"{max(known):.2f}",
        "above": above,
        "all": len(known),
    }
    tried = sum(score is not None and score > 1 and time < good_until for time, score in points)
    drawn = pictures.scores(points, Axis(start, end), sentence, spans, _("limit"))
    step = max(1, len(points) // ROWS)
    table = [
        [day_clock(time, at_us), "" if score is None else f"{score:.2f}"]
        for time, score in points[::step]
    ]
    return {
        "picture": drawn,
        "sentence": sentence,
        "tried": tried,
        "header": [_("Time"), _("Score")],
        "rows": table,
    }


def rows(
    anomalies: Sequence[Mapping[str, Any]],
    verdicts: Sequence[AnomalyVerdict],
    named: Mapping[str, str],
    at_us: int,
) -> list[dict[str, Any]]:
    """Return anomalies as rows of a table, each with what was said of it."""
    found = []
    for one in anomalies:
        said = judged(verdicts, one["began"], one["ended"])
        blames = one["blames"][:2]
        found.append(
            {
                "began": one["began"],
                "at": day_clock(one["began"], at_us),
                # What goes on lasts until now, as the sentence at the top counts it.
                "lasted": lasting(((at_us if one["open"] else one["ended"]) - one["began"]) / 1e6),
                "open": one["open"],
                "peak": f"{one['peak']:.2f}",
                "blames": ", ".join(
                    f"{named.get(tag, tag)} {round(100 * share)}%" for tag, share, _far in blames
                ),
                "verdict": said.verdict if said else "",
                "word": said.get_verdict_display() if said else "",
                "note": said.note if said else "",
            }
        )
    return found


def judged(
    verdicts: Sequence[AnomalyVerdict], began_us: int, ended_us: int
) -> AnomalyVerdict | None:
    """Return what was said of an anomaly: of this one, or of one that it overlaps."""
    same = [one for one in verdicts if one.began_us == began_us]
    over = [one for one in verdicts if one.began_us < ended_us and one.ended_us > began_us]
    return next(iter([*same, *over]), None)


@needs("watches.manage")
@require_POST
def learn(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Learn the same period once more, such as after a failure."""
    scope = request.tenant_scope
    watch = get_watch(scope, public_id)
    try:
        LearnSameAgain(scope=scope, organisation=watch.organisation, watch=watch).perform()
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    else:
        messages.success(request, _("The good period is being learned."))
    return redirect(watch)


@needs("watches.manage")
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End a watch."""
    scope = request.tenant_scope
    watch = get_watch(scope, public_id)
    RetireWatch(
        scope=scope, organisation=watch.organisation, watch=watch, now=timezone.now()
    ).perform()
    messages.success(request, _("The watch %(name)s was ended.") % {"name": watch.name})
    return redirect("watches:index")
