"""What pages say of what agents tell: their sentences, and how long ago something was."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from deungdae.records.messages import Message
from deungdae.reports.words import Words


def words() -> Words:
    """Return the sentences of the other programs in the reader's language."""
    return Words("ko" if (get_language() or "en").startswith("ko") else "en")


def told(document: Any) -> str:
    """Return a sentence that an agent told, {"template", "values"}, in the reader's language.

    An agent may be newer than this server, or broken: what cannot be filled in is shown as it is.
    """
    if not isinstance(document, Mapping):
        return ""
    template, values = str(document.get("template", "")), document.get("values") or {}
    try:
        return words().say_message(Message(template, values))
    except (KeyError, ValueError, AttributeError, TypeError):
        return template


def problems(refused: Any) -> list[tuple[str, str]]:
    """Return where and why a configuration was refused."""
    found = refused.get("problems", ()) if isinstance(refused, Mapping) else ()
    return [
        (str(one.get("where", "")).removeprefix("[[driver]] "), told(one.get("what")))
        for one in found
        if isinstance(one, Mapping)
    ]


def ago(moment: datetime | None, now: datetime) -> str:
    """Return how long ago something was, in words."""
    if moment is None:
        return ""
    past = max(now - moment, timedelta())
    seconds = int(past.total_seconds())
    if seconds < 10:
        return _("just now")
    if seconds < 60:
        return ngettext("%(n)d second ago", "%(n)d seconds ago", seconds) % {"n": seconds}
    if seconds < 3600:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", seconds // 60) % {
            "n": seconds // 60
        }
    if seconds < 48 * 3600:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", seconds // 3600) % {
            "n": seconds // 3600
        }
    return ngettext("%(n)d day ago", "%(n)d days ago", past.days) % {"n": past.days}
