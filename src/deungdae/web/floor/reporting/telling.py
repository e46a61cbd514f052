"""The sentences of a shift report, on the page and in the letter."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from deungdae.web.floor.models import ShiftReport
from deungdae.web.floor.reporting.comparing import unusual
from deungdae.web.floor.reporting.gathering import good
from deungdae.web.floor.shown.documents import Figures, Waterfall
from deungdae.web.floor.shown.durations import clock, count, lasting, percent
from deungdae.web.floor.shown.sentences import of_counting
from deungdae.web.floor.shown.words import LOSS_WORDS, Reasons, why

#: What a revision changed → its word.
CHANGED: Final = {
    "produced": _lazy("parts"),
    "scrapped": _lazy("scrap"),
    "reworked": _lazy("rework"),
    "plan": _lazy("plan"),
    "oee": _lazy("OEE"),
    "reasons_missing": _lazy("stops without a reason"),
    "reasons": _lazy("reasons of stops"),
}


def summary(document: Mapping[str, Any]) -> list[str]:
    """Return the report in a few sentences: what was made, what cost time, what is missing."""
    shift = document["shift"]
    found = [_made(shift), _oee(document), *_lost(document), _waits(shift), _unknown(shift)]
    return [one for one in found if one]


def _made(shift: Mapping[str, Any]) -> str:
    parts, plan = good(shift), shift.get("plan")
    if parts is None:
        return _("Nothing was counted in this shift.")
    if not plan:
        return ngettext("%(n)s good part.", "%(n)s good parts.", round(parts)) % {"n": count(parts)}
    return _("%(n)s good parts of %(plan)s planned (%(share)s).") % {
        "n": count(parts),
        "plan": count(plan),
        "share": percent(parts / plan),
    }


def _oee(document: Mapping[str, Any]) -> str:
    shift = document["shift"]
    figures = Figures.of(shift.get("figures") or {})
    if figures.oee is None:
        return _(
            "OEE cannot be given: too little is known, parts are not counted, or no ideal cycle is "
            "set."
        )
    said = percent(figures.oee)
    known = document.get("usual")
    if not known or known.get("oee") is None:
        told = _("OEE %(oee)s.") % {"oee": said}
    else:
        told = _("OEE %(oee)s; in the last %(n)d shifts like this it was usually %(usual)s.") % {
            "oee": said,
            "n": known["n"],
            "usual": percent(known["oee"]),
        }
    counting = shift.get("counting")
    return f"{told} {of_counting(*counting)}" if counting else told


def _lost(document: Mapping[str, Any]) -> list[str]:
    fall = Waterfall.of(document["shift"].get("waterfall"))
    if fall is None:
        return []
    more = unusual(document)
    if more:
        return [
            _("%(what)s cost %(age)s, %(more)s more than usual.")
            % {
                "what": LOSS_WORDS[name],
                "age": lasting(seconds),
                "more": lasting(seconds - before),
            }
            for name, seconds, before in more[:2]
        ]
    biggest = fall.biggest
    if biggest is None:
        return [_("No time was lost that is known of.")]
    name, seconds = biggest
    values = {"what": LOSS_WORDS[name], "age": lasting(seconds)}
    if document.get("usual"):
        return [_("Most time went to: %(what)s, %(age)s, as usual.") % values]
    return [_("Most time went to: %(what)s, %(age)s.") % values]


def _waits(shift: Mapping[str, Any]) -> str:
    missing = shift.get("reasons_missing") or []
    if not missing:
        return ""
    longest = max(float(end - start) for start, end in missing) / 1e6
    return ngettext(
        "%(n)d stop still has no reason; it lasted %(longest)s.",
        "%(n)d stops still have no reason; the longest lasted %(longest)s.",
        len(missing),
    ) % {"n": len(missing), "longest": lasting(longest)}


def _unknown(shift: Mapping[str, Any]) -> str:
    figures = Figures.of(shift.get("figures") or {})
    unknown = 0.0 if figures.known is None else 1 - figures.known
    if unknown < 0.005:
        return ""
    if figures.low is None or figures.high is None:
        return _("Of %(share)s of the time nobody knows what happened.") % {
            "share": percent(unknown)
        }
    return _(
        "Of %(share)s of the time nobody knows what happened, so OEE lies between %(low)s and "
        "%(high)s."
    ) % {"share": percent(unknown), "low": percent(figures.low), "high": percent(figures.high)}


def changed(changes: Sequence[Sequence[Any]]) -> list[str]:
    """Return what a revision changed, each with before and now."""
    found = []
    for name, before, now in changes:
        word = str(CHANGED.get(name, name))
        if before is None and now is None:
            found.append(word)
            continue
        show = percent if name == "oee" else count
        found.append(
            _("%(what)s %(before)s → %(now)s")
            % {"what": word, "before": show(before) or "–", "now": show(now) or "–"}
        )
    return found


def title(report: ShiftReport) -> str:
    """Return what a report is called: line, day, shift."""
    return f"{report.asset.name} · {day_words(report.day)} · {report.shift}"


def day_words(day: date) -> str:
    """Return a production day with its weekday."""
    return date_format(day, "Y-m-d (D)")


def letter(report: ShiftReport, language: str, reasons: Reasons) -> tuple[str, str]:
    """Return subject and text of the letter about a report, in a language."""
    zone = ZoneInfo(report.asset.site.time_zone)
    with translation.override(language), timezone.override(zone):
        document = report.document
        shift = document["shift"]
        lines = [title(report), ""]
        lines += [f"- {sentence}" for sentence in summary(document)]
        weights = shift.get("pareto") or []
        if weights:
            lines += ["", _("Why it stood")]
            lines += [
                f"  {why(str(row[0]), reasons, _('without a reason'))}: {lasting(float(row[1]))}"
                for row in weights[:5]
            ]
        stops = [row for row in document.get("stops") or () if row[2] - row[1] >= 60_000_000]
        if stops:
            lines += ["", _("Longest stops")]
            names = document.get("names") or {}
            for row in stops[:5]:
                name = why(str(row[4] or ""), reasons, _("without a reason"))
                lines.append(
                    f"  {clock(row[1])}-{clock(row[2])} {names.get(row[0], '')}: "
                    f"{name} ({lasting((row[2] - row[1]) / 1e6)})"
                )
        alarms = document.get("alarms")
        if alarms:
            told = ngettext("%(n)d alarm came.", "%(n)d alarms came.", len(alarms))
            lines += ["", told % {"n": len(alarms)}]
        lines += ["", f"{settings.WEB_URL}{report.get_absolute_url()}", ""]
        lines.append(_("You get this letter because you asked for it on that page."))
        subject = _("Shift report: %(what)s") % {"what": title(report)}
        return subject, "\n".join(lines) + "\n"
