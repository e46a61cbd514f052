"""What alarms need to know of lines and machines: names, what belongs together, who is at work."""

from collections.abc import Sequence
from typing import Any, Final

from deungdae.analysis.shifts import Period
from deungdae.monitor.alarms.rules import Rule
from deungdae.monitor.structure import Structure

HOUR_US: Final = 3_600_000_000
#: Kinds of which one on a line brings about another of the same kind there: a machine that stands
#: starves and blocks its neighbours, a computer that falls silent takes all its values along.
SPREADS: Final = ("machine", "stale")


class Plant:
    """The structure as alarms look at it."""

    def __init__(self, structure: Structure) -> None:
        self._structure = structure
        self._periods: dict[tuple[str, str], tuple[int, int, list[Period]]] = {}
        structure.heed(self._periods.clear)

    def group(self, rule: Rule) -> str:
        """Return whose alarm it is: an asset, or else what stands before the tag's last part."""
        if rule.asset or rule.watch:
            return rule.asset or rule.source
        return f"~{(rule.tag or rule.source).rpartition('/')[0]}"

    def about(self, rule: Rule) -> dict[str, Any]:
        """Return what a person is told of where an alarm is, and what of."""
        asset = self._structure.asset(rule.organisation, rule.asset or "")
        line_id = asset.line if asset is not None else None
        line = self._structure.asset(rule.organisation, line_id or "")
        names = [one.name for one in (line, asset) if one is not None]
        return {
            "name": rule.name,
            "kind": rule.kind,
            "asset": rule.asset,
            "asset_name": asset.name if asset else "",
            "line": line_id if line else None,
            "line_name": line.name if line else "",
            "place": " · ".join(names) or (rule.tag or "").rpartition("/")[0],
            "tag": rule.tag,
            "watch": rule.watch,
            "unit": rule.unit,
            "meaning": rule.meaning,
            "remedy": rule.remedy,
        }

    def causes(self, organisation: str, rules: Sequence[Rule]) -> dict[str, frozenset[str]]:
        """Return which alarm is known to bring about which others."""
        found = {rule.rule: set(rule.causes) for rule in rules}
        lines: dict[tuple[str, str], list[str]] = {}
        for rule in rules:
            asset = self._structure.asset(organisation, rule.asset or "")
            if rule.kind in SPREADS and asset is not None and asset.line is not None:
                lines.setdefault((rule.kind, asset.line), []).append(rule.rule)
        for together in lines.values():
            for name in together:
                found[name] |= set(together)
        return {name: frozenset(caused) for name, caused in found.items()}

    def periods(
        self, organisation: str, asset: str | None, start_us: int, end_us: int
    ) -> list[Period] | None:
        """Return the shifts of an asset; None where no calendar says when anybody works."""
        if asset is None or self._structure.calendar(organisation, asset) is None:
            return None
        key = (organisation, asset)
        known = self._periods.get(key)
        if known is None or not known[0] <= start_us <= end_us <= known[1]:
            first, last = start_us - HOUR_US, end_us + 24 * HOUR_US
            known = first, last, self._structure.periods(organisation, asset, first, last)
            self._periods[key] = known
        return known[2]
