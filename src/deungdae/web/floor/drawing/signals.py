"""The signals of one machine, as a form shows and takes them.

The form holds for each row n: s{n}-role, -tag, -low, -window, -expected, -scale.
What each value of a state means is said elsewhere, and kept while role and tag stay.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae import bus
from deungdae.records.readings import BadReading, tag_path
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.floor.actions.assets import MOST_SIGNALS, SignalSaid
from deungdae.web.floor.drawing import proposing
from deungdae.web.floor.kinds import ROLE_HELP, TEMPLATES
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant import speech
from deungdae.web.plant.models import Tag

BLANK: Final = 3  #: empty rows at the end
MOST_OFFERED: Final = 600  #: names that a browser offers while one types
WITHIN: Final = 4.0
#: For a role that figures are made of, the roles as which the data may show the same tag.
_COUNTS: Final = frozenset({"counter", "good_counter", "scrap_counter", "rework_counter", "energy"})
ROLE_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(("counter", "good_counter", "scrap_counter", "rework_counter"), _COUNTS),
    "load": frozenset({"load", "power", "watched", "cycle_time", "run"}),
}
NUMBERS: Final = (
    ("window", "window_seconds"),
    ("expected", "expected_seconds"),
    ("scale", "scale"),
)


@dataclass
class Row:
    """One line of the form."""

    number: int
    role: str = ""
    tag: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    look_for: Any = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    warning: str = ""

    @property
    def is_watched(self) -> bool:
        """Whether nothing but its own value is told."""
        return self.role == "watched" and bool(self.tag) and not self.error

    @property
    def help(self) -> Any:
        """What the role says, or by what one recognises the signal."""
        return self.look_for or ROLE_HELP.get(self.role, "")

    @property
    def window(self) -> str:
        """Seconds over which a load is looked at, as it is typed."""
        return self._number("window", "window_seconds")

    @property
    def expected(self) -> str:
        """Seconds between readings."""
        return self._number("expected", "expected_seconds")

    @property
    def scale(self) -> str:
        """Parts or kWh for each step."""
        return self._number("scale", "scale")

    @property
    def low(self) -> bool:
        """Whether a low value means that it works."""
        return bool(self.typed.get("low") or self.params.get("running_is_low"))

    @property
    def has_more(self) -> bool:
        """Whether more stands in the folded part than how often a value is due, which is said."""
        return bool(self.window or self.scale or self.low or self.error)

    def _number(self, name: str, param: str) -> str:
        if name in self.typed:
            return self.typed[name]
        value = self.params.get(param)
        return f"{value:.10g}" if value else ""


def rows_of(scope: Scope, asset: Asset) -> list[Row]:
    """Return what is said, then what its type usually has besides, then empty rows."""
    signals = list(asset.signals.within(scope))
    # What is only watched stands last, and on the page in a fold of its own.
    signals.sort(key=lambda signal: signal.role == "watched")
    rows = [Row(n, s.role, s.tag, s.params) for n, s in enumerate(signals)]
    told = {signal.role for signal in signals}
    template = TEMPLATES.get(asset.template, TEMPLATES["generic"])
    for usual in template.usual:
        if usual.role not in told:
            rows.append(Row(len(rows), usual.role, look_for=usual.look_for))
    return rows + [Row(len(rows) + n) for n in range(BLANK)]


def taken(
    data: Mapping[str, str], before: Sequence[Signal], known: set[str] | None
) -> tuple[list[Row], list[SignalSaid]]:
    """Return the rows as they were typed, some with errors, and what they say.

    A row without a tag is left out. `known` are the tags of which anything was received; None where
    nobody knows.
    """
    maps = {(s.role, s.tag): s.params.get("map") for s in before}
    rows: list[Row] = []
    said: list[SignalSaid] = []
    for number in range(MOST_SIGNALS + 20):
        at = f"s{number}-"
        if f"{at}role" not in data and f"{at}tag" not in data:
            continue
        typed = {name: data.get(f"{at}{name}", "").strip() for name, _param in NUMBERS}
        if data.get(f"{at}low"):
            typed["low"] = "on"
        row = Row(number, data.get(f"{at}role", ""), data.get(f"{at}tag", "").strip(), typed=typed)
        rows.append(row)
        if row.tag:
            _read(row, maps, known, said)
    return rows, said


def _read(
    row: Row,
    maps: Mapping[tuple[str, str], Any],
    known: set[str] | None,
    said: list[SignalSaid],
) -> None:
    if row.role not in Signal.Role.values:
        row.error = _("Say what this tag tells.")
        return
    try:
        tag = str(tag_path(row.tag))
    except BadReading as error:
        row.error = speech.words().say_message(error.message)
        return
    params: dict[str, Any] = {"running_is_low": "low" in row.typed}
    for name, param in NUMBERS:
        if text := row.typed[name]:
            value = _positive(text)
            if value is None:
                row.error = _("“%(text)s” is no number above 0.") % {"text": text}
                return
            params[param] = value
    if row.role == "state":
        params["map"] = maps.get((row.role, tag))
    if known is not None and tag not in known:
        row.warning = _("Nothing was ever received under this name. Is it written right?")
    said.append(SignalSaid(row.role, tag, params))


def differ(said: Sequence[SignalSaid], before: Sequence[Signal]) -> bool:
    """Say whether other signals are told than before; in whichever order they stand."""
    return _plain(said) != _plain(before)


def _plain(signals: Iterable[SignalSaid | Signal]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return signals as the form shows them, for a comparison."""
    return sorted(
        (
            one.role,
            one.tag,
            sorted(
                (name, f"{value:.10g}" if isinstance(value, float) else str(value))
                for name, value in one.params.items()
                if value
            ),
        )
        for one in signals
    )


def _positive(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def doubts(
    scope: Scope, asset: Asset, said: Sequence[SignalSaid], before: Sequence[Signal]
) -> list[str]:
    """Return what speaks against roles that were not said before; people are right all the same.

    A counter that does not count gives figures that are absurd and look exact.
    """
    known = {(signal.role, signal.tag) for signal in before}
    fresh = [one for one in said if one.role in ROLE_NEEDS and (one.role, one.tag) not in known]
    if not fresh:
        return []
    tags = [one.tag for one in fresh]
    found = proposing.of_tags(asset.organisation, tags, WITHIN)
    told = [
        _("%(tag)s does not look like a %(role)s in what was received of it: %(why)s")
        % {"tag": one.tag, "role": Signal.Role(one.role).label, "why": proposed.why}
        for one in fresh
        if (proposed := found.get(one.tag)) and proposed.role not in ROLE_NEEDS[one.role]
    ]
    others = (
        Signal.objects.within(scope)
        .filter(organisation=asset.organisation, asset__retired_at=None, tag__in=tags)
        .exclude(asset=asset)
    )
    told += [
        _("%(tag)s is a signal of %(machine)s, too: what it tells counts twice.")
        % {"tag": other.tag, "machine": other.asset.name}
        for other in others.select_related("asset")
        if other.role != "watched"
    ]
    return told


def received(scope: Scope) -> set[str] | None:
    """Return the tags of which anything was received or described; None where nobody knows."""
    organisation = str(scope.current.public_id)
    question = bus.Question("history", "tags", organisation, within=WITHIN)
    try:
        with line.ask(question) as answer:
            found = {str(one["tag"]) for one in answer.json()["tags"]}
    except (bus.Unavailable, bus.Refusal):
        return None
    return found | set(Tag.objects.here(scope).values_list("path", flat=True))


def offered(known: set[str] | None, scope: Scope, asset: Asset) -> list[str]:
    """Return names that a browser offers: those below the machine's own first."""
    names = known or set(Tag.objects.here(scope).values_list("path", flat=True))
    own = f"{asset.path}/" if asset.path else ""
    mine = sorted(name for name in names if own and name.startswith(own))
    return (mine + sorted(names - set(mine)))[:MOST_OFFERED]
