"""What machines usually have: for each type its signals, and in words what to look for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Usual:
    """A signal that a type of machine usually has. `look_for` says how one recognises it."""

    role: str
    look_for: Any


@dataclass(frozen=True)
class Template:
    """A type of machine."""

    word: Any
    usual: Sequence[Usual]


_FAULT = Usual("fault", _("The fault's number or text on the panel; 0 when all is well."))
_ENERGY = Usual("energy", _("The meter's reading in kWh; it only rises."))

TEMPLATES: Final[Mapping[str, Template]] = {
    "injection": Template(
        _("injection moulding"),
        (
            Usual("counter", _("The shot counter. It rises by one with each shot.")),
            Usual("state", _("The phase or mode: closing, injecting … or auto, manual, stop.")),
            Usual("load", _("Motor current or clamp force: it swings with each shot.")),
            Usual("cycle_time", _("The cycle time in seconds that the machine shows.")),
            Usual("product", _("The number of the mould or the recipe.")),
            Usual("lot", _("The lot number.")),
            _FAULT,
            _ENERGY,
        ),
    ),
    "press": Template(
        _("press"),
        (
            Usual("counter", _("The stroke counter. It rises by one with each stroke.")),
            Usual("run", _("The contact of automatic operation: on while it works.")),
            Usual("load", _("Motor current or tonnage: it swings with each stroke.")),
            Usual("product", _("The number of the die.")),
            _FAULT,
            _ENERGY,
        ),
    ),
    "machining": Template(
        _("machining"),
        (
            Usual("counter", _("The part counter of the control; it rises with each M30.")),
            Usual("state", _("The mode of the control: automatic, edit, stop, alarm.")),
            Usual("load", _("Spindle load or current: high while it cuts.")),
            Usual("product", _("The number of the main programme.")),
            _FAULT,
            _ENERGY,
        ),
    ),
    "assembly": Template(
        _("assembly"),
        (
            Usual("good_counter", _("The count of parts that passed.")),
            Usual("scrap_counter", _("The count of parts that failed.")),
            Usual("counter", _("The count of all parts, where good ones are not counted apart.")),
            Usual("state", _("The state of the station: works, waits, is full behind.")),
            Usual("product", _("The model that is built.")),
            _FAULT,
        ),
    ),
    "packaging": Template(
        _("packaging"),
        (
            Usual("counter", _("The count of packs or of pieces.")),
            Usual("scrap_counter", _("The count of packs that the scale or the camera threw out.")),
            Usual("run", _("The running signal of the belt.")),
            Usual("product", _("The article that is packed.")),
            _FAULT,
            _ENERGY,
        ),
    ),
    "generic": Template(
        _("other machine"),
        (
            Usual("counter", _("Any number that rises by one with each part.")),
            Usual("run", _("Any signal that is on while it works.")),
            Usual("load", _("One current or vibration is enough to tell work from standing.")),
            Usual("state", _("Any text or number that names what it does.")),
            _FAULT,
            _ENERGY,
        ),
    ),
}  # fmt: skip

#: What each role says, for whoever chooses one.
ROLE_HELP: Final[Mapping[str, Any]] = {
    "counter": _("All parts, good or not. It rises, and may begin again at 0."),
    "good_counter": _("Good parts alone."),
    "scrap_counter": _("Parts that were thrown out."),
    "rework_counter": _("Parts that are to be reworked."),
    "state": _("What the machine does, as text or number; then say what each value means."),
    "run": _("On while it works."),
    "load": _("A noisy signal that is higher, or swings, while it works."),
    "cycle_time": _("The time of one cycle, as the machine measures it."),
    "product": _("What is made."),
    "lot": _("Which lot is made."),
    "fault": _("The present fault: not empty and not 0 is down. Its text is the proposed reason."),
    "energy": _("A meter's reading in kWh."),
    "power": _("The present power in kW."),
    "watched": _("Anything else of which the course is worth a look."),
}  # fmt: skip

#: States that a value of a state signal may mean, as the monitor knows them.
STATES: Final[Mapping[str, Any]] = {
    "running": _("Running"),
    "setup": _("changeover"),
    "down": _("breakdown"),
    "starved": _("waits for material"),
    "blocked": _("blocked by what follows"),
    "stopped": _("stopped"),
}
