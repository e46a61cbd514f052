"""Rules of alarms: made with a look at how often they would have come."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from deungdae import bus
from deungdae.web.alarms import copies, watched
from deungdae.web.alarms.access import get_rule
from deungdae.web.alarms.actions.acting import PutBack, TakeOut
from deungdae.web.alarms.actions.rules import ChangeRule, MakeRule, RetireRule
from deungdae.web.alarms.forms.rules import FORMS, OFFERED, RuleForm
from deungdae.web.alarms.models import AlarmRule
from deungdae.web.alarms.shown.conditions import condition_words
from deungdae.web.alarms.shown.doubts import about_tag
from deungdae.web.alarms.shown.one import KINDS, alarm, priority_word, state_word, value_words
from deungdae.web.alarms.shown.trial import Trial, trial
from deungdae.web.core import tags
from deungdae.web.core.access import beside, needs
from deungdae.web.core.lists import Column, Filter, Listing
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.shown import durations
from deungdae.web.floor.shown.words import state_word as machine_word
from deungdae.web.floor.standing import assets
from deungdae.web.plant import speech
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.live.board import now_us

TRIED: Final = timedelta(days=7)
TRIED_SECONDS: Final = 60.0
MOST_TAGS: Final = 2000
MINUTE_US: Final = 60_000_000
LATELY: Final = timedelta(days=30)
show_or_send = require_http_methods(["GET", "HEAD", "POST"])


@needs("alarms.see")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """List the alarms that there are, and how each stands."""
    scope = request.tenant_scope
    listing = _listing(request)
    if listing.file is not None:
        return listing.file
    heard = asking.ask(scope.current, "alarm_rules", {})
    known = (heard.found or {}).get("rules", {})
    units = copies.units_of(scope, scope.current)
    rows = [(rule, _now(rule, known.get(str(rule.public_id)), units.get(rule.tag, "")),
             condition_words(rule, units.get(rule.tag, ""))) for rule in listing.page]  # fmt: skip
    context = {
        "list": listing,
        "rows": rows,
        "problem": heard.problem,
        "manages": scope.may("alarms.manage"),
        "count": AlarmRule.objects.here(scope).filter(retired_at=None).count(),
    }
    return render(request, "alarms/rules.html", context)


def _listing(request: HttpRequest) -> Listing:
    rows = AlarmRule.objects.here(request.tenant_scope).select_related("asset", "asset__line")
    retired = request.GET.get("state") == "retired"
    kinds = dict(AlarmRule.Kind.choices)
    return Listing(
        request,
        rows if retired else rows.filter(retired_at=None),
        name="rules",
        caption=_("Alarm rules"),
        columns=(
            Column("name", _("Name"), "name", lambda rule: rule.name),
            Column("what", _("Comes when"), "", lambda rule: condition_words(rule, "")),
            Column("where", _("Where it is"), "asset__name", lambda rule: rule.asset or rule.tag),
            Column("priority", _("Priority"), "priority", lambda r: priority_word(r.priority)),
            Column("now", _("Now"), "", lambda rule: None),
            Column("tag", _("Tag"), "tag", lambda rule: rule.tag, file_only=True),
            Column("meaning", _("What it means"), "", lambda r: r.meaning, file_only=True),
            Column("remedy", _("What to do"), "", lambda rule: rule.remedy, file_only=True),
        ),
        start="name",
        search=_("Find by name, tag or machine"),
        search_in=("name", "tag", "asset__name"),
        filters=(
            Filter("kind", _("Kind"), tuple(kinds.items()),
                   lambda found, code: found.filter(kind=code)),
            Filter("state", _("State"), (("in_use", _("in use")), ("retired", _("retired"))),
                   lambda found, code: found.filter(retired_at__isnull=code == "in_use")),
        ),
    )  # fmt: skip


def _now(rule: AlarmRule, known: dict[str, Any] | None, unit: str) -> dict[str, Any] | None:
    if known is None:
        return None
    value = value_words(rule.kind, known["value"], unit)
    if value and rule.kind == AlarmRule.Kind.MACHINE:
        value = machine_word(value)
    lacks = speech.told(known.get("lacks"))
    if value and rule.kind == AlarmRule.Kind.STALE:  # it is what came last, however long ago
        value = _("last value %(value)s") % {"value": value}
    return {
        **known,
        # That nothing was found says nothing where nothing can be.
        "word": _("cannot judge yet") if lacks and known["state"] == "normal"
        else state_word(known["state"]),
        "lacks": lacks,
        "value_words": value,
        "at_moment": durations.moment(known["at"]) if known["at"] else None,
        "until_moment": durations.moment(known["until"]) if known["until"] else None,
    }  # fmt: skip


@needs("alarms.see")
@require_safe
def show(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one rule: how it stands, how often it would have come, what it means."""
    scope = request.tenant_scope
    rule = get_rule(scope, public_id)
    units = copies.units_of(scope, rule.organisation)
    unit = units.get(rule.tag, "")
    heard = asking.ask(rule.organisation, "alarm_rules", {})
    known = (heard.found or {}).get("rules", {}).get(str(rule.public_id))
    now = timezone.now()
    given = {
        "start": microseconds(now - LATELY),
        "end": microseconds(now),
        "rule": str(rule.public_id),
        "limit": 10,
    }
    past = asking.ask(rule.organisation, "alarm_history", given)
    context = {
        "rule": rule,
        "unit": unit,
        "now": _now(rule, known, unit),
        "problem": heard.problem,
        "condition": condition_words(rule, unit),
        "priority_word": priority_word(rule.priority),
        "pill": KINDS.get(rule.priority, ""),
        "lately": [alarm(one, now_us()) for one in (past.found or {"alarms": []})["alarms"]],
        "manages": scope.may("alarms.manage", rule.organisation) and rule.retired_at is None,
    }
    return render(request, "alarms/rule.html", context)


@needs("alarms.see")
@require_safe
def tried(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Return how often a rule would have come in the last week, as a piece of its page."""
    scope = request.tenant_scope
    rule = get_rule(scope, public_id)
    units = copies.units_of(scope, rule.organisation)
    document = copies.document(rule, units)
    found, problem = _trial(rule.organisation, document, units.get(rule.tag, ""))
    return render(
        request, "alarms/pieces/trial.html",
        {"trial": found, "problem": problem, "unit": units.get(rule.tag, ""), "fixed": True},
    )  # fmt: skip


@needs("alarms.manage")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Choose what a new alarm looks at."""
    kinds = dict(AlarmRule.Kind.choices)
    offered = [(kind, kinds[kind]) for kind in OFFERED]
    return render(request, "alarms/choose.html", {"offered": offered, "query": request.GET})


@needs("alarms.manage")
@show_or_send
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Make an alarm."""
    scope = request.tenant_scope
    if kind not in OFFERED:
        raise Http404
    names = ("tag", "asset", "watch")
    asked = {name: request.GET[name] for name in names if request.GET.get(name)}
    form = FORMS[kind](scope, request.POST or None, initial=_initial(scope, asked))
    return _formed(request, scope, form, None)


def _initial(scope: Scope, asked: dict[str, str]) -> dict[str, Any]:
    """Return what an address says of a new alarm; `asset` is named by its public id."""
    found: dict[str, Any] = {"tag": asked.get("tag", "")[:500]}
    if "asset" in asked:
        chosen = [one for one in assets(scope) if str(one.public_id) == asked["asset"]]
        found["asset"] = chosen[0].pk if chosen else None
    about = watched.known(scope.current).get(asked.get("watch", ""))
    if about is not None:
        found["watch"] = asked["watch"]
        found["name"] = (_("%(watch)s: not as usual") % {"watch": about.get("name", "")})[:100]
    return found


@needs("alarms.manage")
@show_or_send
def change(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change an alarm."""
    rule = get_rule(request.tenant_scope, public_id)
    if rule.retired_at is not None:
        raise Http404
    scope = beside(request.tenant_scope, rule, "alarms.manage")
    form = FORMS[rule.kind](scope, request.POST or None, rule=rule)
    return _formed(request, scope, form, rule)


def _formed(
    request: HttpRequest, scope: Scope, form: RuleForm, rule: AlarmRule | None
) -> HttpResponse:
    """Show the form; with what it would have done when somebody asks for that; keep it."""
    found: Trial | None = None
    problem, unit = "", ""
    known = _known_tags(scope) if form.about_a_tag else None
    doubt = _doubt(rule.kind, rule.tag, known) if rule is not None else ""
    if request.method == "POST" and form.is_valid():
        values = form.values()
        doubt = _doubt(form.kind, values["tag"], known)
        if request.POST.get("do") == "try":
            units = copies.units_of(scope, scope.current)
            unit = units.get(values["tag"], "")
            columns = {name: value for name, value in values.items() if name != "watch"}
            plain = AlarmRule(organisation=scope.current, **columns, watch_id=values["watch"])
            owner = rule.organisation if rule else scope.current
            found, problem = _trial(owner, copies.document(plain, units), unit)
        else:
            try:
                return _keep(request, values, rule, doubt)
            except Refused as refused:
                form.add_error("name", str(refused.sentence))
    context = {
        "form": form,
        "rule": rule,
        "kind_word": dict(AlarmRule.Kind.choices)[form.kind],
        "trial": found,
        "problem": problem,
        "unit": unit,
        "doubt": doubt,
        "tags": (known or ())[:MOST_TAGS],
    }
    return render(request, "alarms/rule_form.html", context)


def _keep(
    request: HttpRequest, values: dict[str, Any], rule: AlarmRule | None, doubt: str
) -> HttpResponse:
    scope = request.tenant_scope
    if rule is None:
        made = MakeRule(scope=scope, organisation=scope.current, **values).perform()
    else:
        made = ChangeRule(
            scope=scope, organisation=rule.organisation, rule=rule, **values
        ).perform()
    made.refresh_from_db()
    if made.untold:
        messages.warning(
            request,
            _("It is kept, but not in force yet: the bus cannot be reached. That follows by "
              "itself within a minute after it answers."),
        )  # fmt: skip
    else:
        messages.success(request, _("It is in force from now on."))
    if doubt := doubt or _doubt_of_chart(scope, made):
        messages.warning(request, doubt)
    return redirect(made)


def _known_tags(scope: Scope) -> list[tags.Tag] | None:
    """Return all tags; None while nobody can say which there are."""
    try:
        return tags.known(scope, scope.current)
    except (bus.Unavailable, bus.Refusal):
        return None


def _doubt(kind: str, tag: str, known: list[tags.Tag] | None) -> str:
    return about_tag(kind, tag, known) if tag and known is not None else ""


def _doubt_of_chart(scope: Scope, rule: AlarmRule) -> str:
    """Return why a chart learns nothing of its good time, in the words of the monitor."""
    if rule.kind != AlarmRule.Kind.SPC:
        return ""
    now = microseconds(timezone.now())
    document = copies.document(rule, copies.units_of(scope, rule.organisation))
    # Trying it reads the good time first, whatever else is looked at.
    given = {"document": document, "start": now - MINUTE_US, "end": now}
    heard = asking.ask(rule.organisation, "alarm_preview", given, TRIED_SECONDS)
    return "" if heard.away or heard.found is not None else heard.problem


def _trial(
    organisation: Organisation, document: dict[str, Any], unit: str
) -> tuple[Trial | None, str]:
    now = timezone.now()
    given = {
        "document": document,
        "start": microseconds(now - TRIED),
        "end": microseconds(now),
    }
    heard = asking.ask(organisation, "alarm_preview", given, TRIED_SECONDS)
    if heard.found is None:
        return None, heard.problem
    return trial(heard.found, document["condition"], unit), ""


@needs("alarms.manage")
@require_POST
def retire(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Have an alarm never come again."""
    rule = get_rule(request.tenant_scope, public_id)
    RetireRule(
        scope=request.tenant_scope, organisation=rule.organisation, rule=rule, now=timezone.now()
    ).perform()
    messages.success(request, _("%(name)s no longer comes. Its history stays.") % {"name": rule})
    return redirect("alarms:rules")


@needs("alarms.manage")
@require_POST
def serve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an alarm out of service, or put it back."""
    rule = get_rule(request.tenant_scope, public_id)
    doing = PutBack if request.POST.get("do") == "put_back" else TakeOut
    try:
        doing(
            scope=request.tenant_scope, organisation=rule.organisation,
            occurrences=[f"{rule.public_id}:0"], names=[rule.name],
        ).perform()  # fmt: skip
    except Refused as refused:
        messages.error(request, str(refused.sentence))
    return redirect(rule)
