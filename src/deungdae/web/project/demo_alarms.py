"""Sets up a few alarms on the simulated plant for the demo company, by the actions that pages use.

Set up once, in the language of the installation: what a person changed or retired since stays.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

#: The zone that runs away in the simulated plant: set to 230 °C, flash from ten degrees above.
HOT: Final = "line2/imm1/barrel_zone3"
HOT_ABOVE: Final = 238.0
SILENT: Final = "line1/imm1/motor_current"
SILENT_SECONDS: Final = 60.0
STOPPED: Final = ("line2/imm1", "line1/imm1")
STOPPED_SECONDS: Final = 180.0


def register(scope: Any, organisation: Any, assets: Mapping[str, Any]) -> None:
    """Set up what the company never had; `assets` are its machines by path."""
    from django.conf import settings

    from deungdae.web.alarms.actions.rules import MakeRule
    from deungdae.web.alarms.models import AlarmRule

    if AlarmRule.objects.within(scope).filter(organisation=organisation).exists():
        return
    with override(settings.LANGUAGE_CODE):
        for rule in _rules(assets):
            MakeRule(scope=scope, organisation=organisation, **rule).perform()


def _rules(assets: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    hot, silent = assets.get(HOT.rpartition("/")[0]), assets.get(SILENT.rpartition("/")[0])
    if hot is not None:
        yield {
            "name": _("%(machine)s: barrel heater 3 too hot") % {"machine": hot.name},
            "kind": "limits",
            "tag": HOT,
            "asset": hot,
            "condition": {"high": HOT_ABOVE, "deadband": 1.0, "on_seconds": 10.0},
            "priority": "high",
            "meaning": _("More than 10 °C above its setting the melt makes flash."),
            "remedy": _(
                "Check the relay and the thermocouple of heater 3; stop the machine if it has not "
                "cooled down within 20 minutes."
            ),
        }
    if silent is not None:
        yield {
            "name": _("%(machine)s: no motor current comes") % {"machine": silent.name},
            "kind": "stale",
            "tag": SILENT,
            "asset": silent,
            "condition": {"after_seconds": SILENT_SECONDS},
            "priority": "low",
            "meaning": _("Nobody knows what this machine does."),
            "remedy": _("Check the PC beside the machine and its cable."),
        }
    for machine in [assets[path] for path in STOPPED if path in assets]:
        yield {
            "name": _("%(machine)s stands") % {"machine": machine.name},
            "kind": "machine",
            "asset": machine,
            "condition": {"states": ["stopped", "down"], "after_seconds": STOPPED_SECONDS},
            "priority": "medium",
            "meaning": _("The plan of the shift will not be reached."),
            "remedy": _("Tap the reason of the stop at the machine; call maintenance for a fault."),
        }
