"""The electricity tariffs that the monitor knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from deungdae.web.core.models import Organisation
from deungdae.web.floor import asking
from deungdae.web.floor.shown.energy import tariff_title


def known(organisation: Organisation) -> tuple[Sequence[Mapping[str, Any]], str]:
    """Return the tariffs, and a sentence when nobody tells them."""
    heard = asking.ask(organisation, "tariffs", {})
    told = heard.found.get("tariffs") if isinstance(heard.found, Mapping) else None
    return (told if isinstance(told, list) else []), heard.problem


def word(tariff: Mapping[str, Any]) -> str:
    """Return what a tariff is called, and what is not known of it."""
    title = tariff_title(tariff) or str(tariff["name"])
    if tariff.get("option"):
        title = _("%(tariff)s, option %(option)s") % {"tariff": title, "option": tariff["option"]}
    if tariff.get("prices") is None:
        return _("%(tariff)s – enter the prices of the bill") % {"tariff": title}
    if tariff.get("until"):
        return _("%(tariff)s – prices until %(day)s") % {"tariff": title, "day": tariff["until"]}
    return title
