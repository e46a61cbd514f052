"""When a rule comes, in words."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.alarms.models import AlarmRule
from deungdae.web.floor.shown import durations
from deungdae.web.plant.live import words as say

STATES: Final = (
    ("stopped", _lazy("stands")),
    ("down", _lazy("fault")),
    ("starved", _lazy("nothing to work on")),
    ("blocked", _lazy("held up from behind")),
    ("setup", _lazy("changeover")),
    ("unknown", _lazy("not known")),
)


def condition_words(rule: AlarmRule, unit: str) -> str:
    """Return when it comes, as one sentence."""
    found = _condition(rule, unit)
    lasting = rule.seconds("on_seconds")
    if lasting and rule.kind not in ("stale", "machine", "spc"):
        found = _("%(what)s, for %(length)s or longer") % {
            "what": found, "length": durations.lasting(lasting)
        }  # fmt: skip
    if rule.condition.get("only_running"):
        return _("%(what)s, while the machine runs") % {"what": found}
    return found


def _condition(rule: AlarmRule, unit: str) -> str:
    told = rule.condition
    match rule.kind:
        case "limits":
            return _limits(told.get("low"), told.get("high"), unit)
        case "rate":
            return _("changes by more than %(much)s %(unit)s a minute") % {
                "much": say.number(told["per_minute"]), "unit": unit
            }  # fmt: skip
        case "stale":
            return _("no value for %(length)s") % {
                "length": durations.lasting(rule.seconds("after_seconds"))
            }
        case "one_of":
            values = list(dict.fromkeys(str(one) for one in told["values"]))
            return _("is %(values)s") % {"values": ", ".join(values)}
        case "machine":
            words = dict(STATES)
            states = ", ".join(str(words.get(one, one)) for one in told["states"])
            return _("%(states)s for longer than %(length)s") % {
                "states": states, "length": durations.lasting(rule.seconds("after_seconds"))
            }  # fmt: skip
        case "spc":
            return _("leaves its usual pattern")
        case _ if told.get("limit", 1.0) != 1.0:
            return _("is %(times)s times as unlike its good time as the watch allows") % {
                "times": say.number(told["limit"])
            }
        case _:
            return _("behaves unlike in its good time")


def _limits(low: Any, high: Any, unit: str) -> str:
    if low is not None and high is not None:
        return _("below %(low)s or above %(high)s %(unit)s") % {
            "low": say.number(low), "high": say.number(high), "unit": unit
        }  # fmt: skip
    if high is not None:
        return _("above %(high)s %(unit)s") % {"high": say.number(high), "unit": unit}
    return _("below %(low)s %(unit)s") % {"low": say.number(low), "unit": unit}
