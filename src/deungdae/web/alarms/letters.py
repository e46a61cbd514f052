"""What somebody is told of an alarm: one letter in their language, short enough for a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.alarms.shown.one import priority_word
from deungdae.web.plant.speech import told

MOST_MEMBERS = 10


@dataclass(frozen=True)
class Text:
    """Subject and words of one message."""

    subject: str
    text: str


def alarm(event: Mapping[str, Any], language: str, zone: str, last_time: str) -> Text:
    """Return what is told of one step of one alarm, or of a flood of them.

    `event` is the document of the monitor; `zone` the time zone of the factory.
    """
    with translation.override(language):
        name = str(event.get("rule_name") or event.get("name") or "")
        what = told(event.get("says")) or name
        place = str(event.get("place") or "")
        # The name says what is meant, the sentence what is wrong with it; a flood has no name.
        lead = name if name and name != what else place
        urgency = _priority(event)
        lines = [f"{name}: {what}" if name and name != what else what]
        if event.get("what") == "escalation":
            minutes = _minutes(event.get("since"), _told_at(event))
            urgency = ngettext(
                "%(urgency)s, not acknowledged for %(n)d minute",
                "%(urgency)s, not acknowledged for %(n)d minutes",
                minutes,
            ) % {"urgency": urgency, "n": minutes}
            lines.append(
                ngettext(
                    "Nobody has acknowledged it for %(n)d minute.",
                    "Nobody has acknowledged it for %(n)d minutes.",
                    minutes,
                )
                % {"n": minutes}
            )
        if normal := told(event.get("normal")):
            lines.append(normal)  # a whole sentence, which says that it is what is normal
        lines.append("")
        rows = (
            (_("Where it is"), place),
            (_("Since when"), _moment(event.get("since"), zone)),
            (_("What it means"), str(event.get("meaning") or "")),
            (_("What to do now"), str(event.get("action") or "")),
            (_("Last time"), last_time),
            (_("Came with it"), _members(event)),
            (_("The watch"), _watch_page(event)),
        )
        lines += [f"{word}: {value}" for word, value in rows if value]
        lines += ["", link(str(event.get("page") or "/alarms/"))]
        subject = f"[{urgency}] " + (f"{lead}: {what}" if lead else what)
        return Text(subject[:250], "\n".join(lines).strip() + "\n")


def watch(event: Mapping[str, Any], language: str) -> Text:
    """Return what is told of a watch whose reference no longer fits."""
    with translation.override(language):
        name = str(event.get("name") or "")
        what = told(event.get("says")) or _(
            "What the watch “%(name)s” was taught no longer fits. Choose a good time anew."
        ) % {"name": name}
        page = str(event.get("page") or "/watches/")
        return Text(f"{name}: {what}"[:250], f"{what}\n\n{link(page)}\n")


def trial(language: str, name: str) -> Text:
    """Return what a channel is sent by the button that tries it."""
    with translation.override(language):
        subject = _("Deungdae: a message to try the channel “%(name)s”") % {"name": name}
        return Text(
            " ".join(subject.split())[:250],
            _("Alarms arrive like this. Nothing is wrong.\n\n%(link)s\n")
            % {"link": link("/alarms/channels/")},
        )


def link(path: str) -> str:
    """Return the whole address of a page."""
    return f"{settings.WEB_URL}{path}"


def _priority(event: Mapping[str, Any]) -> str:
    if event.get("what") == "flood":
        return _("many alarms")
    return priority_word(str(event.get("priority") or "")) or _("alarm")


def _watch_page(event: Mapping[str, Any]) -> str:
    watch = event.get("watch")
    return link(f"/watches/{watch}/") if watch else ""


def _moment(time_us: Any, zone: str) -> str:
    if not isinstance(time_us, int):
        return ""
    moment = datetime.fromtimestamp(time_us / 1e6, UTC).astimezone(ZoneInfo(zone))
    return f"{formats.date_format(moment, 'Y-m-d H:i')} ({zone})"


def _told_at(event: Mapping[str, Any]) -> Any:
    """Return when it was sent: a step that was added to its policy later is told after its time."""
    due, sent = event.get("due"), event.get("told_us")
    return max(due, sent) if isinstance(due, int) and isinstance(sent, int) else due


def _minutes(since: Any, until: Any) -> int:
    if not isinstance(since, int) or not isinstance(until, int):
        return 0
    return max(0, round((until - since) / 60e6))


def _members(event: Mapping[str, Any]) -> str:
    names = [str(one[-1]) for one in event.get("members") or () if one]
    more = len(names) - MOST_MEMBERS
    told_of = ", ".join(names[:MOST_MEMBERS])
    return told_of + (_(" and %(n)d more") % {"n": more} if more > 0 else "")
