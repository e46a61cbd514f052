"""Lines and machines as the monitor sees them in the data, and the form in which one takes them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.floor import asking
from deungdae.web.floor.actions.assets import ONE_EACH, PARAMS, Drawn, SignalSaid
from deungdae.web.floor.kinds import STATES, TEMPLATES
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant import speech
from deungdae.web.plant.models import Tag

SECONDS: Final = 30.0  #: that the monitor may look through the history
MOST_MACHINES: Final = 40  #: on one page; once these are taken, the next ones are shown
SURE, LIKELY = 0.85, 0.6
ROLES: Final = frozenset(Signal.Role.values)
#: Roles whose values are names, not measures.
_NAMING: Final = frozenset({"product", "lot", "state", "fault"})
_OF_A_MACHINE: Final = frozenset({"counter", "good_counter", "state", "run"})


@dataclass(frozen=True)
class Proposed:
    """What the monitor proposes that a tag says; `sure` from 0 to 1, `why` in words."""

    tag: str
    role: str
    sure: float
    why: str
    latest: Any = None
    latest_us: int | None = None
    unit: str = ""
    values: Sequence[str] = ()
    params: Mapping[str, Any] | None = None

    @property
    def shown(self) -> str:
        """Its latest value, as a person reads it; "" without one."""
        if isinstance(self.latest, float):
            return f"{self.latest:.6g}"
        return "" if self.latest is None else str(self.latest)

    @property
    def certainty(self) -> str:
        """How sure it is, in a word."""
        if self.sure >= SURE:
            return _("sure")
        return _("likely") if self.sure >= LIKELY else _("a guess")

    @property
    def certainty_kind(self) -> str:
        """The shape of the pill beside it."""
        return "done" if self.sure >= SURE else "" if self.sure >= LIKELY else "not_enough_data"

    @property
    def short(self) -> str:
        """The last part of the tag's name."""
        return self.tag.rpartition("/")[2]


@dataclass(frozen=True)
class Machine:
    """A machine that the data speak of."""

    path: str
    name: str
    line: str  #: path of its line, "" without one
    line_name: str
    template: str
    signals: Sequence[Proposed]

    @property
    def convinces(self) -> bool:
        """Whether something tells it from a mere place of tags: whether it runs, or how much."""
        return any(
            one.role in _OF_A_MACHINE or (one.role == "load" and one.sure >= LIKELY)
            for one in self.signals
        )

    @property
    def telling(self) -> Sequence[Proposed]:
        """Signals that say more than their own value."""
        return [one for one in self.signals if one.role != "watched"]

    @property
    def watched(self) -> Sequence[Proposed]:
        """Signals that are only watched."""
        return [one for one in self.signals if one.role == "watched"]


@dataclass(frozen=True)
class Proposal:
    """What can be taken; `problem` is a sentence where nobody answered. `more` is how many wait."""

    machines: Sequence[Machine] = ()
    more: int = 0
    problem: str = ""
    known: int = 0  #: tags that stand at a machine already


def propose(scope: Scope, organisation: Organisation) -> Proposal:
    """Ask what the data say, and leave out what is drawn already."""
    heard = asking.ask(organisation, "propose", {}, SECONDS)
    if heard.problem:
        return Proposal(problem=heard.problem)
    answer = heard.found if isinstance(heard.found, Mapping) else {}
    known = set(
        Signal.objects.within(scope)
        .filter(organisation=organisation, asset__retired_at=None)
        .values_list("tag", flat=True)
    )
    drawn = set(
        Asset.objects.within(scope)
        .filter(organisation=organisation, kind="machine", retired_at=None)
        .exclude(path="")
        .values_list("path", flat=True)
    )
    described = Tag.objects.within(scope).filter(organisation=organisation).exclude(unit="")
    units = dict(described.values_list("path", "unit"))
    told = (read(one, units) for one in answer.get("tags") or ())
    tags = [one for one in told if one is not None]
    lines = _line_names(scope, organisation, answer)
    machines = list(_machines(answer, [t for t in tags if t.tag not in known], lines, drawn))
    machines.sort(key=lambda one: not one.convinces)
    return Proposal(
        machines[:MOST_MACHINES],
        max(0, len(machines) - MOST_MACHINES),
        known=sum(tag.tag in known for tag in tags),
    )


def of_tag(organisation: Organisation, tag: str) -> Proposed | None:
    """Return what is proposed for one tag, with the values that were seen of it."""
    return of_tags(organisation, [tag]).get(tag)


def of_tags(
    organisation: Organisation, tags: Sequence[str], within: float = SECONDS
) -> dict[str, Proposed]:
    """Return what is proposed for some tags; those of which nothing is known are left out."""
    heard = asking.ask(organisation, "propose", {"paths": list(tags)}, within)
    answer = heard.found if isinstance(heard.found, Mapping) else {}
    found = (read(one) for one in answer.get("tags") or ())
    return {one.tag: one for one in found if one is not None and one.tag in tags}


def read(told: Any, units: Mapping[str, str] | None = None) -> Proposed | None:
    """Return one proposal as it was told; None for what cannot be understood.

    `units` are those that somebody said of tags: what has one is measured, and names nothing.
    """
    if not isinstance(told, Mapping) or told.get("role") not in ROLES or not told.get("tag"):
        return None
    latest = told.get("latest")
    pair = latest if isinstance(latest, list) and len(latest) >= 2 else [None, None]
    unit = (units or {}).get(str(told["tag"]), str(told.get("unit") or ""))
    found = Proposed(
        str(told["tag"]),
        str(told["role"]),
        float(told.get("sure") or 0.0),
        speech.told(told.get("why")),
        pair[1],
        pair[0],
        unit,
        [str(value) for value in told.get("values") or ()][:40],
        {name: told[name] for name in PARAMS if told.get(name)},
    )
    return _as_watched(found) if unit and found.role in _NAMING else found


def _line_names(
    scope: Scope, organisation: Organisation, answer: Mapping[str, Any]
) -> dict[str, str]:
    names = {
        str(one["path"]): str(one.get("name") or one["path"])
        for one in answer.get("lines") or ()
        if isinstance(one, Mapping) and one.get("path")
    }
    rows = Asset.objects.within(scope).filter(
        organisation=organisation, kind="line", retired_at=None
    )
    return names | {path: name for path, name in rows.values_list("path", "name") if path}


def _machines(
    answer: Mapping[str, Any],
    tags: Sequence[Proposed],
    lines: Mapping[str, str],
    drawn: set[str],
) -> Iterable[Machine]:
    told = [
        one for one in answer.get("assets") or () if isinstance(one, Mapping) and one.get("path")
    ]
    by_path: dict[str, list[Proposed]] = defaultdict(list)
    paths = sorted((str(one["path"]) for one in told), key=len, reverse=True)
    for tag in tags:
        home = next((path for path in paths if tag.tag.startswith(f"{path}/")), None)
        if home is not None:
            by_path[home].append(tag)
    for one in told:
        path = str(one["path"])
        signals = _one_each(by_path[path])
        if path in drawn or not signals:
            continue
        line = str(one.get("line") or "")
        template = str(one.get("template") or "generic")
        yield Machine(
            path,
            str(one.get("name") or path.rpartition("/")[2]),
            line,
            lines.get(line, line.rpartition("/")[2]),
            template if template in TEMPLATES else "generic",
            signals,
        )


def _one_each(signals: Sequence[Proposed]) -> list[Proposed]:
    """Return the surest signal of each role that a machine has once; the others are watched."""
    found, taken = [], set()
    for one in sorted(signals, key=lambda one: (one.role == "watched", -one.sure, one.tag)):
        role = one.role
        if role in ONE_EACH and role in taken:
            role = "watched"
        taken.add(role)
        found.append(one if role == one.role else _as_watched(one))
    return sorted(
        found,
        key=lambda one: (one.role == "watched", list(ROLES_IN_ORDER).index(one.role), one.tag),
    )


ROLES_IN_ORDER: Final = tuple(Signal.Role.values)


def _as_watched(one: Proposed) -> Proposed:
    return Proposed(one.tag, "watched", one.sure, one.why, one.latest, one.latest_us, one.unit)


# What the form of the page holds, for each machine n: m{n}-take, -path, -name, -line, -line_path,
# -template, -more (JSON: tag → what the data say of it), and r:{n}:{tag} with the role.


def more_json(machine: Machine) -> str:
    """Return what the form carries along of a machine's signals."""
    return json.dumps({one.tag: one.params for one in machine.signals if one.params})


def taken(data: Mapping[str, str]) -> list[Drawn]:
    """Return what was taken on the page, to be drawn. What makes no sense is left out."""
    lines: dict[str, Drawn] = {}
    machines = []
    for number in range(MOST_MACHINES):
        at = f"m{number}-"
        path = data.get(f"{at}path", "").strip("/")
        name = data.get(f"{at}name", "").strip()[:100]
        if not path or not name or not data.get(f"{at}take"):
            continue
        line = data.get(f"{at}line", "").strip()[:100]
        if line and line not in lines:
            lines[line] = Drawn(
                f"line:{line}", "line", line, data.get(f"{at}line_path", "").strip("/")
            )
        template = data.get(f"{at}template", "generic")
        machines.append(
            Drawn(
                path,
                "machine",
                name,
                path,
                template=template if template in TEMPLATES else "generic",
                line=f"line:{line}" if line else None,
                signals=_signals(data, number, path),
            )
        )
    return [*lines.values(), *machines]


def _signals(data: Mapping[str, str], number: int, path: str) -> list[SignalSaid]:
    try:
        more = json.loads(data.get(f"m{number}-more", "") or "{}")
    except ValueError:
        more = {}
    before = f"r:{number}:"
    found = []
    for field, role in data.items():
        if not field.startswith(before) or role not in ROLES:
            continue
        tag = field.removeprefix(before)
        params = more.get(tag) if isinstance(more, dict) else None
        found.append(SignalSaid(role, tag, clean_params(params, role)))
    return found


def clean_params(params: Any, role: str) -> dict[str, Any]:
    """Return what is understood of a signal's parameters; a form may carry anything."""
    if not isinstance(params, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name in ("window_seconds", "expected_seconds", "scale"):
        value = params.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            found[name] = float(value)
    if params.get("running_is_low") is True:
        found["running_is_low"] = True
    means = params.get("map")
    if role == "state" and isinstance(means, Mapping):
        found["map"] = {
            str(value)[:200]: state for value, state in means.items() if state in STATES
        }
    return found
