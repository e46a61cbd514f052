"""A learned watch as plain arrays of numbers, and back: nothing in them can be run.

What is no number stands as JSON in the array "about" (UTF-8 bytes). `FORM` is the version of this
layout. The first had no limits of the row itself: what was learned then goes on by its smoothed
scores. Another one is refused, and the watch is learned anew.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly import (
    Canonical,
    LeftOut,
    Limit,
    Limits,
    Monitor,
    Neighbours,
    Reference,
)
from deungdae.analysis.seasonal import Seasonal, Shape
from deungdae.analysis.watching.methods import Watch
from deungdae.analysis.watching.seasons import Own, Seasons

FORM: Final = 2
Arrays = dict[str, NDArray[Any]]


class NotKept(ValueError):  # noqa: N818 - it is told as "the watch is not kept so"
    """The arrays are no watch of this version."""


def to_arrays(watch: Watch) -> Arrays:
    """Return a watch as arrays by name."""
    if isinstance(watch.model, Seasons):
        about, arrays = _seasons(watch.model)
    else:
        about, arrays = _monitor(watch.model)
    told = {"form": FORM, "method": watch.method, "names": watch.names, **about}
    text = json.dumps(told, ensure_ascii=False).encode()
    return {"about": np.frombuffer(text, np.uint8), **arrays}


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Watch:
    """Return the watch again; raises `NotKept`."""
    try:
        about = json.loads(arrays["about"].tobytes())
        if about["form"] not in (1, FORM):
            raise NotKept(f"layout {about['form']} is not {FORM}")
        model = (_to_seasons if "tags" in about else _to_monitor)(about, arrays)
        return Watch(about["method"], tuple(about["names"]), model)
    except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise NotKept(str(error)) from error


def _monitor(monitor: Monitor) -> tuple[dict[str, Any], Arrays]:
    model, reference = monitor.model, monitor.reference
    about = {
        "watched": reference.names,
        "left_out": reference.left_out,
        "past": model.past,
        "smoothing": monitor.smoothing,
        "relations": monitor.relations,
        "place": monitor.place,
    }
    arrays = {
        "columns": reference.columns,
        "level": reference.centre,
        "width": reference.spread,
        "centre": monitor.centre,
        "spread": monitor.spread,
    }
    if isinstance(model, Canonical):
        about["states"] = model.states
        return about, arrays | {"form_state": model.form_state, "form_rest": model.form_rest}
    own = {name: getattr(model, name) for name in ("whitened", "plain", "kept", "own")}
    return about, arrays | own


def _to_monitor(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Monitor:
    model: Canonical | Neighbours
    if "states" in about:
        model = Canonical(about["past"], about["states"], arrays["form_state"], arrays["form_rest"])
    else:
        own = (arrays[name] for name in ("whitened", "plain", "kept", "own"))
        model = Neighbours(about["past"], *own)
    reference = Reference(
        tuple(about["watched"]),
        arrays["level"],
        arrays["width"],
        _left_out(about),
        arrays["columns"],
    )
    return Monitor(
        reference,
        model,
        arrays["centre"],
        arrays["spread"],
        about["smoothing"],
        _limits(about["relations"], about["form"]),
        _limits(about["place"], about["form"]),
    )


def _limits(told: list[Any], form: int) -> Limits:
    if form == 1:
        alone = Limit(*told)
        return Limits(alone, None, alone.seen)
    smoothed, own, seen = told
    return Limits(Limit(*smoothed), None if own is None else Limit(*own), seen)


def _seasons(seasons: Seasons) -> tuple[dict[str, Any], Arrays]:
    about = {
        "per_day": seasons.per_day,
        "left_out": seasons.left_out,
        "limit": seasons.limit,
        "tags": [
            {
                "name": own.name,
                "column": own.column,
                "kinds": own.model.shape.kinds,
                "horizons": own.model.horizons,
                "limit": own.model.limit,
            }
            for own in seasons.tags
        ],
    }
    arrays: Arrays = {}
    for place, own in enumerate(seasons.tags):
        arrays[f"usual_{place}"] = own.model.shape.usual
        arrays[f"spread_{place}"] = own.model.shape.spread
        arrays[f"carried_{place}"] = own.model.carried
        arrays[f"errors_{place}"] = own.model.errors
    return about, arrays


def _to_seasons(about: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Seasons:
    per_day = about["per_day"]
    tags = [
        Own(
            each["name"],
            each["column"],
            Seasonal(
                per_day,
                Shape(tuple(each["kinds"]), arrays[f"usual_{place}"], arrays[f"spread_{place}"]),
                tuple(each["horizons"]),
                arrays[f"carried_{place}"],
                arrays[f"errors_{place}"],
                Limit(*each["limit"]),
            ),
        )
        for place, each in enumerate(about["tags"])
    ]
    return Seasons(per_day, tuple(tags), _left_out(about), Limit(*about["limit"]))


def _left_out(about: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(*each) for each in about["left_out"])
