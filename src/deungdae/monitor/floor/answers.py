"""Questions about lines and machines: what they do now, and what became of a time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from deungdae.analysis import oee
from deungdae.analysis.energy import names as tariff_names
from deungdae.analysis.oee import STANDING, Lasting, Span, joined
from deungdae.analysis.oee.cycles import FEWEST_CYCLES
from deungdae.analysis.reliability import of_spans
from deungdae.analysis.shifts import public_holidays
from deungdae.bus import Unavailable
from deungdae.bus.given import Given
from deungdae.monitor import definitions
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import costs
from deungdae.monitor.floor import figures as worth
from deungdae.monitor.floor import frames as framing
from deungdae.monitor.floor.energy import tags as metered_by
from deungdae.monitor.floor.figures import Summary, merged, needs_reason
from deungdae.monitor.floor.hall import Hall
from deungdae.monitor.floor.keeping import Keeping
from deungdae.monitor.floor.learning import Model
from deungdae.monitor.floor.lines import as_line, bottleneck_document, members, source_of, together
from deungdae.monitor.floor.machine import counter_of, demonstrated, per_part
from deungdae.monitor.floor.proposing import propose
from deungdae.monitor.floor.said import Told, plain
from deungdae.monitor.floor.shifts import DAY_US, shifts
from deungdae.monitor.floor.states import fault_of
from deungdae.monitor.part import Handler
from deungdae.monitor.structure import Key
from deungdae.records.errors import PublicError, UnusableOption
from deungdae.records.messages import Message, message

MOST_DAYS = 400
HOURLY_US = 2 * DAY_US  #: a longer time is counted by the hour
HOUR_US = 3_600_000_000
MOST_METERED_US = 40 * DAY_US  #: quarters of an hour are read of no longer time
WAIT_SECONDS = 18.0

Row = tuple[Summary, bool]  #: and whether it is final


class Answers:
    """Answers for one floor; each question in a thread."""

    def __init__(self, hall: Hall, keeping: Keeping) -> None:
        self._hall, self._keeping = hall, keeping

    def quick(self) -> Mapping[str, Handler]:
        """Return the questions for which a page waits."""
        return {
            "now": self.now,
            "asset": self.asset,
            "line": self.line,
            "stops": self.stops,
            "shift": self.shift,
            "shifts": self.shifts,
            "periods": self.periods,
            "presets": self.presets,
            "cycle": self.cycle,
            "tariffs": self.tariffs,
            "power": self.power,
        }

    def long(self) -> Mapping[str, Handler]:
        """Return the questions that take their time."""
        return {"propose": self.propose, "reliability": self.reliability}

    def now(self, organisation: str, given: Given) -> Any:
        """`now {assets?}`: what they do at this moment."""
        wanted = given.some_words("assets")
        given.nothing_else()
        known = {
            id_: each
            for (owner, id_), each in list(self._hall.now.items())
            if owner == organisation
        }
        chosen = known if wanted is None else {id_: known[id_] for id_ in wanted if id_ in known}
        ids = self._hall.context.structure.assets(organisation)
        unread = [id_ for id_ in (ids if wanted is None else wanted) if id_ not in known]
        return {"assets": chosen, "unread": unread}

    def asset(self, organisation: str, given: Given) -> Any:
        """`asset {asset, start, end}`: what became of a time of one machine."""
        id_ = given.needed("asset")
        start, end = self._span(given)
        return self._of_asset((organisation, id_), self._asset(organisation, id_), start, end)

    def line(self, organisation: str, given: Given) -> Any:
        """`line {line, start, end}`: the same of a line, of its machines, and the bottleneck."""
        id_ = given.needed("line")
        start, end = self._span(given)
        line, every = (
            self._asset(organisation, id_),
            self._hall.context.structure.assets(organisation),
        )
        found: dict[str, Any] = {}
        spans: dict[str, list[Span]] = {}
        used: list[dict[str, Any] | None] = []
        for one in members(id_, every):
            if (organisation, one) in self._hall.machines:
                rows, missing = self._rows((organisation, one), every[one], start, end)
                found[one] = {
                    **self._short(every[one], rows, missing, start, end),
                    "ideal_seconds": self._ideal((organisation, one), every[one], rows, end),
                }
                spans[one] = [each.span for row, _ in rows for each in row.told]
                used.append(self._energy((organisation, one), rows, start, end))
        source = source_of(id_, line, every)
        whole: dict[str, Any] = {}
        if source in found:
            assert source is not None
            whole = self._of_asset((organisation, source), as_line(line, every[source]), start, end)
        elif found:
            whole = self._parallel(organisation, id_, line, list(found), start, end)
        until = min(end, self._hall.context.now_us())
        held = None if source is None else bottleneck_document(spans, start, until)
        if whole:
            # All machines of a line draw power, whichever of them counts its parts.
            whole["energy"] = costs.together(line, used, _good_of(whole))
        return {**whole, "output": source, "members": found, "bottleneck": held}

    def stops(self, organisation: str, given: Given) -> Any:
        """`stops {assets?, start, end, at_least_seconds?, waiting?}`: standing time, one by one."""
        wanted = given.some_words("assets")
        least = given.number("at_least_seconds", 0, 1e9, 0)
        waiting = given.yes("waiting")
        start, end = self._span(given)
        every = self._hall.context.structure.assets(organisation)
        found: list[list[Any]] = []
        for id_ in every if wanted is None else wanted:
            key = organisation, id_
            if key in self._hall.machines:
                rows, _ = self._rows(key, every[id_], start, end)
                found += self._stops(key, every[id_], rows, least, waiting)
        return {"stops": sorted(found, key=lambda row: (row[1], row[0]))}

    def shift(self, organisation: str, given: Given) -> Any:
        """`shift {assets, day, shift}`: SHIFT of each, and the period of the first."""
        wanted, name = given.some_words("assets") or [], given.needed("shift")
        date = given.day("day")
        day = round(datetime.combine(date, time(), UTC).timestamp()) * 1_000_000
        given.nothing_else()
        period, found = None, {}
        for id_ in wanted:
            asset = self._asset(organisation, id_)
            key = organisation, id_
            one = next(
                (
                    each
                    for each in shifts(self._hall.calendar(key), day - DAY_US, day + 3 * DAY_US)
                    if (each.day, each.name) == (date.isoformat(), name)
                ),
                None,
            )
            if one is None:
                continue
            told = {"start": one.start_us, "end": one.end_us, "crew": one.crew}
            period = period or {**told, "working": [list(pair) for pair in one.working]}
            for document in self._shifts(organisation, id_, asset, one.start_us, one.end_us):
                if document["name"] == name:
                    found[id_] = document
        return {"period": period, "assets": found, "notes": []}

    def shifts(self, organisation: str, given: Given) -> Any:
        """`shifts {asset, start, end}`: SHIFT of each shift that overlaps a time."""
        id_ = given.needed("asset")
        start, end = self._span(given)
        asset = self._asset(organisation, id_)
        return {"shifts": self._shifts(organisation, id_, asset, start, end)}

    def periods(self, organisation: str, given: Given) -> Any:
        """`periods {calendar, start, end}`: when a calendar means to work, as it is written."""
        calendar = definitions.calendar(given.document("calendar"))
        start, end = self._span(given)
        zone = ZoneInfo(calendar.time_zone)
        first, last = (datetime.fromtimestamp(at / 1e6, zone).date() for at in (start, end - 1))
        free: dict[str, str] = {}
        for year in range(first.year, last.year + 1) if calendar.country else ():
            for day, name in public_holidays(str(calendar.country), year).items():
                if first <= day <= last:
                    free[day.isoformat()] = name
        return {
            "periods": [
                [p.start_us, p.end_us, p.working, p.day.isoformat(), p.shift, p.crew, p.extra]
                for p in calendar.periods(start, end)
            ],
            "holidays": free,
        }

    def presets(self, organisation: str, given: Given) -> Any:
        """`presets {}`: the usual patterns of Korean plants."""
        given.nothing_else()
        return {"presets": definitions.presets()}

    def cycle(self, organisation: str, given: Given) -> Any:
        """`cycle {asset}`: what the parts so far show of the ideal cycle, in seconds a part."""
        id_ = given.needed("asset")
        given.nothing_else()
        asset = self._asset(organisation, id_)
        key = self._source(organisation, id_, asset)
        machine = None if key is None else self._hall.machines.get(key)
        model = Model() if machine is None else machine.model
        if machine is None or model.typical is None:
            why = message(
                "Too few parts were seen so far: {least} are needed.", least=FEWEST_CYCLES
            )
            if machine is not None and "load" in machine.tracks and counter_of(machine) is None:
                why = message(
                    "Nothing counts its parts, and its load has not kept time so far: cycles that "
                    "are alike are needed, {least} of them.",
                    least=FEWEST_CYCLES,
                )
            return {**dict.fromkeys(("typical", "demonstrated", "proposal")), **_why(why, 0)}
        shown = per_part(machine, model.demonstrated)
        why = message(
            "Of {count} cycles near the usual one, one in twenty was at least so fast.",
            count=model.used,
        )
        if model.rhythm is not None:
            why = message(
                "Of {count} cycles near the usual one, one in twenty was at least so fast. They "
                "are those of its load, of which {share} % kept time.",
                count=model.used,
                share=round(100 * model.rhythm.sure),
            )
        typical = per_part(machine, model.typical)
        told = {"typical": typical, "demonstrated": shown, "proposal": shown}
        return {**told, **_why(why, model.used)}

    def propose(self, organisation: str, given: Given) -> Any:
        """`propose {site?, paths?}`: which tag may be what, by names and by data."""
        given.word("site")
        paths = given.some_words("paths")
        given.nothing_else()
        context = self._hall.context
        return context.wait(propose(context, organisation, paths), 300.0)

    def reliability(self, organisation: str, given: Given) -> Any:
        """`reliability {asset, start, end}`: how its breakdowns follow one another, and why."""
        id_ = given.needed("asset")
        start, end = self._span(given)
        asset = self._asset(organisation, id_)
        if (organisation, id_) not in self._hall.machines:
            raise UnusableOption("There is no such line or machine.")
        rows, missing = self._rows((organisation, id_), asset, start, end)
        told = _without_seams([each for row, _ in rows for each in row.told])
        return {**of_spans([each.span for each in told]), "missing": [list(one) for one in missing]}

    def _asset(self, organisation: str, id_: str) -> Asset:
        asset = self._hall.context.structure.asset(organisation, id_)
        if asset is None:
            raise UnusableOption("There is no such line or machine.")
        return asset

    def _together(
        self,
        organisation: str,
        line: Asset,
        mine: Sequence[str],
        start: int,
        end: int,
        *,
        whole: bool = False,
    ) -> tuple[list[Row], list[tuple[int, int]]]:
        """Return rows of machines in parallel as rows of their line."""
        by_start: dict[int, list[Row]] = {}
        missing: list[tuple[int, int]] = []
        for one in mine:
            asset = self._asset(organisation, one)
            rows, gaps = self._rows((organisation, one), asset, start, end, whole=whole)
            missing += gaps
            for row in rows:
                by_start.setdefault(row[0].frame.start_us, []).append(row)
        return [
            (
                together(line, [row for row, _ in rows], rows[0][0].shift),
                all(final for _, final in rows),
            )
            for _, rows in sorted(by_start.items())
        ], sorted(set(missing))

    def _parallel(
        self, organisation: str, id_: str, line: Asset, mine: Sequence[str], start: int, end: int
    ) -> dict[str, Any]:
        rows, missing = self._together(organisation, line, mine, start, end)
        return {
            **self._short(line, rows, missing, start, end),
            # Of several machines it is that of their parts together.
            "ideal_seconds": rows[-1][0].ideal if rows else None,
            "shifts": self._shifts(organisation, id_, line, start, end),
            "cycles": None,
            "energy": None,
        }

    def _source(self, organisation: str, id_: str, asset: Asset) -> Key | None:
        """Return whose frames an asset's figures are made of: its own, or its output's."""
        if (organisation, id_) in self._hall.machines:
            return organisation, id_
        every = self._hall.context.structure.assets(organisation)
        source = source_of(id_, asset, every) if asset.kind == "line" else None
        key = organisation, source or ""
        return key if key in self._hall.machines else None

    def tariffs(self, organisation: str, given: Given) -> Any:
        """`tariffs {}`: the tariffs that are known, with their options and prices."""
        given.nothing_else()
        return {"tariffs": costs.told_tariffs(tariff_names())}

    def power(self, organisation: str, given: Given) -> Any:
        """`power {site, start, end}`: what the metered machines of a site used together."""
        site = given.needed("site")
        start, end = self._span(given)
        every = self._hall.context.structure.assets(organisation)
        mine = [
            (id_, each)
            for id_, each in every.items()
            if each.site == site and (organisation, id_) in self._hall.machines
        ]
        meters = [(id_, each) for id_, each in mine if metered_by(each)]
        until = min(end, self._hall.context.now_us())
        if not meters or end - start > MOST_METERED_US or until <= start:
            return {"machines": len(mine), "metered": len(meters), "energy": None}
        held = costs.valid(meters[0][1], until - 1)
        try:
            used = self._hall.context.wait(
                self._keeping.meters.energies(organisation, dict(meters), start, until),
                WAIT_SECONDS,
            )
        except (TimeoutError, Unavailable):
            used = []
        known = [each for each in used if each is not None]
        found = costs.document(meters[0][1], costs.summed([each.trend for each in known]), [], None)
        if found is not None:
            found["estimated"] = any(costs.estimated(each) for _, each in meters)
        return {
            "machines": len(mine),
            "metered": len(meters),
            "contract_kw": None if held is None else held.contract_kw,
            "energy": found,
        }

    def _span(self, given: Given) -> tuple[int, int]:
        start, end = given.span()
        given.nothing_else()
        if not 0 < end - start <= MOST_DAYS * DAY_US:
            raise UnusableOption(
                "A time must end after it began, at most {days} days.", days=MOST_DAYS
            )
        return start, end

    def _rows(
        self, key: Key, asset: Asset, start: int, end: int, *, whole: bool = False
    ) -> tuple[list[Row], list[tuple[int, int]]]:
        hall = self._hall
        now = hall.context.now_us()
        try:
            found, missing = hall.context.wait(
                self._keeping.frames_of(key, start, end, now), WAIT_SECONDS
            )
        except (TimeoutError, Unavailable) as error:
            raise PublicError(
                "The history did not answer in time. Please ask again in a moment, or for a "
                "shorter time."
            ) from error
        rows: list[Row] = []
        for frame, bounds, final in found:
            part = frame if whole else framing.cut(frame, start, end)
            if part.end_us > part.start_us:
                shift = bounds.shift
                if shift is not None and not whole:
                    working = [(max(a, start), min(b, end)) for a, b in shift.working]
                    shift = shift._replace(working=tuple(p for p in working if p[0] < p[1]))
                rows.append(
                    (
                        hall.summary(key, asset, part, bounds._replace(shift=shift), frame),
                        final,
                    )
                )
        return rows, missing

    def _shifts(
        self, organisation: str, id_: str, asset: Asset, start: int, end: int
    ) -> list[dict[str, Any]]:
        """Return SHIFT of each shift of a machine or a line."""
        key = self._source(organisation, id_, asset)
        if key is not None:
            seen = asset if key[1] == id_ else as_line(asset, self._asset(*key))
            rows, _ = self._rows(key, seen, start, end, whole=True)
            if key[1] != id_:
                rows = self._all_metered(organisation, id_, key[1], rows, start, end)
        else:
            every = self._hall.context.structure.assets(organisation)
            mine = [
                one for one in members(id_, every) if (organisation, one) in self._hall.machines
            ]
            rows, _ = self._together(organisation, asset, mine, start, end, whole=True)
        return [
            worth.shift_document(id_, row, final=final)
            for row, final in rows
            if row.shift is not None
        ]

    def _all_metered(
        self, organisation: str, line: str, source: str, rows: list[Row], start: int, end: int
    ) -> list[Row]:
        """Return the rows of a line's output with the energy of all its machines."""
        every = self._hall.context.structure.assets(organisation)
        theirs: dict[int, list[Summary]] = {}
        for one in members(line, every):
            key = organisation, one
            if one != source and key in self._hall.machines and metered_by(every[one]):
                for row, _ in self._rows(key, every[one], start, end, whole=True)[0]:
                    theirs.setdefault(row.frame.start_us, []).append(row)
        return [
            (worth.with_power_of(row, theirs.get(row.frame.start_us, [])), final)
            for row, final in rows
        ]

    def _short(
        self,
        asset: Asset,
        rows: Sequence[Row],
        missing: Sequence[tuple[int, int]],
        start: int,
        end: int,
    ) -> dict[str, Any]:
        found = worth.total(asset, [row for row, _ in rows])
        spans = [each for row, _ in rows for each in row.told]
        planned = merged([row for row, _ in rows])
        trouble = oee.reliability(planned)
        return {
            "spans": [_span_row(each) for each in _without_seams(spans)],
            "made": _made([row.frame for row, _ in rows], start, end),
            "counts": worth.counts_document(found.counts),
            "counted": found.counted,
            **_counting([row for row, _ in rows]),
            "figures": worth.figures_document(found.figures),
            "waterfall": worth.waterfall_document(found.waterfall),
            "pareto": worth.pareto_document(planned),
            "reliability": {
                "faults": trouble.faults,
                "between_seconds": trouble.between_seconds,
                "restore_seconds": trouble.restore_seconds,
            },
            "missing": [list(pair) for pair in missing],
        }

    def _of_asset(self, key: Key, asset: Asset, start: int, end: int) -> dict[str, Any]:
        source = key if key in self._hall.machines else self._source(*key, asset)
        if source is None:
            return {
                **self._short(asset, [], [], start, end),
                "ideal_seconds": asset.at(end).ideal_seconds,
                "shifts": [],
                "cycles": None,
                "energy": None,
            }
        machine = self._hall.machines[source]
        rows, missing = self._rows(source, asset, start, end)
        trend = [[at, seconds] for row, _ in rows for at, seconds, _ in row.frame.cycles]
        return {
            **self._short(asset, rows, missing, start, end),
            "ideal_seconds": self._ideal(source, asset, rows, end),
            "shifts": self._shifts(*key, asset, start, end) if end - start <= 40 * DAY_US else [],
            "cycles": {
                "typical": per_part(machine, machine.model.typical),
                "demonstrated": per_part(machine, machine.model.demonstrated),
                "sure": None if machine.model.rhythm is None else machine.model.rhythm.sure,
                "trend": trend,
            },
            "energy": self._energy(source, rows, start, end),
        }

    def _ideal(self, key: Key, asset: Asset, rows: Sequence[Row], end: int) -> float | None:
        """Return the ideal cycle of a part that counted when a time ended, of what was made then.

        A picture of the past is drawn by this one: today's would tell another story of it.
        """
        machine = self._hall.machines[key]
        products = rows[-1][0].frame.products if rows else {}
        return worth.ideal_seconds(asset.at(end), products, demonstrated(machine))

    def _energy(self, key: Key, rows: Sequence[Row], start: int, end: int) -> dict[str, Any] | None:
        hall = self._hall
        until = min(end, hall.context.now_us())
        machine = hall.machines[key]
        if end - start > MOST_METERED_US or until <= start:
            return None
        try:
            used = hall.context.wait(
                self._keeping.meters.energy(key, machine.asset, start, until), WAIT_SECONDS
            )
        except (TimeoutError, Unavailable):
            return None
        if used is None:
            return None
        found = [row for row, _ in rows]
        spans = [each.span for row in found for each in row.told]
        return costs.document(machine.asset, used.trend, spans, worth.good_of(found))

    def _stops(
        self, key: Key, asset: Asset, rows: Sequence[Row], least: float, waiting: bool
    ) -> list[list[Any]]:
        faults = [fault for row, _ in rows for fault in row.frame.faults]
        machine = self._hall.machines[key]
        last = machine.frame.end_us if machine.frame is not None else 0
        whole = [row for row, _ in rows]
        spans: Sequence[Lasting] = (
            merged(whole) if waiting else joined(s for row in whole for s in plain(row.told))
        )
        found = []
        for span in spans:
            if span.state not in STANDING or span.seconds < least:
                continue
            if waiting and not needs_reason(asset, span):
                continue
            fault = fault_of(span, faults)
            proposed = None if span.reason else self._hall.proposed(key, asset, fault)
            end = None if span.end_us == last else span.end_us
            told = [key[1], span.start_us, end, span.state.value, span.reason or None]
            found.append([*told, proposed, fault])
        return found


def _counting(rows: Sequence[Summary]) -> dict[str, list[int]]:
    """Return how many machines of how many count parts, where it is not all at any time."""
    partly = [row for row in rows if row.counting is not None]
    return worth.counting_document(partly[-1]) if partly else {}


def _good_of(whole: Mapping[str, Any]) -> float | None:
    counts = whole["counts"]
    if not whole["counted"]:
        return None
    return float(counts["produced"]) - float(counts["scrapped"]) - float(counts["reworked"])


def _why(why: Message, parts: int) -> dict[str, Any]:
    said = {"template": why.template, "values": dict(why.values)}
    return {"parts": parts, "why": said}


def _without_seams(told: Sequence[Told]) -> list[Told]:
    """Return spans of several frames with those that go on made one."""
    found: list[Told] = []
    for each in told:
        last = found[-1] if found else None
        same = last is not None and (last.said, *last.span[1:]) == (
            *(each.said, each.span.start_us),
            *each.span[2:],
        )
        if same:
            found[-1] = Told(found[-1].span._replace(end_us=each.span.end_us), each.said)
        else:
            found.append(each)
    return found


def _span_row(told: Told) -> list[Any]:
    span = told.span
    return [span.start_us, span.end_us, span.state.value, span.reason or None, told.said]


def _made(frames: Sequence[framing.Frame], start_us: int, end_us: int) -> list[list[float]]:
    """Return pieces of ten minutes (start, end, produced, scrapped), or of whole hours.

    An hour within which the time begins or ends is cut there.
    """
    if end_us - start_us <= HOURLY_US:
        return [
            [start, min(start + framing.PIECE_US, frame.end_us), made, scrapped]
            for frame in frames
            for start, made, scrapped, _ in framing.spread(frame)
        ]
    hours: dict[int, list[float]] = {}
    for frame in frames:
        for start, made, scrapped, _ in framing.spread(frame):
            hour = start // HOUR_US * HOUR_US
            begin = start_us if hour < start_us <= start else hour
            end = end_us if start < end_us < hour + HOUR_US else hour + HOUR_US
            row = hours.setdefault(hour, [begin, end, 0.0, 0.0])
            row[2] += made
            row[3] += scrapped
    return [hours[hour] for hour in sorted(hours)]
