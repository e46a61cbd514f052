"""The figures of the alarm system itself, in words, beside what ANSI/ISA-18.2 recommends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.alarms.shown.one import priority_word
from deungdae.web.floor.shown.durations import percent


@dataclass(frozen=True)
class Tile:
    """One figure: what it is, what is recommended, and how it stands to that."""

    label: str
    value: str
    note: str
    state: str = ""  #: "", "soon" or "now"


@dataclass(frozen=True)
class Figures:
    """All of them. `answer` is one sentence, `advice` what to do about it."""

    answer: str
    tiles: Sequence[Tile]
    advice: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    top: Sequence[tuple[str, str, int]]
    priorities: Sequence[tuple[str, str, str]]


def figures(told: Mapping[str, Any]) -> Figures:
    """Return the figures as a page shows them, from what the monitor tells."""
    return Figures(_answer(told), _tiles(told), _advice(told), _top(told), _priorities(told))


def _answer(told: Mapping[str, Any]) -> str:
    n, hourly = told["alarms"], told["per_hour"]
    if not n:
        return _("No alarm came in this time.")
    acceptable, most = told["recommended"]["per_hour"]
    alarms = ngettext("%(n)d alarm came", "%(n)d alarms came", n) % {"n": n}
    about = {"alarms": alarms, "hourly": _number(hourly), "most": f"{most:.0f}"}
    if hourly <= acceptable:
        return _("%(alarms)s, %(hourly)s an hour: one person can well take that in.") % about
    if hourly <= most:
        return _("%(alarms)s, %(hourly)s an hour: the most that one person can take in.") % about
    return _("%(alarms)s, %(hourly)s an hour: more than one person can take in (%(most)s).") % about


def _tiles(told: Mapping[str, Any]) -> list[Tile]:
    wanted = told["recommended"]
    acceptable, most = wanted["per_hour"]
    hourly, flood = told["per_hour"], told["flood_share"]
    top, false = told["top_share"], told["false_share"]
    return [
        Tile(
            _("Alarms an hour"),
            _number(hourly),
            _("recommended: up to %(good)s, at most %(most)s")
            % {"good": f"{acceptable:.0f}", "most": f"{most:.0f}"},
            "" if hourly <= acceptable else "soon" if hourly <= most else "now",
        ),
        Tile(
            _("Most in ten minutes"),
            str(told["peak"]),
            _("more than ten are a flood"),
            "soon" if told["peak"] > 10 else "",
        ),
        Tile(
            _("Time in floods"),
            percent(flood),
            _("recommended: under %(most)s") % {"most": percent(wanted["flood_share"])},
            "soon" if flood > wanted["flood_share"] else "",
        ),
        Tile(
            _("From the ten most frequent"),
            percent(top) or "–",
            _("recommended: up to %(most)s of all") % {"most": percent(wanted["top_share"])},
        ),
        Tile(
            _("False alarms"),
            percent(false) or "–",
            ngettext("of %(n)d that was judged", "of %(n)d that were judged", told["judged"])
            % {"n": told["judged"]}
            if told["judged"]
            else _("nobody judged any yet"),
            "soon" if (false or 0) > 0.3 else "",
        ),
    ]


def _advice(told: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    found = []
    if told["chattering"]:
        found.append(
            (
                _(
                    "These come three times or more within a minute. A deadband or a delay makes "
                    "them quiet; each one's page proposes how much."
                ),
                [(rule, name) for rule, name in told["chattering"]],
            )
        )
    if told["standing"]:
        found.append(
            (
                _(
                    "These have stood for a day or longer and tell nobody anything any more. "
                    "Mend the cause, or change or retire the alarm."
                ),
                [(rule, name) for rule, name in told["standing"]],
            )
        )
    return found


def _top(told: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    return [(rule, name, count) for rule, name, count in told["top"]]


def _priorities(told: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    shares = told["priorities"] or {}
    return [
        (priority_word(name), percent(shares.get(name)) or "–", percent(share))
        for name, share in told["recommended"]["priorities"].items()
    ]


def _number(value: float) -> str:
    if 0 < value < 0.095:
        return f"{value:.1g}"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
