"""The overview of what comes in: each source with contact, delay, gaps and clock, worst first."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from deungdae.web.core.access import needs
from deungdae.web.core.lists import Column, Filter
from deungdae.web.plant.listed import Rows
from deungdae.web.plant.operations import evidence, gathering
from deungdae.web.plant.operations.facts import Facts, Kind
from deungdae.web.plant.operations.judging import Level, Remark, Standing
from deungdae.web.plant.operations.spans import microseconds, moment, rounded, spoken

WORTH_US = 5_000_000  #: a delay that is worth a word
#: How a level is drawn; each stands with its word.
PILLS = {
    Level.NOW: "now",
    Level.SOON: "soon",
    Level.UNKNOWN: "waiting",
    Level.WELL: "done",
    Level.OFF: "",
}


def level_word(level: Level) -> str:
    """Return what a level is called."""
    return {
        Level.NOW: _("Act now"),
        Level.SOON: _("Soon"),
        Level.UNKNOWN: _("Not known"),
        Level.WELL: _("All well"),
        Level.OFF: _("Off"),
    }[level]


def kind_word(kind: Kind) -> str:
    """Return what a kind of source is called."""
    return {
        Kind.AGENT: _("edge agent"),
        Kind.PROGRAM: _("program"),
        Kind.GROUP: _("Sparkplug group"),
        Kind.OTHER: _("not registered"),
    }[kind]


def page_of(facts: Facts) -> str:
    """Return the address of a source's page."""
    if facts.kind is Kind.OTHER:
        return reverse("plant:intake_other", args=(facts.source,))
    return reverse("plant:intake_source", args=(facts.place,))


def registered_at(facts: Facts) -> str:
    """Return the address of the page where a source is set up; "" for one that is not."""
    names = {Kind.AGENT: "agent", Kind.PROGRAM: "source", Kind.GROUP: "group"}
    name = names.get(facts.kind)
    return reverse(f"plant:{name}", args=(facts.place,)) if name else ""


def helping(remark: Remark, facts: Facts) -> tuple[str, str] | None:
    """Return the word and the address of the page that helps."""
    if remark.to == "agent":
        return _("Set-up of this source"), registered_at(facts)
    found = {
        "source": (_("Why"), f"{page_of(facts)}#gaps"),
        "held": (_("Quarantine"), f"{reverse('plant:intake_held')}?q={facts.source}"),
        "books": (_("Books"), f"{reverse('plant:intake_books')}?source={facts.source}"),
        "clock": (_("Clocks"), reverse("plant:intake_clocks")),
    }
    return found.get(remark.to)


@dataclass(frozen=True)
class Shown:
    """One source as the overview shows it."""

    standing: Standing
    now_us: int

    @property
    def facts(self) -> Facts:
        """What is known of it."""
        return self.standing.facts

    @property
    def url(self) -> str:
        """Where its page is."""
        return page_of(self.facts)

    @property
    def pill(self) -> str:
        """How its state is drawn."""
        return PILLS[self.standing.level]

    @property
    def word(self) -> str:
        """What its state is called."""
        return level_word(self.standing.level)

    @property
    def kind(self) -> str:
        """What it is, and where."""
        return " · ".join(part for part in (kind_word(self.facts.kind), self.facts.site) if part)

    @property
    def first(self) -> Remark | None:
        """The worst that is to be said."""
        return self.standing.remarks[0] if self.standing.remarks else None

    @property
    def more(self) -> str:
        """How much else there is to say."""
        n = len(self.standing.remarks) - 1
        return ngettext("{n} more", "{n} more", n).format(n=n) if n > 0 else ""

    @property
    def contact_us(self) -> int | None:
        """When it was heard last."""
        if self.facts.report is not None:
            return self.facts.report.seen_us
        return self.facts.last_received_us

    @property
    def contact(self) -> str:
        """How long ago it was heard."""
        return _ago(self.contact_us, self.now_us)

    @property
    def newest(self) -> str:
        """How old its newest value is."""
        newest_us = self.facts.newest_us
        if newest_us is not None and newest_us > self.now_us:
            return _("{span} ahead").format(span=spoken(rounded(newest_us - self.now_us)))
        return _ago(newest_us, self.now_us)

    @property
    def delay(self) -> str:
        """How much later than its time the newest value came."""
        delay_us = self.facts.delay_us
        return "" if delay_us is None or delay_us < WORTH_US else spoken(rounded(delay_us))

    @property
    def waiting(self) -> int | None:
        """How many readings wait in its buffer."""
        return self.facts.report.waiting if self.facts.report else None

    @property
    def gaps(self) -> int | None:
        """How many gaps there were within a day."""
        return None if self.facts.gaps is None else len(evidence.together(self.facts.gaps))

    @property
    def held(self) -> int | None:
        """How many points of it wait in quarantine."""
        return self.facts.held_points

    @property
    def clock(self) -> str:
        """By how much the clock of its computer is off."""
        error_us = self.facts.report.clock_error_us if self.facts.report else None
        if error_us is None:
            return ""
        if abs(error_us) < 1_000_000:
            return _("{n} ms").format(n=round(error_us / 1000))
        sentence = _("{span} ahead") if error_us > 0 else _("{span} behind")
        return sentence.format(span=spoken(error_us))


def _ago(time_us: int | None, now_us: int) -> str:
    if time_us is None:
        return ""
    return _("{span} ago").format(span=spoken(max(0, now_us - time_us)))


@needs("plant.see")
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show all sources of the organisation, who needs somebody first."""
    scope, now = request.tenant_scope, timezone.now()
    overview = gathering.overview(scope, scope.current, now)
    rows = [Shown(one, microseconds(now)) for one in overview.standings]
    shown = listing(request, rows)
    if shown.file is not None:
        return shown.file
    context = {
        "list": shown,
        "answer": answer(overview),
        "away": overview.away,
        "tiles": _tiles(overview),
        "may_admit": scope.may("plant.admit"),
    }
    return render(request, "plant/operations/overview.html", context)


def answer(overview: gathering.Overview) -> str:
    """Say in one sentence how the data's way in is."""
    count = len(overview.standings)
    if not count:
        return _("Nothing sends data here yet.")
    now, soon = overview.level(Level.NOW), overview.level(Level.SOON)
    if now:
        return ngettext(
            "{now} of {count} source needs somebody now.",
            "{now} of {count} sources need somebody now.",
            count,
        ).format(now=now, count=count)
    if overview.away:
        return _("What is known agrees, but not everything could be asked.")
    if soon:
        return ngettext(
            "Nothing is urgent; {soon} of {count} source should be looked at.",
            "Nothing is urgent; {soon} of {count} sources should be looked at.",
            count,
        ).format(soon=soon, count=count)
    return ngettext(
        "The {count} source sends as it should.", "All {count} sources send as they should.", count
    ).format(count=count)


def _tiles(overview: gathering.Overview) -> list[dict[str, Any]]:
    facts = [one.facts for one in overview.standings]
    known = "history" not in overview.away
    held = sum(one.held_points or 0 for one in facts)
    missing = sum(abs(one.missing or 0) for one in facts)
    waiting = sum(one.report.waiting for one in facts if one.report)
    return [
        {
            "label": _("Need somebody now"),
            "value": overview.level(Level.NOW),
            "state": "now" if overview.level(Level.NOW) else "",
            "note": _("of {n} sources").format(n=len(facts)),
        },
        {
            "label": _("Waiting in buffers"),
            "value": f"{waiting:,}" if "gateway" not in overview.away else None,
            "state": "missing" if "gateway" in overview.away else "",
            "note": _("readings at the machines"),
        },
        {
            "label": _("In quarantine"),
            "value": f"{held:,}" if known else None,
            "state": ("soon" if held else "") if known else "missing",
            "note": _("points that wait for somebody"),
        },
        {
            "label": _("Not accounted for"),
            "value": f"{missing:,}" if known else None,
            "state": ("now" if missing else "") if known else "missing",
            "note": _("points of the last 24 hours"),
        },
    ]


def listing(request: HttpRequest, rows: list[Shown]) -> Rows:
    """The sources as a list that can be searched, sorted and exported."""
    levels = [(str(int(level)), level_word(level)) for level in sorted(Level, reverse=True)]
    return Rows(
        request,
        rows,
        name="sources",
        caption=_("Sources"),
        columns=(
            Column("name", _("Source"), "name", lambda row: row.facts.name),
            Column("source", _("Name in the history"), "", lambda row: row.facts.source,
                   file_only=True),
            Column("kind", _("Kind"), "", lambda row: row.kind, file_only=True),
            Column("state", _("State"), "state", lambda row: row.word),
            Column("what", _("What is the matter"), "",
                   lambda row: " ".join(one.what for one in row.standing.remarks), file_only=True),
            Column("todo", _("What to do"), "",
                   lambda row: " ".join(one.todo for one in row.standing.remarks), file_only=True),
            Column("contact", _("Last contact"), "contact",
                   lambda row: None if row.contact_us is None else moment(row.contact_us)),
            Column("newest", _("Newest value"), "newest",
                   lambda row: None if row.facts.newest_us is None
                   else moment(row.facts.newest_us)),
            Column("delay", _("Delay (s)"), "",
                   lambda row: None if row.facts.delay_us is None
                   else row.facts.delay_us / 1_000_000, file_only=True),
            Column("waiting", _("In its buffer"), "waiting", lambda row: row.waiting, number=True),
            Column("gaps", _("Gaps, 24 h"), "gaps", lambda row: row.gaps, number=True),
            Column("held", _("Quarantine"), "held", lambda row: row.held, number=True),
            Column("clock", _("Clock"), "clock", lambda row: row.clock, number=True),
        ),
        start="-state",
        sorts={
            "name": lambda row: row.facts.name,
            "state": lambda row: (row.standing.level, len(row.standing.remarks)),
            "contact": lambda row: row.contact_us,
            "newest": lambda row: row.facts.newest_us,
            "waiting": lambda row: row.waiting,
            "gaps": lambda row: row.gaps,
            "held": lambda row: row.held,
            "clock": lambda row: abs(row.facts.report.clock_error_us)
            if row.facts.report and row.facts.report.clock_error_us is not None
            else None,
        },
        text=lambda row: f"{row.facts.name} {row.facts.source} {row.facts.site}",
        search=_("Find by name or site"),
        filters=(
            Filter(
                "state",
                _("State"),
                levels,
                lambda rows, code: [row for row in rows if row.standing.level == int(code)],
            ),
        ),
    )  # fmt: skip
