"""How often a rule would have come, in one sentence, and the picture that proves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.floor.shown import durations
from deungdae.web.floor.shown.drawing.axis import Axis, drawn_ticks, percent, picture
from deungdae.web.plant import speech
from deungdae.web.plant.live import words as say

HIGH: Final = 150
TOP: Final = 14
STEPS: Final = 1000
#: More than this many a day make people stop listening.
MANY_A_DAY: Final = 6.0
#: What would have stood for more than this share of the time would always stand.
ALWAYS: Final = 0.9
#: From which share of the time without values on a page says so.
SHARE_MISSING: Final = 0.1


@dataclass(frozen=True)
class Proposal:
    """A change that would take many alarms away."""

    words: str
    fields: Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Trial:
    """What came of trying a rule. `level` is "", "soon" (many) or "now" (far too many).

    `always` says that it would stand for nearly the whole time, in a sentence; "" of others.
    """

    sentence: str
    level: str
    details: str
    proposals: Sequence[Proposal]
    picture: SafeString | None
    picture_sentence: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    normal: str
    usual_range: str
    always: str


def trial(told: Mapping[str, Any], condition: Mapping[str, Any], unit: str) -> Trial:
    """Return what a page says of it, from what the monitor answered."""
    days = max((told["end"] - told["start"]) / 86_400e6, 1e-9)
    times = told["times"]
    sentence = _sentence(times, days, told["points"])
    always = _always(told.get("share"))
    level = "" if times / days <= MANY_A_DAY else "soon" if times / days <= 60 else "now"
    drawn = _picture(told, condition, sentence)
    return Trial(
        sentence,
        "now" if told["chattering"] or always else level,
        _details(told),
        [
            Proposal(speech.told(one["says"]), list(one["condition"].items()))
            for one in told["proposals"]
        ],
        drawn,
        sentence,
        (_("Time"), _("Lowest"), _("Highest")),
        _rows(told),
        speech.told(told["normal"]),
        _range(told["range"], unit),
        always,
    )


def _sentence(times: int, days: float, points: int) -> str:
    if not points and not times:
        return _("There is nothing to look at: no value came in this time.")
    length = (
        ngettext("the last day", "the last %(n)d days", round(days)) % {"n": round(days)}
        if days > 0.75
        else _("the last %(length)s") % {"length": durations.lasting(days * 86_400)}
    )
    if not times:
        return _("In %(length)s it would not have come.") % {"length": length}
    return ngettext(
        "In %(length)s it would have come %(n)s time.",
        "In %(length)s it would have come %(n)s times.",
        times,
    ) % {"length": length, "n": durations.count(times)}


def _always(share: float | None) -> str:
    if share is None or share <= ALWAYS:
        return ""
    return _(
        "It would have stood for %(share)s of the time in which values are known: an alarm that "
        "always stands tells nobody anything."
    ) % {"share": durations.percent(share)}


def _details(told: Mapping[str, Any]) -> str:
    return " ".join(part for part in (_lengths(told), _since(told)) if part)


def _since(told: Mapping[str, Any]) -> str:
    """Say so when values are there for a part of the time alone."""
    first = told.get("first")
    if first is None or first - told["start"] < SHARE_MISSING * (told["end"] - told["start"]):
        return ""
    return _("Values are there only since %(time)s.") % {
        "time": durations.day_clock(first, told["end"])
    }


def _lengths(told: Mapping[str, Any]) -> str:
    if not told["times"]:
        return ""
    about = {
        "longest": durations.lasting(told["longest"]),
        "seconds": durations.lasting(told["seconds"]),
    }
    if told["chattering"]:
        return (
            _(
                "The longest stood %(longest)s, all of them %(seconds)s. It came three times or "
                "more within a minute: nobody can listen to that."
            )
            % about
        )
    return _("The longest stood %(longest)s, all of them %(seconds)s.") % about


def _range(found: Sequence[float] | None, unit: str) -> str:
    if found is None:
        return ""
    span = f"{say.number(found[0])}–{say.number(found[1])} {unit}".strip()
    return _("Nearly all values (99%%) lie within %(span)s.") % {"span": span}


def _limits(told: Mapping[str, Any], condition: Mapping[str, Any]) -> list[float]:
    if told["usual"]:
        center, sigma, _count = told["usual"]
        return [center - 3 * sigma, center + 3 * sigma]
    names = ("low", "high", "limit")
    return [float(condition[name]) for name in names if condition.get(name) is not None]


def _picture(
    told: Mapping[str, Any], condition: Mapping[str, Any], sentence: str
) -> SafeString | None:
    """Draw between which values it was, the limits, and when the alarm would have stood."""
    axis = Axis(told["start"], told["end"])
    drawn, limits = told["picture"], _limits(told, condition)
    spans = format_html_join(
        "",
        '<rect x="{}" width="{}" y="0" height="{}" class="alarm-span"/>',
        [
            (percent(axis.at(a)), percent(max(axis.wide(a, b or told["end"]), 0.15)), TOP + HIGH)
            for a, b in told["spans"]
        ],
    )
    if drawn is None:
        if not told["points"]:
            return None
        inside = format_html("{}{}", spans, drawn_ticks(axis, TOP + HIGH, TOP + HIGH))
        return picture(TOP + HIGH + 20, sentence, inside)
    low, high = min([*drawn["low"], *limits]), max([*drawn["high"], *limits])
    room = (high - low) * 0.1 or max(abs(high) * 0.05, 0.5)
    low, high = low - room, high + room

    def y(value: float) -> float:
        return TOP + HIGH * (1 - (value - low) / (high - low))

    band = format_html(
        '<svg x="0" y="0" width="100%" height="{h}" viewBox="0 0 {w} {h}" '
        'preserveAspectRatio="none"><path d="{}" class="alarm-band"/></svg>',
        _band(drawn, axis, y),
        w=STEPS,
        h=TOP + HIGH,
    )
    lines = format_html_join(
        "",
        '<line x1="0" x2="100%" y1="{0}" y2="{0}" class="alarm-limit"/>'
        '<text x="0" y="{1}" font-size="12" class="alarm-limit-word">{2}</text>',
        [(f"{y(v):.1f}", f"{y(v) - 4:.1f}", say.number(v)) for v in limits],
    )
    ticks = drawn_ticks(axis, TOP + HIGH, TOP + HIGH)
    return picture(TOP + HIGH + 20, sentence, format_html("{}{}{}{}", spans, ticks, band, lines))


def _band(drawn: Mapping[str, Any], axis: Axis, y: Any) -> str:
    """Return the path of the band from lowest to highest; where nothing came, it ends."""
    every, path, stretch = drawn["every"], [], []
    rows = list(zip(drawn["t"], drawn["low"], drawn["high"], strict=True))
    for place, (at, low, high) in enumerate(rows):
        stretch.append((STEPS * axis.at(at) / 100, y(low), y(high)))
        last = place == len(rows) - 1
        if last or rows[place + 1][0] - at > 2 * every:
            end = STEPS * axis.at(at + every) / 100
            points = [(x, top) for x, _low, top in stretch] + [(end, stretch[-1][2])]
            points += [(end, stretch[-1][1])] + [(x, bottom) for x, bottom, _t in stretch[::-1]]
            path.append("M" + "L".join(f"{x:.1f} {v + (0.6 if v else 0):.1f}" for x, v in points))
            stretch = []
    return "Z".join(path) + ("Z" if path else "")


def _rows(told: Mapping[str, Any]) -> list[list[str]]:
    drawn = told["picture"]
    if drawn is None:
        return []
    step = max(len(drawn["t"]) // 96, 1)
    return [
        [f"{durations.moment(at):%m-%d %H:%M}", say.number(low), say.number(high)]
        for at, low, high in list(zip(drawn["t"], drawn["low"], drawn["high"], strict=True))[::step]
    ]
