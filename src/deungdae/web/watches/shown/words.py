"""How a watch stands, in sentences."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from deungdae.web.floor.shown.durations import day_clock, lasting
from deungdae.web.plant import speech

DAY_US: Final = 86_400_000_000

METHODS: Final[Mapping[str, Any]] = {
    "relations": _lazy("how the tags go together"),
    "neighbours": _lazy("the most alike moments"),
    "seasons": _lazy("the hours of the day"),
}
#: What each method is good for, in a sentence.
ABOUT: Final[Mapping[str, Any]] = {
    "relations": _lazy(
        "Learns how all tags move together over the last moments (canonical variates). Finest "
        "where the relations are straight."
    ),
    "neighbours": _lazy(
        "Compares each moment with those of the good period that were most alike. Finds what "
        "breaks relations that bend or jump, as with several products."
    ),
    "seasons": _lazy(
        "Knows for each tag what is usual at this hour and weekday. For energy, temperature and "
        "the like; needs at least four weeks."
    ),
}
#: False alarms a week that may be chosen, in words.
PER_WEEK: Final[Mapping[float, Any]] = {
    7: _lazy("one a day"),
    1: _lazy("one a week"),
    0.25: _lazy("one a month"),
}
KINDS: Final[Mapping[str, Any]] = {
    "shift": _lazy("a shift by 1.5 spreads"),
    "drift": _lazy("a drift by 3 spreads"),
    "spike": _lazy("a spike of 6 spreads"),
    "stuck": _lazy("a value that stands still"),
    "decoupled": _lazy("values of another time"),
}
REASONS: Final[Mapping[str, Any]] = {
    "only": _lazy("It was the only method that could learn this period."),
    "told": _lazy("You chose it."),
    "best": _lazy(
        "Of the methods with no more false alarms than chance may bring, it found the most of what "
        "was planted."
    ),
    "fewer_false": _lazy("It found nearly as much as the best, with fewer false alarms."),
    "simpler": _lazy("It found nearly as much as the best, and is simpler."),
    "none_keeps_the_budget": _lazy(
        "Every method had more false alarms than chance may bring; this one had the fewest. A "
        "longer or steadier good period will help."
    ),
}
LEFT_OUT: Final[Mapping[str, Any]] = {
    "constant": _lazy("never changed"),
    "missing": _lazy("was missing for more than half of the time"),
    "counter": _lazy("only counts up"),
    "no_day": _lazy("has no hours of its own"),
}
USES: Final[Mapping[str, Any]] = {
    "yes": "",
    "missing": _lazy("no numbers in this time"),
    "constant": _lazy("never changes"),
    "counter": _lazy("only counts up"),
}
STATES: Final[Mapping[str, tuple[str, Any]]] = {
    "waiting": ("waiting", _lazy("Waiting")),
    "learning": ("running", _lazy("Learning")),
    "failed": ("failed", _lazy("Cannot learn")),
    "watching": ("none", _lazy("As usual")),
    "anomaly": ("now", _lazy("Unlike the good period")),
    "stopped": ("none", _lazy("Machine stands")),
    "silent": ("waiting", _lazy("No values")),
    "over": ("none", _lazy("Ended")),
    "unknown": ("waiting", _lazy("Unknown")),
}


def state(now: Mapping[str, Any]) -> tuple[str, str]:
    """Return the kind of pill and its word."""
    name = str(now.get("state"))
    if name == "watching" and now.get("score") is None:
        name = "waiting"  # nothing was judged yet, so nothing is "as usual"
    kind, word = STATES.get(name, STATES["unknown"])
    return kind, str(word)


def answer(now: Mapping[str, Any], now_us: int, names: Mapping[str, str]) -> str:
    """Return how a watch stands, in one sentence that can be repeated to a colleague."""
    match now.get("state"):
        case "waiting" if (now.get("until") or 0) > now_us:
            return _("The good period lasts until %(time)s; it is learned then.") % {
                "time": day_clock(now["until"], now_us)
            }
        case "waiting":
            return _("The good period will be learned in a moment.")
        case "learning":
            return _("The good period is being learned; this takes a minute or a few.")
        case "failed":
            return speech.told(now["problem"])
        case "anomaly":
            return _anomaly(now, now_us, names)
        case "stopped":
            return _("The machine stands, so nothing is judged. A standing machine is no anomaly.")
        case "silent":
            last = now.get("at")
            if last is None:
                return _("Its tags say nothing, so nobody knows whether all is well.")
            return _(
                "Its tags have said nothing for %(time)s, so nobody knows whether all is well."
            ) % {"time": lasting((now_us - last) / 1e6)}
        case "watching" if now.get("score") is None:
            return _("It is watched; the first score comes in a moment.")
        case "watching":
            return _("The machine runs as in the good period: score %(score)s, limit 1.") % {
                "score": f"{now['score']:.2f}"
            }
    return _("Nobody knows at the moment how it stands.")


def _anomaly(now: Mapping[str, Any], now_us: int, names: Mapping[str, str]) -> str:
    began = now.get("anomaly") or now_us
    since = lasting(max(now_us - began, 0) / 1e6)
    blames = now.get("blames") or []
    if not blames:
        return _("Unlike the good period for %(since)s.") % {"since": since}
    tag, share, _deviation = blames[0]
    return _(
        "Unlike the good period for %(since)s; most of it comes from %(tag)s (%(share)s%%)."
    ) % {
        "since": since,
        "tag": names.get(tag, tag),
        "share": round(100 * share),
    }


def wolf(learned: Mapping[str, Any]) -> list[str]:
    """Return how often it would have cried wolf: in the good period, and since."""
    trial = next(
        (one for one in learned["trials"] if one["method"] == learned["method"]),
        {"false_alarms": 0, "wanted": 0.0, "most": 0},
    )
    known = learned.get("known", learned["running"])
    long = lasting(known * learned["rows"] * learned["every_us"] / 1e6)
    said = [
        ngettext(
            "In the %(long)s of the good period that count it would have cried wolf once, in parts "
            "it had not learned.",
            "In the %(long)s of the good period that count it would have cried wolf %(n)d times, "
            "in parts it had not learned.",
            trial["false_alarms"],
        )
        % {"long": long, "n": trial["false_alarms"]},
        f"{wished(learned)} {_against(trial)}",
    ]
    later = learned["since_rows"] * learned["every_us"] / DAY_US
    if later >= 0.1:
        said.append(
            ngettext(
                "In the %(days)s days after it, until it was learned, it would have come once.",
                "In the %(days)s days after it, until it was learned, it would have come %(n)d "
                "times.",
                learned["since_alarms"],
            )
            % {"days": f"{later:.1f}", "n": learned["since_alarms"]}
        )
    if not learned["fitted"]:
        said.append(
            _(
                "The good period has too few high scores to work out how often a limit is passed: "
                "the limit is the greatest score seen in all of it, and the number of false alarms "
                "cannot be promised."
            )
        )
    return said


def wished(learned: Mapping[str, Any]) -> str:
    """Return how many false alarms were chosen, and how many that is in the time of the trials."""
    trial = next((one for one in learned["trials"] if not one["problem"]), {"wanted": 0.0})
    per_week = float(learned["per_week"])
    word = PER_WEEK.get(per_week)
    return _("You chose %(often)s; in this time that is %(wanted)s.") % {
        "often": str(word) if word else _("%(n)s a week") % {"n": f"{per_week:g}"},
        "wanted": _few(trial["wanted"]),
    }


def _few(count: float) -> str:
    if count < 0.005:
        return _("less than 0.01")
    return f"{count:.2f}" if count < 1 else f"{count:.1f}" if count < 10 else f"{count:.0f}"


def _against(trial: Mapping[str, Any]) -> str:
    """Return what the false alarms of a method say of what was chosen."""
    came, most = trial["false_alarms"], trial["most"]
    if came > most:
        return _(
            "That is more than chance may bring (%(most)d at most): it will cry wolf more often "
            "than you chose."
        ) % {"most": most}
    short = trial["wanted"] < 1
    if came <= trial["wanted"]:
        if short:
            return _("It did not come more often, but so short a time says little.")
        return _("It did not come more often.")
    if short:
        return _(
            "It came more often, but in so short a time chance alone may bring up to %(most)d: how "
            "often it will come cannot be told from this. A longer good period tells."
        ) % {"most": most}
    return _("It came more often, but chance alone may bring up to %(most)d.") % {"most": most}


def span(start_us: int, end_us: int) -> tuple[str, str]:
    """Return the beginning with its day, and the end with its own where that is another."""
    return day_clock(start_us, 0), day_clock(end_us, start_us)


def learned_share(learned: Mapping[str, Any]) -> str:
    """Return how much of the good period was learned, and why not the rest."""
    if not learned["masked"]:
        return _("nobody says when the machine ran, so all of it counts that was not excluded")
    ran = round(100 * learned["running"])
    known = round(100 * learned.get("known", learned["running"]))
    if known == ran:
        return _("it ran %(ran)s%% of it, and only that was learned") % {"ran": ran}
    return _(
        "it ran %(ran)s%% of it; without what was excluded %(known)s%% remain, and only that was "
        "learned"
    ) % {"ran": ran, "known": known}


def trials(learned: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the methods that were tried, as rows of a table."""
    return [
        {
            "name": str(METHODS.get(one["method"], one["method"])),
            "about": str(ABOUT.get(one["method"], "")),
            "chosen": one["method"] == learned["method"],
            "problem": _problem(one["problem"]),
            "share": round(100 * one["share"]),
            "false": one["false_alarms"],
            "most": one["most"],
            "keeps": one["keeps"],
            "kinds": [_kind(each, learned["every_us"]) for each in one["kinds"]],
        }
        for one in learned["trials"]
    ]


def _problem(problem: str | None) -> str:
    if not problem:
        return ""
    if "28 days" in problem:
        return _("needs a good period of at least five and a half weeks to be tried")
    return _("could not learn this period")


def _kind(each: Sequence[Any], every_us: int) -> dict[str, str]:
    kind, found, planted, delay = each
    return {
        "word": str(KINDS.get(kind, kind)),
        "found": f"{found}/{planted}",
        "delay": "" if delay is None else lasting(max(delay, 1) * every_us / 1e6),
    }


def moved(learned: Mapping[str, Any], names: Mapping[str, str], now_us: int) -> list[str]:
    """Return which tags did not stay on their level in the good period."""
    return [
        _("%(tag)s went to another level at %(time)s, by %(size)s spreads, and stayed there.")
        % {
            "tag": names.get(tag, tag),
            "time": day_clock(at, now_us),
            "size": f"{size:+.1f}",
        }
        for tag, at, size in learned["moved"]
    ]
