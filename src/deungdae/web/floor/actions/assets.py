"""Lines and machines: drawn, changed, put in order, retired; and what their signals say."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.companies.models import Site
from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant import copies
from deungdae.web.plant.errors import Refused

MOST_SIGNALS: Final = 120
MOST_IDEALS: Final = 200  #: that counted before
#: Roles of which a machine has one signal at most.
ONE_EACH: Final = frozenset(Signal.Role.values) - {"watched", "fault", "energy", "power"}
#: Roles of which each counts something else.
COUNTING: Final = frozenset({"counter", "good_counter", "scrap_counter", "rework_counter"})
PARAMS: Final = (
    "map", "running_is_low", "window_seconds", "expected_seconds", "scale",
)  # fmt: skip
FIELDS: Final = (
    *("name", "line", "template", "path", "calendar", "ideal_seconds", "ideal_confirmed"),
    *("parts_per_count", "stop_after_seconds", "micro_stop_seconds", "hour_cost", "output"),
    "products",
)


@dataclass(frozen=True)
class SignalSaid:
    """What somebody says of a tag."""

    role: str
    tag: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A line or machine to be drawn. `key` names it for `line` and `output` of others."""

    key: str
    kind: str
    name: str
    path: str = ""
    template: str = "generic"
    line: str | None = None
    output: str | None = None
    signals: Sequence[SignalSaid] = ()
    values: Mapping[str, Any] = field(default_factory=dict)  #: further fields, see FIELDS


@dataclass(kw_only=True)
class DrawAssets(Action[dict[str, Asset]]):
    """Draw lines and machines of a site, many at once or one; returns them by their key.

    What is there already is kept as it is, but for signals that it lacks: a line of the same name,
    a machine of the same path, or of the same name where one of the two has no path. Two machines
    of one name are refused: of signals of two no figure is right.
    """

    verb = "floor.assets_drawn"
    right = "floor.manage"
    label = _lazy("drew lines or machines")

    site: Site
    drawn: Sequence[Drawn]
    fresh: bool = False  #: refuse what is there already instead of keeping it

    def change(self) -> dict[str, Asset]:
        """Make lines first, then machines, then which machine counts for a line."""
        found: dict[str, Asset] = {}
        ordered = sorted(self.drawn, key=lambda one: one.kind != "line")
        for one in ordered:
            found[one.key] = self._one(one, found)
        for one in ordered:
            line = found[one.key]
            if one.output is not None and one.output in found and line.output_id is None:
                line.alter(self.scope, output=found[one.output])
        return found

    def _one(self, one: Drawn, found: Mapping[str, Asset]) -> Asset:
        asset = None if self.fresh else self._known(one)
        if asset is None:
            check_name(self.scope, self.site, one.kind, one.name, None)
            rows = Asset.objects.within(self.scope).filter(organisation=self.organisation)
            last = rows.aggregate(last=Max("order"))["last"] or 0
            values = {name: one.values[name] for name in FIELDS if name in one.values}
            path = one.path.strip("/")
            if one.kind == "line" and self._rows(one.kind).filter(path=path).exists():
                path = ""  # tags of one beginning may belong to machines of several lines
            if one.line:
                values["line"] = found.get(one.line)
            asset = Asset.objects.create(
                organisation=self.organisation,
                site=self.site,
                kind=one.kind,
                name=one.name.strip(),
                path=path,
                template=one.template,
                order=last + 1,
                **values,
            )
        told = {(s.role, s.tag) for s in asset.signals.within(self.scope)}
        one_each = {role for role, _ in told} & ONE_EACH
        fresh = [
            said
            for said in one.signals
            if (said.role, said.tag) not in told and said.role not in one_each
        ]
        if fresh:
            check_signals(fresh)
            add_signals(asset, fresh)
        return asset

    def _rows(self, kind: str) -> Any:
        return Asset.objects.within(self.scope).filter(site=self.site, kind=kind, retired_at=None)

    def _known(self, one: Drawn) -> Asset | None:
        rows, path = self._rows(one.kind), one.path.strip("/")
        named = rows.filter(name=one.name.strip())
        if one.kind == "line" or not path:
            return named.first()
        return rows.filter(path=path).first() or named.filter(path="").first()

    def details(self, result: dict[str, Asset]) -> dict[str, Any]:
        """Say which, as far as they can be listed."""
        names = [asset.name for asset in result.values()]
        return {"site": self.site.name, "names": ", ".join(names[:20]), "count": len(names)}

    def after_commit(self, result: dict[str, Asset]) -> None:
        """Let the monitor know."""
        telling.tell_assets(self.organisation)


@dataclass(kw_only=True)
class ChangeAsset(Action[Asset]):
    """Change what is said of a line or machine: `values` by the names of `FIELDS`.

    Another ideal cycle counts from now on; shifts that ended before keep theirs. With `corrects`
    it counts for all of the past as well: what stood there was wrong.
    """

    verb = "floor.asset_changed"
    right = "floor.manage"
    label = _lazy("changed a line or machine")

    asset: Asset
    values: Mapping[str, Any]
    corrects: bool = False

    def change(self) -> Asset:
        """Return it as it is now."""
        if strange := set(self.values) - set(FIELDS):
            raise KeyError(f"An asset has no {', '.join(sorted(strange))}.")
        values = dict(self.values)
        if "name" in values:
            values["name"] = values["name"].strip()
            check_name(self.scope, self.asset.site, self.asset.kind, values["name"], self.asset)
        line = values.get("line")
        if line is not None and (not line.is_line or line.pk == self.asset.pk):
            raise Refused(_("A machine stands in a line, not in another machine."))
        self.asset.alter(self.scope, **values, ideals=self._ideals(values))
        return self.asset

    def _ideals(self, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what counted before. The first ideal that is ever said counts for all the past."""
        asset = self.asset
        if self.corrects:
            return []
        was = asset.ideal_seconds, asset.products
        now = values.get("ideal_seconds", was[0]), values.get("products", was[1])
        if now == was or was == (None, {}):
            return list(asset.ideals)
        until = copies.microseconds(timezone.now())
        gone = {
            "until": until, "seconds": was[0], "confirmed": asset.ideal_confirmed,
            "products": was[1],
        }  # fmt: skip
        return [*asset.ideals, gone][-MOST_IDEALS:]

    def details(self, result: Asset) -> dict[str, Any]:
        """Say what is said now."""
        plain = {
            name: value if isinstance(value, int | float | str | bool | None) else str(value)
            for name, value in self.values.items()
        }
        if self.corrects:
            plain["corrects_the_past"] = True
        return {"asset": result.name, **plain}

    def after_commit(self, result: Asset) -> None:
        """Let the monitor know; a line's calendar counts for its machines."""
        machines = Asset.objects.within(self.scope).filter(line=result)
        telling.tell_assets(self.organisation, [result, *machines])


@dataclass(kw_only=True)
class SetSignals(Action[Asset]):
    """Say which tags say what of a machine; replaces what was said."""

    verb = "floor.signals_set"
    right = "floor.manage"
    label = _lazy("said what the signals of a machine mean")

    asset: Asset
    signals: Sequence[SignalSaid]

    def change(self) -> Asset:
        """Replace them."""
        check_signals(self.signals)
        self.asset.signals.within(self.scope).delete()
        add_signals(self.asset, self.signals)
        self.asset.alter(self.scope)
        return self.asset

    def details(self, result: Asset) -> dict[str, Any]:
        """Say what counts now."""
        roles = ", ".join(f"{said.role}: {said.tag}" for said in self.signals[:20])
        return {"asset": result.name, "signals": roles}

    def after_commit(self, result: Asset) -> None:
        """Let the monitor know."""
        telling.tell_assets(self.organisation, [result])


@dataclass(kw_only=True)
class RetireAsset(Action[Asset]):
    """Take a line or machine out of the pages; its history stays. A line's machines stand alone."""

    verb = "floor.asset_retired"
    right = "floor.manage"
    label = _lazy("retired a line or machine")

    asset: Asset

    def change(self) -> Asset:
        """Keep the row."""
        rows = Asset.objects.within(self.scope).filter(organisation=self.organisation)
        self._alone = list(rows.filter(line=self.asset, retired_at=None))
        for machine in self._alone:
            machine.alter(self.scope, line=None)
        for line in rows.filter(output=self.asset):
            line.alter(self.scope, output=None)
            self._alone.append(line)
        self.asset.alter(self.scope, retired_at=timezone.now())
        return self.asset

    def details(self, result: Asset) -> dict[str, Any]:
        """Say which."""
        return {"asset": result.name}

    def after_commit(self, result: Asset) -> None:
        """Let the monitor look at it no longer."""
        telling.tell_assets(self.organisation, [result, *self._alone])


@dataclass(kw_only=True)
class BringBackAsset(Action[Asset]):
    """Put a retired line or machine back; by another `name` where its own is used by now."""

    verb = "floor.asset_brought_back"
    right = "floor.manage"
    label = _lazy("brought a retired line or machine back")

    asset: Asset
    name: str = ""

    def change(self) -> Asset:
        """Return it; refused when another has the name."""
        name = self.name.strip() or self.asset.name
        check_name(self.scope, self.asset.site, self.asset.kind, name, self.asset)
        self.asset.alter(self.scope, name=name, retired_at=None)
        return self.asset

    def details(self, result: Asset) -> dict[str, Any]:
        """Say which."""
        return {"asset": result.name}

    def after_commit(self, result: Asset) -> None:
        """Let the monitor look at it again."""
        telling.tell_assets(self.organisation, [result])


@dataclass(kw_only=True)
class MoveAsset(Action[None]):
    """Put a line, or a machine within its line, one place up or down."""

    verb = "floor.asset_moved"
    right = "floor.manage"
    label = _lazy("put lines or machines in another order")

    asset: Asset
    up: bool

    def change(self) -> None:
        """Number its neighbours anew."""
        rows = Asset.objects.within(self.scope).filter(
            site=self.asset.site, line=self.asset.line, retired_at=None
        )
        if self.asset.line is None:
            rows = rows.filter(kind=self.asset.kind)
        listed = list(rows)
        orders = sorted(row.order for row in listed)
        if len(set(orders)) < len(orders):
            orders = list(range(1, len(listed) + 1))
        place = next(n for n, row in enumerate(listed) if row.pk == self.asset.pk)
        other = max(0, place - 1) if self.up else min(len(listed) - 1, place + 1)
        listed.insert(other, listed.pop(place))
        self._changed = []
        for order, row in zip(orders, listed, strict=True):
            if row.order != order:
                row.alter(self.scope, order=order)
                self._changed.append(row)

    def details(self, result: None) -> dict[str, Any]:
        """Say which."""
        return {"asset": self.asset.name, "up": self.up}

    def after_commit(self, result: None) -> None:
        """Let the monitor know the order."""
        telling.tell_assets(self.organisation, self._changed)


def check_name(scope: Any, site: Site, kind: str, name: str, own: Asset | None) -> None:
    """Refuse a name that another line or machine of the site has."""
    if not name.strip():
        raise Refused(_("Give it a name."))
    same = Asset.objects.within(scope).filter(
        site=site, kind=kind, name=name.strip(), retired_at=None
    )
    if same.exclude(pk=own.pk if own else 0).exists():
        raise Refused(_("%(site)s has a %(name)s already.") % {"site": site, "name": name.strip()})


def check_signals(signals: Sequence[SignalSaid]) -> None:
    """Refuse what the monitor could not work with."""
    if len(signals) > MOST_SIGNALS:
        raise Refused(_("A machine has at most %(n)s signals.") % {"n": MOST_SIGNALS})
    seen: set[tuple[str, str]] = set()
    counting: set[str] = set()
    words = dict(Signal.Role.choices)
    for said in signals:
        if said.role not in words:
            raise Refused(_("There is no role %(role)s.") % {"role": said.role})
        if (said.role, said.tag) in seen or (
            said.role in ONE_EACH and any(role == said.role for role, _tag in seen)
        ):
            raise Refused(
                _("Two signals are said to be the %(role)s; choose one.")
                % {"role": words[said.role]}
            )
        seen.add((said.role, said.tag))
        if said.role in COUNTING:
            if said.tag in counting:
                raise Refused(
                    _("%(tag)s cannot count two things of one machine.") % {"tag": said.tag}
                )
            counting.add(said.tag)
        for name in ("window_seconds", "expected_seconds", "scale"):
            value = said.params.get(name)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise Refused(_("%(tag)s: the number must be above 0.") % {"tag": said.tag})


def add_signals(asset: Asset, signals: Sequence[SignalSaid]) -> None:
    """Store signals of a machine; for actions alone."""
    Signal.objects.bulk_create(
        [
            Signal(
                organisation=asset.organisation,
                asset=asset,
                role=said.role,
                tag=said.tag,
                params={name: said.params[name] for name in PARAMS if said.params.get(name)},
            )
            for said in signals
        ]
    )
