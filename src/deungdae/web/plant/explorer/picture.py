"""What is drawn and what stands in the table: panels by unit, and rows by time."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.records.readings import Value
from deungdae.web.plant.explorer.look import Look
from deungdae.web.plant.explorer.series import DAY, NOTHING, TEXT, YES_NO, Fetched, Series
from deungdae.web.plant.live import words as say
from deungdae.web.plant.live.lines import place

ROWS: Final = 96  #: of the table


def names(series: Sequence[Series]) -> dict[str, str]:
    """Return what each tag is called: its label or last part, with what tells it apart."""
    short = [one.about.label or place(one.about.path).name for one in series]
    found = {}
    for one, name in zip(series, short, strict=True):
        if short.count(name) > 1:
            asset = place(one.about.path).asset.rpartition("/")[2]
            name = f"{asset} {name}" if asset else one.about.path
        found[one.about.path] = name
    if len(set(found.values())) < len(found):
        return {path: path for path in found}
    return found


def drawing(look: Look, fetched: Fetched, called: Mapping[str, str]) -> dict[str, Any]:
    """Return what the browser draws; times are milliseconds after the beginning."""
    start = look.start_us // 1000
    panels: dict[str, list[Any]] = {}
    for place_, one in enumerate(fetched.series):
        if not one.times:
            continue
        told = {
            "name": called[one.about.path],
            "kind": one.kind,
            "place": place_,
            "t": [time - start for time in one.times],
            "v": [_short(value) for value in one.values],
        }
        if one.low:
            told["lo"], told["hi"] = [_short(v) for v in one.low], [_short(v) for v in one.high]
        # Without a unit nobody knows whether two tags may share an axis.
        key = one.about.unit if one.about.unit and one.kind != TEXT else f"\0{one.about.path}"
        panels.setdefault(key, []).append(told)
    return {
        "from": start,
        "to": look.end_us // 1000,
        "zone": timezone.get_current_timezone_name(),
        "every": fetched.every,
        "panels": [
            {"unit": "" if key.startswith("\0") else key, "series": told}
            for key, told in panels.items()
        ],
    }


def _short(value: Value) -> Value:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def facts(fetched: Fetched, called: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a line for each tag: what it was at least, on average and at most, and its gaps."""
    return [_fact(one, called[one.about.path]) for one in fetched.series]


def _fact(one: Series, name: str) -> dict[str, Any]:
    low, high = _numbers(one.low or one.values), _numbers(one.high or one.values)
    words = say.for_browser()
    last = next((v for v in reversed(one.values) if v is not None), None)
    if one.kind == YES_NO:
        return _fact_of_yes_no(one, name, last, words)
    return {
        "path": one.about.path,
        "name": name,
        "unit": one.about.unit,
        "low": say.number(min(low)) if low else "",
        "mean": say.number(one.mean) if one.mean is not None else "",
        "high": say.number(max(high)) if high else "",
        "last": say.value_text(last, words),
        "gaps": _gaps(one, words),
    }


def _fact_of_yes_no(
    one: Series, name: str, last: Value, words: Mapping[str, str]
) -> dict[str, Any]:
    share = None if one.mean is None else f"{100 * one.mean:.1f}"
    return {
        "path": one.about.path,
        "name": name,
        "unit": one.about.unit,
        "low": "",
        "mean": "" if share is None else _("%(share)s%% on") % {"share": share},
        "high": "",
        "last": "" if last is None else say.value_text(bool(last), words),
        "gaps": _gaps(one, words),
    }


def _gaps(one: Series, words: Mapping[str, str]) -> str:
    if not one.times:
        return _("no value in this span") if one.kind != NOTHING else _("never a value")
    if one.cut:
        return _("only the first %(n)s changes") % {"n": say.count(len(one.times))}
    if not one.gaps:
        return _("none")
    longest = max(end - start for start, end in one.gaps) / 1000
    return ngettext("%(n)d, %(age)s long", "%(n)d, the longest %(age)s", len(one.gaps)) % {
        "n": len(one.gaps),
        "age": say.lasting(longest, words),
    }


def sentence(fetched: Fetched) -> str:
    """Return what the picture shows."""
    drawn = [one for one in fetched.series if one.times]
    if not drawn:
        return ""
    if fetched.every is None:
        return _("No peak is left out. Where nothing came, a line stops.")
    return _(
        "A line is the mean of %(part)s, the band around it goes from the smallest to the largest "
        "value. Where nothing came, it stops."
    ) % {"part": part_words(fetched.every)}


def part_words(every: int) -> str:
    """Return the length of a part in words."""
    minutes = every // 60_000
    if every >= DAY:
        return ngettext("%(n)d day", "%(n)d days", every // DAY) % {"n": every // DAY}
    if minutes >= 60:
        return ngettext("%(n)d hour", "%(n)d hours", minutes // 60) % {"n": minutes // 60}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def table(look: Look, fetched: Fetched, called: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    """Return the head and the rows of the table beside the picture: at most about a hundred."""
    drawn = [one for one in fetched.series if one.times]
    head = [_("Time")] + [
        f"{called[one.about.path]} ({one.about.unit})" if one.about.unit else called[one.about.path]
        for one in drawn
    ]
    moments = sorted({time for one in drawn for time, v in _known(one)})
    if len(moments) <= ROWS:
        known = [dict(_known(one)) for one in drawn]
        words = say.for_browser()
        cells = [
            [_time(moment, look)] + [say.value_text(values.get(moment), words) for values in known]
            for moment in moments
        ]
        return head, cells
    return head, _rows(look, drawn)


def _known(one: Series) -> list[tuple[int, Value]]:
    return [(t, v) for t, v in zip(one.times, one.values, strict=True) if v is not None]


def _rows(look: Look, drawn: Sequence[Series]) -> list[list[str]]:
    """Return a row for each of equal parts: the mean of what was drawn, and its bounds."""
    start, end = look.start_us // 1000, look.end_us // 1000
    part = max((end - start) // ROWS, 1)
    words = say.for_browser()
    rows: dict[int, list[str]] = {}
    for column, one in enumerate(drawn):
        inside: dict[int, list[int]] = {}
        for index, value in enumerate(one.values):
            if value is not None:
                inside.setdefault((one.times[index] - start) // part, []).append(index)
        for number, indices in inside.items():
            cells = rows.setdefault(number, [""] * len(drawn))
            cells[column] = _cell(one, indices, words)
    return [[_time(start + number * part, look), *cells] for number, cells in sorted(rows.items())]


def _cell(one: Series, indices: Sequence[int], words: Mapping[str, str]) -> str:
    if one.kind in (TEXT, YES_NO):
        values = list(dict.fromkeys(say.value_text(one.values[i], words) for i in indices))
        return ", ".join(values[:3]) + (" …" if len(values) > 3 else "")
    low, high = one.low or one.values, one.high or one.values
    return _("%(mean)s (%(low)s to %(high)s)") % {
        "mean": say.number(statistics.fmean(_numbers(one.values[i] for i in indices))),
        "low": say.number(min(_numbers(low[i] for i in indices))),
        "high": say.number(max(_numbers(high[i] for i in indices))),
    }


def _numbers(values: Iterable[Value]) -> list[float]:
    return [float(value) for value in values if isinstance(value, int | float)]


def _time(moment: int, look: Look) -> str:
    local = datetime.fromtimestamp(moment / 1000, timezone.get_current_timezone())
    short = look.length.total_seconds() <= 2 * 3600
    return f"{local:%Y-%m-%d %H:%M:%S}" if short else f"{local:%Y-%m-%d %H:%M}"
