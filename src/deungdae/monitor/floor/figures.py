"""What a frame was worth: the reasons people gave, the plan and the ideal cycle laid over it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from deungdae.analysis import oee
from deungdae.analysis.oee import Counts, Lasting, State, Stretch
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import costs
from deungdae.monitor.floor.frames import Frame, dark_shares, piece_shares
from deungdae.monitor.floor.said import SaidScrap, SaidStop, Told, laid_over, plain
from deungdae.monitor.floor.shifts import Shift

WAITING = frozenset({State.STOPPED, State.DOWN})  #: states of a stop that somebody should explain


@dataclass(frozen=True)
class Said:
    """What people said of one frame."""

    stops: Sequence[SaidStop] = ()
    scrap: Sequence[SaidScrap] = ()
    begun_us: int | None = None  #: when the stop with which the frame begins began


@dataclass(frozen=True)
class Summary:
    """A frame with all that is laid over it; times in seconds, shares between 0 and 1."""

    asset: Asset
    frame: Frame
    shift: Shift | None
    told: list[Told]
    planned: list[Stretch]  #: within planned working time, each stop one over breaks too
    counts: Counts  #: of the whole frame
    counted: bool
    within: Counts  #: of planned time that is known, for the figures
    ideal: float | None
    figures: oee.Figures | None
    waterfall: oee.Waterfall | None
    scrap: list[tuple[str | None, float]]
    cost: float | None = None  #: of its lost time, where it is known otherwise
    scrap_known: bool = False  #: whether a signal or a person counted bad parts
    machines: int = 1  #: how many stand side by side
    counting: int | None = None  #: how many of them count parts, where not all do
    weighed: list[Stretch] | None = None  #: planned time of those, where not all do
    power: dict[str, Any] | None = None  #: what was metered, where it is known otherwise

    @property
    def waiting(self) -> list[tuple[int, int]]:
        """Stops of planned time that wait for a reason."""
        return [
            (span.start_us, span.end_us) for span in self.planned if needs_reason(self.asset, span)
        ]


def summary(
    asset: Asset,
    frame: Frame,
    said: Said,
    shift: Shift | None,
    *,
    always: bool = False,
    demonstrated: float | None = None,
) -> Summary:
    """Lay everything over a frame.

    Without a shift no time was planned, unless the machine is `always` meant to work (it has no
    calendar). `demonstrated` is the cycle that stands in for an ideal one nobody told.
    """
    asset = asset.at(frame.end_us)  # a shift keeps the ideal cycle that counted at its end
    told = laid_over(frame.spans, said.stops, said.begun_us)
    if shift is not None:
        working = [(a, min(b, frame.end_us)) for a, b in shift.working if a < frame.end_us]
    else:
        working = [(frame.start_us, frame.end_us)] if always else []
    planned = [
        # Beside other machines in a line it still goes by its own limit.
        one._replace(micro_below=asset.micro_stop_seconds)
        for one in oee.during(plain(told), [pair for pair in working if pair[0] < pair[1]])
    ]
    counts, scrap = _counts(frame, said.scrap)
    # What was made while nothing was heard counts, but not against the time that is known.
    lit = _lit(frame, working)
    inside = Counts(*(each * max(lit, 0.0) for each in counts))
    ideal = ideal_seconds(asset, frame.products, demonstrated)
    length = (frame.end_us - frame.start_us) / 1e6
    figures = _figures(planned, inside, ideal, length, counted=frame.counted) if planned else None
    fall = None
    if planned and ideal is not None and frame.counted:
        limit = asset.micro_stop_seconds
        fall = oee.waterfall(planned, _possible(inside), ideal, micro_stop_seconds=limit)
    return Summary(
        *(asset, frame, shift, told, planned, counts, frame.counted, inside, ideal, figures),
        *(fall, scrap),
        scrap_known=frame.scrapped is not None or bool(said.scrap),
    )


def merged(found: Sequence[Summary]) -> list[Stretch]:
    """Return the planned time of frames, one after another, each stop one over all of them."""
    planned = [span for each in found for span in each.planned]
    if any(each.machines > 1 for each in found):
        return planned  # what one of several machines did is not what all of them did
    return oee.made_one(planned, [span for each in found for span in plain(each.told)])


def needs_reason(asset: Asset, span: Lasting) -> bool:
    """Say whether somebody should say why a machine stood; of planned time alone it counts."""
    return span.state in WAITING and not span.reason and _is_long(asset, span)


def _is_long(asset: Asset, span: Lasting) -> bool:
    limit = asset.micro_stop_seconds if span.micro_below is None else span.micro_below
    return span.seconds >= limit


def ideal_seconds(
    asset: Asset, products: Mapping[str, float], demonstrated: float | None
) -> float | None:
    """Return the ideal cycle of a part: of what was made, if each product has its own."""
    usual = asset.ideal_seconds if asset.ideal_seconds is not None else demonstrated
    parts = sum(products.values())
    if parts <= 0 or not asset.products:
        return usual
    time = 0.0
    for product, made in products.items():
        each = asset.products.get(product, usual)
        if each is None:
            return usual
        time += each * made
    return time / parts


def _counts(
    frame: Frame, said: Sequence[SaidScrap]
) -> tuple[Counts, list[tuple[str | None, float]]]:
    """Return the counts, and the bad parts by reason; a counter counts, people say why."""
    by_kind = {"scrapped": 0.0, "reworked": 0.0}
    reasons: dict[str | None, float] = {}
    for one in said:
        by_kind[one.kind] += one.parts
        if one.kind == "scrapped":
            reasons[one.reason or None] = reasons.get(one.reason or None, 0.0) + one.parts
    scrapped = by_kind["scrapped"] if frame.scrapped is None else frame.scrapped
    reworked = by_kind["reworked"] if frame.reworked is None else frame.reworked
    unexplained = scrapped - sum(reasons.values())
    if unexplained > 0:
        reasons[None] = reasons.get(None, 0.0) + unexplained
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0] or ""))
    return Counts(frame.produced, scrapped, reworked), [(a, b) for a, b in ordered if b]


def _lit(frame: Frame, working: Sequence[tuple[int, int]]) -> float:
    """Return the share of the parts that were made in planned time that is known."""
    if not frame.produced or not frame.made:
        return 1.0
    shares = piece_shares(frame, working)
    within = sum(made * share for (_, made, _, _), share in zip(frame.made, shares, strict=True))
    dark = zip(frame.dark, dark_shares(frame, shares), strict=True)
    unknown = sum(parts * share for (_, parts), share in dark)
    return min((within - unknown) / frame.produced, 1.0)


def _figures(
    planned: Sequence[Stretch],
    counts: Counts,
    ideal: float | None,
    reference: float,
    *,
    counted: bool,
) -> oee.Figures:
    seconds = oee.seconds_by_state(planned)
    times = oee.Times(
        **{state.value: seconds[state] for state in State},
        reference=max(reference, sum(seconds.values())),
    )
    found = oee.figures(times, _possible(counts), ideal)
    if not counted:
        # Nobody counts: of speed and quality nothing is known, of time all.
        names = ("effectiveness", "quality", "oee", "nee", "teep", "low", "high")
        found = replace(found, **dict.fromkeys(names))
    return found


def _possible(counts: Counts) -> Counts:
    """Return counts of which no more is bad than was made: people may say so, no figure follows."""
    bad = min(counts.scrapped + counts.reworked, counts.produced)
    scrapped = min(counts.scrapped, bad)
    return Counts(counts.produced, scrapped, bad - scrapped)


def plan_of(asset: Asset, shift: Shift) -> float | None:
    """Return how many parts a shift is to make: its own plan, or its share of the day's."""
    own = asset.plan.get((shift.day, shift.planned_as or shift.name))
    day = asset.plan.get((shift.day, ""))
    if own is not None:
        return own if shift.part == 1.0 else round(own * shift.part, 3)
    return None if day is None else round(day * shift.share, 3)


@dataclass(frozen=True)
class Total:
    """Several frames as one, of a machine or of several side by side."""

    planned: list[Stretch]
    counts: Counts
    counted: bool
    ideal: float | None
    figures: oee.Figures | None
    waterfall: oee.Waterfall | None


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(*map(sum, zip(*counts, strict=True))) if counts else Counts(0.0)


def total(asset: Asset, found: Sequence[Summary]) -> Total:
    """Return what several frames came to together.

    Beside a machine that counts parts, the time of one that does not says nothing of speed: figures
    and losses are those of the time in which parts are counted, if they are at all.
    """
    planned = [span for each in found for span in each.planned]
    counts = _sum([each.counts for each in found])
    within = _sum([each.within for each in found if each.planned])
    counted = any(each.counted for each in found)
    timed = [(each.within.produced, each.ideal) for each in found if each.ideal is not None]
    ideal = timed[-1][1] if timed else None
    if sum(parts for parts, _ in timed) > 0:
        ideal = sum(parts * each for parts, each in timed if each) / sum(p for p, _ in timed)
    weighed = [each for each in found if each.counted] or found
    time = [span for e in weighed for span in (e.planned if e.weighed is None else e.weighed)]
    length = sum(
        (e.frame.end_us - e.frame.start_us) * (e.machines if e.counting is None else e.counting)
        for e in weighed
    )
    if not time:
        return Total(planned, counts, counted, ideal, None, None)
    figures = _figures(time, within, ideal, length / 1e6, counted=counted)
    fall = None
    if ideal is not None and counted:
        limit = asset.micro_stop_seconds
        fall = oee.waterfall(time, _possible(within), ideal, micro_stop_seconds=limit)
    return Total(planned, counts, counted, ideal, figures, fall)


def figures_document(figures: oee.Figures | None) -> dict[str, float | None] | None:
    """Return the key figures as JSON."""
    if figures is None:
        return None
    return {
        name: None if value is None else round(value, 6) for name, value in figures.__dict__.items()
    }


def waterfall_document(fall: oee.Waterfall | None) -> dict[str, Any] | None:
    """Return a waterfall as JSON, in seconds."""
    if fall is None:
        return None
    return {
        "planned": round(fall.planned, 3),
        "losses": {loss.value: round(seconds, 3) for loss, seconds in fall.losses.items()},
        "productive": round(fall.productive, 3),
    }


def lost_cost(found: Summary) -> float | None:
    """Return what the lost time of a frame cost; unknown time costs nothing known."""
    if found.cost is not None:
        return found.cost
    rate = found.asset.hour_cost
    lost = lost_seconds(found)
    return None if rate is None or lost is None else round(lost / 3600 * rate, 2)


def lost_seconds(found: Summary) -> float | None:
    """Return the planned time that a machine lost; None where none was planned."""
    if not found.planned:
        return None
    if found.waterfall is not None and found.counted:
        unknown = found.waterfall.losses[oee.Loss.UNKNOWN]
        lost = found.waterfall.planned - unknown - found.waterfall.productive
    else:
        lost = sum(span.seconds for span in oee.stops(found.planned))
    return max(lost, 0.0)


def good_of(found: Sequence[Summary]) -> float | None:
    """Return the good parts of several frames; None where nobody counts."""
    if not any(each.counted for each in found):
        return None
    return sum(e.counts.produced - e.counts.scrapped - e.counts.reworked for e in found)


def power_of(found: Summary) -> dict[str, Any] | None:
    """Return what was metered in a frame, as JSON; None without a meter."""
    if found.power is not None:
        return found.power
    spans = [each.span for each in found.told]
    return costs.document(found.asset, found.frame.power, spans, good_of([found]))


def with_power_of(found: Summary, others: Sequence[Summary]) -> Summary:
    """Return a frame with what others used in the same time added to it."""
    told = [power_of(each) for each in (found, *others)]
    known = [each.frame.energy_kwh for each in (found, *others)]
    whole = [kwh for kwh in known if kwh is not None]
    return replace(
        found,
        power=costs.together(found.asset, told, good_of([found])),
        frame=replace(found.frame, energy_kwh=sum(whole) if whole else None, peak_kw=None),
    )


def counting_document(found: Summary) -> dict[str, list[int]]:
    """Return how many of how many machines count parts, as JSON; nothing where all do."""
    if found.counting is None:
        return {}
    return {"counting": [found.counting, found.machines]}


def counts_document(counts: Counts) -> dict[str, float]:
    """Return counts as JSON; whole numbers stay whole."""
    return {name: _whole(value) for name, value in counts._asdict().items()}


def _whole(value: float) -> float:
    return int(value) if value == int(value) else round(value, 3)


def pareto_document(spans: Sequence[Lasting]) -> list[list[Any]]:
    """Return the reasons of standing time as JSON."""
    return [
        [one.reason, round(one.seconds, 3), one.times, round(one.share, 6), round(one.so_far, 6)]
        for one in oee.pareto(spans)
    ]


def shift_document(asset_id: str, found: Summary, *, final: bool) -> dict[str, Any]:
    """Return SHIFT: what became of one shift (or of one frame without a shift)."""
    shift, frame, asset = found.shift, found.frame, found.asset
    spans = found.planned
    standing = list(oee.stops(spans))
    long = [span for span in standing if _is_long(asset, span)]
    longest = max(standing, key=lambda span: span.seconds, default=None)
    trouble = oee.reliability(spans)
    power = power_of(found)
    return {
        "asset": asset_id,
        "day": shift.day if shift else None,
        "name": shift.name if shift else None,
        "crew": shift.crew if shift else None,
        "start": shift.start_us if shift else frame.start_us,
        "end": shift.end_us if shift else frame.end_us,
        "as_of": frame.end_us,
        "final": final,
        "counted": found.counted,
        **counting_document(found),
        "scrap_known": found.scrap_known,
        "counts": counts_document(found.counts),
        "plan": plan_of(asset, shift) if shift else None,
        "ideal_seconds": found.ideal,
        "ideal_confirmed": asset.ideal_confirmed,
        "figures": figures_document(found.figures),
        "waterfall": waterfall_document(found.waterfall),
        "pareto": pareto_document(spans),
        "stops": len(long),
        "micro_stops": len(standing) - len(long),
        "longest": None
        if longest is None
        else [longest.start_us, longest.end_us, longest.reason or longest.state.value],
        "reasons_missing": [list(pair) for pair in found.waiting],
        "scrap": [list(pair) for pair in found.scrap],
        "faults": trouble.faults,
        "mtbf": trouble.between_seconds,
        "mttr": trouble.restore_seconds,
        "lost_cost": lost_cost(found),
        "energy_kwh": frame.energy_kwh,
        "peak_kw": frame.peak_kw if power is None else power["peak_kw"],
        "energy": None if power is None else {k: v for k, v in power.items() if k != "trend"},
    }
