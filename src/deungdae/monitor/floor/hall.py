"""The hall: all machines as they are now, with what lies over their frames. No part, no reading."""

from collections.abc import Sequence
from typing import Any

from deungdae.analysis.oee import State, within
from deungdae.analysis.shifts import Calendar
from deungdae.monitor.definitions import Asset
from deungdae.monitor.floor import machine as machines
from deungdae.monitor.floor.figures import Said, Summary, summary
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.machine import Machine
from deungdae.monitor.floor.said import SaidStop, Told, goes_on, laid_over
from deungdae.monitor.floor.shifts import Bounds, frames
from deungdae.monitor.floor.store import Store
from deungdae.monitor.part import Context
from deungdae.monitor.structure import Key


class Hall:
    """What the questions, the reading and the looking share; any thread may ask."""

    context: Context
    store: Store
    time_zone: str

    def __init__(self) -> None:
        self.machines: dict[Key, Machine] = {}
        self.now: dict[Key, dict[str, Any]] = {}  #: NOW of machines and lines
        #: When kept frames were asked since when it runs, from which time on, and what they said.
        self.looked_back: dict[Key, tuple[int, int, int]] = {}

    def open(self, context: Context) -> None:
        """Read what is kept."""
        self.context = context
        self.store = Store(context.home)
        self.time_zone = context.settings.time_zone

    def calendar(self, key: Key) -> Calendar | None:
        """Return the calendar of an asset."""
        return self.context.structure.calendar(*key)

    def bounds(self, key: Key, now_us: int) -> Bounds:
        """Return the frame of an instant."""
        return frames(self.calendar(key), now_us, now_us + 1, self.time_zone)[0]

    def said(self, key: Key, frame: Frame, whole: Frame | None = None) -> Said:
        """Return what people said of an asset in a frame, or in a part of the `whole` one."""
        stops = self.store.stops_said(*key, frame.start_us, frame.end_us)
        return Said(
            stops,
            self.store.scrap_said(*key, frame.start_us, frame.end_us),
            self._begun(key, frame, whole or frame, stops),
        )

    def _begun(self, key: Key, frame: Frame, whole: Frame, said: Sequence[SaidStop]) -> int | None:
        """Return when the stop began with which a frame begins, as far as something said matters.

        That may be frames before it: over a weekend, several.
        """
        at = frame.start_us
        spoken = [one.start_us for one in said if one.end_us is None and one.start_us < at]
        if not spoken or not frame.spans or frame.spans[0].state is State.RUNNING:
            return None
        before = within(whole.spans, whole.start_us, at) if whole.start_us < at else []
        while min(spoken) < at:
            before = before or self.store.spans_before(*key, at)
            begun = goes_on(before, frame.spans[0]._replace(start_us=at))
            if not before or begun > before[0].start_us:
                return begun
            at, before = begun, []
        return at

    def told(self, key: Key, frame: Frame) -> list[Told]:
        """Return the spans of a frame with what people said of them."""
        said = self.said(key, frame)
        return laid_over(frame.spans, said.stops, said.begun_us)

    def summary(
        self, key: Key, asset: Asset, frame: Frame, bounds: Bounds, whole: Frame | None = None
    ) -> Summary:
        """Return a frame, or a part of the `whole` one, with all that is laid over it."""
        machine = self.machines.get(key)
        return summary(
            asset,
            frame,
            self.said(key, frame, whole),
            bounds.shift,
            always=self.calendar(key) is None,
            demonstrated=None if machine is None else machines.demonstrated(machine),
        )

    def proposed(self, key: Key, asset: Asset, fault: str | None) -> str | dict[str, str] | None:
        """Return a reason to offer for a stop: that of its fault, else the one said most often."""
        if fault:
            for code, word in asset.words.items():
                if fault.strip().lower() in (code.lower(), word.lower()):
                    return code
            return {"text": fault}
        usual = self.store.usual_reason(*key)
        return usual if usual in asset.reasons else None
