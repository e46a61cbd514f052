"""The usual patterns of Korean plants, as the monitor knows them."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Organisation
from deungdae.web.floor import asking

#: In the order in which they are offered, with what each means.
NAMES: Final[Mapping[str, Any]] = {
    "주간": _("One day shift, Monday to Friday"),
    "2조2교대": _("Two crews, day and night in turn each week, not on Sundays"),
    "3조2교대": _("Three crews, two shifts of 12 hours, every day"),
    "4조2교대": _("Four crews, two shifts of 12 hours, every day"),
    "3조3교대": _("Three crews, three shifts, in turn each week, not on Sundays"),
    "4조3교대": _("Four crews, three shifts, every day"),
}


def known(organisation: Organisation) -> tuple[dict[str, dict[str, Any]], str]:
    """Return the patterns by name, and a sentence when nobody tells them."""
    heard = asking.ask(organisation, "presets", {})
    told = heard.found.get("presets") if isinstance(heard.found, Mapping) else None
    return (dict(told) if isinstance(told, Mapping) else {}), heard.problem


def whole(
    pattern: Mapping[str, Any], presets: Mapping[str, dict[str, Any]]
) -> dict[str, Any] | None:
    """Return a pattern with all its shifts; None for a preset that nobody tells at the moment."""
    if "preset" in pattern:
        return presets.get(str(pattern["preset"]))
    return dict(pattern)
