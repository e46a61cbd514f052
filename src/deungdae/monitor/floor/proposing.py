"""Which tag may be what, proposed from its name and from what it did; people confirm it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deungdae.analysis.oee import State
from deungdae.analysis.oee.sensed import CLEAR, levels
from deungdae.monitor.floor.learning import speaks
from deungdae.monitor.floor.names import rank_of, role_of, state_of, template_of
from deungdae.monitor.part import Context
from deungdae.monitor.past import Readings
from deungdae.records.messages import Message, message

MOST_TAGS = 400
AT_ONCE = 40
SPAN_US = 3 * 3_600_000_000  #: before the newest reading
MOST_STATES = 12
MOST_VALUES = 40
NEW_SHARE = 0.5  #: of the values of a text: beyond that it numbers things
TELLING = ("counter", "good_counter", "state", "run", "load")  #: of what a machine does
TEXTS = ("state", "run", "product", "lot", "fault")
MOST_STEP = 20  #: parts between two readings of a counter
FEWEST = 20  #: readings, before data are a reason
BY_NAME, BY_DATA, BY_BOTH = 0.4, 0.6, 0.95
WINDOW_SECONDS = 30.0

Found = tuple[str, float, Message, dict[str, Any]]  #: role, how sure, why, more


async def propose(context: Context, organisation: str, paths: Sequence[str] | None) -> Any:
    """Return `tags` that may have a role, and `assets` and `lines` by the paths of tags."""
    tags = [row for row in await context.past.tags(organisation) if _below(row["tag"], paths)]
    tags = sorted(tags, key=lambda row: str(row["tag"]))[:MOST_TAGS]
    signals: list[dict[str, Any]] = []
    for start in range(0, len(tags), AT_ONCE):
        some = tags[start : start + AT_ONCE]
        newest = max(row["time"] for row in some) + 1
        names = [row["tag"] for row in some]
        told = await context.past.readings(organisation, names, newest - SPAN_US, newest)
        last = {
            point["tag"]: [point["time"], point["value"]]
            for point in await context.past.latest(organisation, names)
        }
        signals += await context.work(_proposals, names, told, last)
    assets = _assets(names_of(tags), signals)
    return {"tags": _one_of_each(signals), "assets": assets, "lines": _lines(assets)}


def names_of(tags: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the paths of tags."""
    return [str(row["tag"]) for row in tags]


def role(tag: str, readings: Readings | None) -> Found | None:
    """Return what a tag may be, None when nothing speaks for any role."""
    named = role_of(tag)
    few = readings is None or len(readings.times) < FEWEST
    texts = [] if readings is None else [text for text in readings.texts.tolist() if text]
    seen = _seen(readings) if readings is not None and not few else None
    if seen is None:
        if named is None or (texts and named not in TEXTS):
            return None
        return named, BY_NAME, message("Its name says so; there are too few values to see it."), {}
    kinds, why, more = seen
    if not kinds:
        return "watched", 0.0, why, {}
    if named in kinds:
        return named, BY_BOTH, why, _suited(named, more)
    if kinds[0] in ("counter", "state", "run"):
        return kinds[0], BY_DATA, why, _suited(kinds[0], more)
    # A measured value that swings between two levels may be anything, such as the weather.
    return "watched", BY_DATA / 2, why, {}


def _suited(role: str, more: dict[str, Any]) -> dict[str, Any]:
    wanted = {"state": ("map",), "load": ("running_is_low",)}.get(role, ())
    return {name: more[name] for name in wanted if name in more}


def _seen(readings: Readings) -> tuple[tuple[str, ...], Message, dict[str, Any]] | None:
    """Return the roles that the values allow, the likeliest first, and why."""
    texts = [text for text in readings.texts.tolist() if text is not None]
    if texts:
        return _seen_texts(texts)
    values = readings.values[np.isfinite(readings.values)]
    if len(values) < FEWEST:
        return None
    steps = np.diff(values)
    moved = steps[steps != 0]
    distinct = np.unique(values)
    whole = bool(np.all(values == np.rint(values)))
    if len(distinct) == 2 and set(distinct.tolist()) == {0.0, 1.0}:
        return ("run", "fault"), message("It is either on or off."), {}
    back = float((moved < 0).mean()) if len(moved) else 0.0
    if whole and len(moved) >= 5 and back <= 0.1 and np.median(moved[moved > 0]) <= MOST_STEP:
        why = message("It rises by {step} at a time.", step=int(np.median(moved[moved > 0])))
        roles = ("counter", "good_counter", "scrap_counter", "rework_counter", "energy")
        return roles, why, {}
    if not whole and len(moved) >= 5 and back == 0.0:
        return ("energy",), message("It only ever rises, by fractions."), {}
    if whole and 2 <= len(distinct) <= MOST_STATES:
        why = message("It takes {count} values and stays at each for a while.", count=len(distinct))
        return ("state", "fault"), why, {"map": {}}
    return _seen_levels(readings)


def _seen_texts(texts: Sequence[str]) -> tuple[tuple[str, ...], Message, dict[str, Any]]:
    distinct = sorted(set(texts))
    if len(distinct) > len(texts) * NEW_SHARE:
        return (), message("Each value is a new one: it numbers things."), {}
    guessed = {text: state_of(text) for text in distinct}
    known = {text: state.value for text, state in guessed.items() if state is not None}
    if len(distinct) <= MOST_STATES and known:
        why = message("It says in words what the machine does: {words}.", words=", ".join(distinct))
        roles = ("state", "fault") if State.RUNNING in known.values() else ("fault", "state")
        return roles, why, {"map": known}
    why = message("It is a text that changes seldom.")
    return ("product", "lot", "fault"), why, {}


def _seen_levels(readings: Readings) -> tuple[tuple[str, ...], Message, dict[str, Any]]:
    times = readings.times
    found = levels(
        *(times, readings.values, int(times[0]), int(times[-1]) + 1), window_seconds=WINDOW_SECONDS
    )
    roles = ("load", "power", "cycle_time")
    if found is None:
        return (
            ("cycle_time", "power"),
            message("It is a measured value that shows no standing still."),
            {},
        )
    why = message(
        "It is at two levels that lie {distance} standard deviations apart.",
        distance=round(max(found.separation, CLEAR), 1),
    )
    return roles, why, {"running_is_low": False}


def _proposals(
    names: Sequence[str], told: Mapping[str, Readings], last: Mapping[str, list[Any]]
) -> list[dict[str, Any]]:
    found = []
    for tag in names:
        readings = told.get(tag)
        kind, sure, why, more = role(tag, readings) or (
            *("watched", 0.0, message("Nothing speaks for any other role."), {}),
        )
        found.append(
            {
                "tag": tag,
                "role": kind,
                "sure": sure,
                "why": {"template": why.template, "values": dict(why.values)},
                "latest": last.get(tag),
                **more,
                **({} if readings is None else _observed(readings)),
            }
        )
    return found


def _observed(readings: Readings) -> dict[str, Any]:
    """Return how often it speaks, if by the clock, and its commonest values, if they are few."""
    found: dict[str, Any] = {}
    every = speaks(readings)
    if every is not None:
        found["expected_seconds"] = round(every, 3)
    texts = [text for text in readings.texts.tolist() if text is not None]
    values = texts or [f"{value:.15g}" for value in readings.values[np.isfinite(readings.values)]]
    counted = Counter(values).most_common(MOST_VALUES)
    if counted and (texts or len(set(values)) <= MOST_STATES):
        found["values"] = [value for value, _ in counted]
    return found


def _one_of_each(signals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the proposals with a role taken once per machine: by whom it suits best."""
    best: dict[tuple[str, str], dict[str, Any]] = {}
    for each in signals:
        key = _path(each["tag"]), each["role"]
        if key not in best or _suits(each) > _suits(best[key]):
            best[key] = each
    return [
        each
        if best[_path(each["tag"]), each["role"]] is each
        else {**each, "role": "watched", "sure": each["sure"] / 2}
        for each in signals
    ]


def _suits(each: Mapping[str, Any]) -> tuple[float, int]:
    return each["sure"], -rank_of(each["tag"], each["role"])


def _assets(tags: Sequence[str], signals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return tags by the path that they share: a machine each, its line one part above."""
    paths: dict[str, list[str]] = {}
    for tag in tags:
        paths.setdefault(_path(tag), []).append(tag)
    telling = {_path(each["tag"]) for each in signals if each["role"] in TELLING}
    lines = {path.rpartition("/")[0] for path in paths}
    return [
        {
            "path": path,
            "name": path.rpartition("/")[2],
            "line": path.rpartition("/")[0] or None,
            "template": template_of(mine),
            "sure": BY_BOTH if path in telling else BY_NAME / 2,
        }
        for path, mine in sorted(paths.items())
        if path and path not in lines  # what is above machines is a line
    ]


def _lines(assets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    found = sorted({each["line"] for each in assets if each["line"]})
    return [{"path": path, "name": path.rpartition("/")[2]} for path in found]


def _path(tag: str) -> str:
    return tag.rpartition("/")[0]


def _below(tag: str, paths: Sequence[str] | None) -> bool:
    if tag.startswith("~"):
        return False
    return paths is None or any(tag == path or tag.startswith(f"{path}/") for path in paths)
