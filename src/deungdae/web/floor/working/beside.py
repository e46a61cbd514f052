"""Work beside the pattern that reaches into planned shifts: which, and what is left of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.core.models import Organisation
from deungdae.web.floor.working import clock, weeks

MOST_SAID: Final = 3  #: kinds of overlap that are told

Minutes = tuple[int, int]  #: from and to, counted from midnight of the production day


def overlaps(
    organisation: Organisation,
    document: Mapping[str, Any],
    days: Sequence[date],
    extra: Mapping[str, Any],
) -> list[str]:
    """Return a sentence for each planned shift that the extra work of some days overlaps.

    Nothing is said while the monitor, which knows what is planned, does not answer.
    """
    work = int(extra["start"]), int(extra["end"])
    planned = weeks.planned(organisation, document, days[0], days[-1])
    found: dict[tuple[tuple[str, Minutes], ...], list[date]] = defaultdict(list)
    for day in days:
        near = [(name, _seen_from(day, of_day, span)) for (of_day, name), span in planned.items()]
        if hit := tuple(one for one in near if one[1][0] < work[1] and work[0] < one[1][1]):
            found[hit].append(day)
    return [_said(hit, on, work) for hit, on in list(found.items())[:MOST_SAID]]


def _seen_from(day: date, of_day: date, span: Minutes) -> Minutes:
    """Return minutes of one production day as minutes of another: a night reaches into the next."""
    later = (of_day - day).days * clock.DAY
    return span[0] + later, span[1] + later


def _said(hit: Sequence[tuple[str, Minutes]], days: Sequence[date], work: Minutes) -> str:
    shifts = ", ".join(f"{name} {_times(span)}" for name, span in hit)
    on = date_format(days[0], "Y-m-d")
    if others := len(days) - 1:
        on = ngettext("%(day)s and %(n)d other day", "%(day)s and %(n)d other days", others) % {
            "day": on,
            "n": others,
        }
    told = {"times": _times(work), "shifts": shifts, "days": on}
    rest = _without(work, [span for _name, span in hit])
    if not rest:
        return (
            _(
                "On %(days)s all of %(times)s lies within what is planned already (%(shifts)s). "
                "The planned shift stays as it is, and nothing is added to it."
            )
            % told
        )
    return _(
        "On %(days)s %(times)s overlaps what is planned already (%(shifts)s). The planned shift "
        "stays as it is; only %(rest)s is added as extra work."
    ) % {**told, "rest": ", ".join(map(_times, rest))}


def _without(work: Minutes, taken: Sequence[Minutes]) -> list[Minutes]:
    left, found = work[0], []
    for start, end in sorted(taken):
        if left < start:
            found.append((left, start))
        left = max(left, end)
    return [*found, (left, work[1])] if left < work[1] else found


def _times(span: Minutes) -> str:
    return f"{clock.written(span[0])}–{clock.written(span[1])}"
