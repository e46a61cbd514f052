"""What may be said of a file: names that it holds, and nothing else."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from deungdae.reports.words import Words
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Upload
from deungdae.web.insight.understood import Understood, understood

ONE = ("sheet", "target", "kind", "worse", "time")
SEVERAL = ("bad", "good", "by", "reason", "ignore")
#: What a result may be, and in which direction it is worse, as the method takes them.
KINDS = ("pass_fail", "number", "count", "classes")
WORSE = ("high", "low", "away")


def known_names(upload: Upload, values: set[str]) -> dict[str, set[str]]:
    """Return what each answer may name; `values` are those of the result column."""
    facts = upload.understanding or {}
    columns = {column["name"] for column in facts.get("columns", ())}
    known = dict.fromkeys((*ONE, *SEVERAL), columns)
    return {
        **known,
        "sheet": set(facts.get("sheets", ())),
        "bad": values,
        "good": values,
        "kind": set(KINDS),
        "worse": set(WORSE),
    }


def check(upload: Upload, answers: Mapping[str, Any]) -> None:
    """Raise `Refused` for answers to a file that was not read, or that name what it lacks."""
    found = understood(upload, Words("en"))
    if found is None:
        raise Refused(_("This file was not read yet, so nothing can be corrected."))
    if not answers:
        raise Refused(_("Nothing was said."))
    if "sheet" in answers and (len(answers) > 1 or answers["sheet"] is None):
        raise Refused(_("Choose the sheet first, and correct its columns once it is read."))
    known = known_names(upload, values_of(found, answers))
    for what, told in answers.items():
        named = [] if told is None else [told] if what in ONE else told
        if not known[what].issuperset(named):
            raise Refused(_("This file holds nothing of that name."))


def values_of(found: Understood, answers: Mapping[str, Any]) -> set[str]:
    """Return the values of the result column, as it is or as it will be after `answers`."""
    target = answers.get("target") or found.current.get("target")
    return set(found.levels.get(target or "", ()))
