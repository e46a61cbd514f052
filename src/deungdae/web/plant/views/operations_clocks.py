"""Clocks that are off: what is probably the matter, and how times are put right, and back."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from deungdae import bus
from deungdae.web.core.access import get_owned, needs
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.plant.actions.operations import EndShift, RepairPast, ShiftClock, UndoRepair
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import ClockShift, Tag
from deungdae.web.plant.operations import asking, gathering, judging, offs
from deungdae.web.plant.operations.facts import Facts, say
from deungdae.web.plant.operations.offs import Clock
from deungdae.web.plant.operations.spans import SECOND_US, microseconds, moment, spoken

_SHIFT = re.compile(r"\s*([+−-]?)(\d{1,6}):([0-5]?\d)(?::([0-5]?\d))?\s*")


def written(shift_us: int) -> str:
    """Return a shift as it stands in the field: +09:00:00."""
    seconds = abs(shift_us) // SECOND_US
    sign = "-" if shift_us < 0 else "+"
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def typed(text: str) -> int | None:
    """Return the shift that somebody typed, in microseconds; None for what is none."""
    match = _SHIFT.fullmatch(text)
    if match is None:
        return None
    sign, hours, minutes, seconds = match.groups()
    span = (int(hours) * 3600 + int(minutes) * 60 + int(seconds or 0)) * SECOND_US
    return -span if sign in ("-", "−") else span


@dataclass(frozen=True)
class Shown:
    """A clock as the page shows it."""

    clock: Clock

    @property
    def repair_url(self) -> str:
        """Where it is put right."""
        given = {
            "source": self.clock.facts.source,
            "prefix": self.clock.prefix,
            "shift": written(self.clock.off.shift_us),
        }
        return f"{reverse('plant:intake_repair')}?{urlencode(given)}"


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the clocks that are off, and what was put right."""
    scope, now = request.tenant_scope, timezone.now()
    overview = gathering.overview(scope, scope.current, now)
    facts = [one.facts for one in overview.standings if one.facts.revoked_us is None]
    offset_us = gathering.offset_us(gathering.zone_of(scope, scope.current), now)
    away = set(overview.away)
    found = offs.of_computers(facts, judging.AGENT_CLOCK_US)
    found += offs.of_machines(facts, _prefixes(scope, scope.current), offset_us)
    repairs: list[asking.Repair] = []
    if "history" not in away:
        try:
            found += offs.of_others(facts, asking.last(scope.current), offset_us)
            repairs = asking.repairs(scope.current)
        except asking.AWAY:
            away.add("history")
    shifts = ClockShift.objects.here(scope).select_related("made_by")
    mended = {(row.source, row.prefix) for row in shifts if row.ended_at is None}
    names = {one.source: one.name for one in facts}
    off = [one for one in found if not _is_mended(one, mended)]
    context = {
        "away": away,
        "clocks": [Shown(one) for one in off],
        "answer": _answer(off, away),
        "shifts": [(row, names.get(row.source, row.source), written(row.shift_us))
                   for row in shifts],
        "repairs": [(one, names.get(one.source, one.source), written(one.shift_us),
                     moment(one.made_us), _moment(one.undone_us)) for one in repairs],
        "may_manage": scope.may("plant.manage"),
    }  # fmt: skip
    return render(request, "plant/operations/clocks.html", context)


def _is_mended(one: Clock, mended: set[tuple[str, str]]) -> bool:
    return one.repairable and any(
        source == one.facts.source and f"{one.prefix}/".startswith(f"{prefix}/" if prefix else "")
        for source, prefix in mended
    )


def _moment(time_us: int | None) -> datetime | None:
    return None if time_us is None else moment(time_us)


def _answer(found: list[Clock], away: set[str]) -> str:
    if found:
        return ngettext("{n} clock is off.", "{n} clocks are off.", len(found)).format(n=len(found))
    if away:
        return _("Of the clocks that could be asked, all go right.")
    return _("All clocks go right.")


def _prefixes(scope: Scope, organisation: Organisation) -> dict[tuple[str, str], str]:
    tags = Tag.objects.within(scope).filter(organisation=organisation).exclude(machine="")
    paths: dict[tuple[str, str], list[str]] = defaultdict(list)
    for origin, machine, path in tags.values_list("origin", "machine", "path"):
        paths[origin, machine].append(path)
    return {key: offs.prefix_of(found) for key, found in paths.items()}


def _source(request: HttpRequest, source: str) -> Facts:
    """Return a source of this organisation by its name; Http404 without one."""
    scope: Scope = request.tenant_scope
    overview = gathering.overview(scope, scope.current, timezone.now())
    for one in overview.standings:
        if one.facts.source == source:
            return one.facts
    raise Http404


@needs("plant.manage")
@require_safe
def repair(request: HttpRequest) -> HttpResponse:
    """Show what putting a clock right would do, on examples."""
    facts = _source(request, request.GET.get("source", ""))
    return _preview(request, facts, request.GET.get("prefix", ""), request.GET.get("shift", ""))


def _preview(
    request: HttpRequest, facts: Facts, prefix: str, text: str, refused: str = ""
) -> HttpResponse:
    scope, now_us = request.tenant_scope, microseconds(timezone.now())
    shift_us = typed(text)
    if shift_us is None or not shift_us:
        refused = refused or _(
            "Write by how much the times are moved, such as +09:00 or -00:03:20."
        )
    preview, away = None, set()
    if not refused and shift_us:
        try:
            preview = asking.preview(scope.current, facts.source, prefix, shift_us, now_us)
        except bus.Unavailable:
            away.add("history")
        except bus.Refusal as error:
            refused = say(error.message)
    context = {
        "facts": facts,
        "prefix": prefix,
        "shift": text.strip(),
        "span": spoken(shift_us) if shift_us else "",
        "forward": (shift_us or 0) > 0,
        "refused": refused,
        "away": away,
        "preview": preview,
        "examples": [(one, moment(one.time_us), moment(one.shifted_us), moment(one.received_us))
                     for one in preview.examples] if preview else [],
        "first": _moment(preview.first_us) if preview else None,
        "last": _moment(preview.last_us) if preview else None,
    }  # fmt: skip
    status = 400 if refused and request.method == "POST" else 200
    return render(request, "plant/operations/repair.html", context, status=status)


@needs("plant.manage")
@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Put a clock right: from now on, for the past, or both."""
    scope = request.tenant_scope
    facts = _source(request, request.POST.get("source", ""))
    prefix, text = request.POST.get("prefix", "").strip("/ "), request.POST.get("shift", "")
    shift_us = typed(text)
    if not shift_us:
        return _preview(request, facts, prefix, text)
    wanted = {name for name in ("future", "past") if request.POST.get(name)}
    if not wanted:
        refused = _("Choose what is to be put right: what comes from now on, the past, or both.")
        return _preview(request, facts, prefix, text, refused)
    given: dict[str, Any] = {
        "scope": scope,
        "organisation": scope.current,
        "source": facts.source,
        "prefix": prefix,
        "shift_us": shift_us,
    }
    before_us = microseconds(timezone.now())
    if "future" in wanted:
        try:
            before_us = microseconds(ShiftClock(**given).perform().made_at)
        except Refused as error:
            return _preview(request, facts, prefix, text, str(error.sentence))
        messages.success(request, _("From now on the times are put right as they come."))
    if "past" in wanted:
        _repair_past(request, RepairPast(before_us=before_us, **given))
    return redirect("plant:intake_clocks")


def _repair_past(request: HttpRequest, action: RepairPast) -> None:
    try:
        action.perform()
    except bus.Unavailable:
        messages.error(
            request,
            _("The history did not answer in time. See below whether the past was repaired."),
        )
    except bus.Refusal as error:
        messages.error(request, say(error.message))
    else:
        messages.success(
            request,
            ngettext(
                "{n:,} point of the past was moved; its original is kept.",
                "{n:,} points of the past were moved; their originals are kept.",
                action.points,
            ).format(n=action.points),
        )


@needs("plant.manage")
@require_POST
def end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """No longer put a clock right from now on."""
    shift = get_owned(ClockShift, request.tenant_scope, public_id)
    EndShift(scope=request.tenant_scope, shift=shift).perform()
    messages.success(request, _("From now on the times count as they come."))
    return redirect("plant:intake_clocks")


@needs("plant.manage")
@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Let the originals of a repair count again."""
    scope = request.tenant_scope
    try:
        found = [one for one in asking.repairs(scope.current) if one.id == number]
        if not found:
            raise Http404
        UndoRepair(scope=scope, organisation=scope.current, repair=found[0]).perform()
    except bus.Unavailable:
        messages.error(request, _("The history did not answer in time. See below how it stands."))
    except bus.Refusal as error:
        messages.error(request, say(error.message))
    else:
        messages.success(request, _("The repair is undone: the times are as they came."))
    return redirect("plant:intake_clocks")
