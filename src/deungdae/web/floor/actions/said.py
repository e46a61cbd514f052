"""What people say of the floor: why it stopped, what was scrap, what the next shift should know."""

import time
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae.web.core.action import Action
from deungdae.web.floor import telling
from deungdae.web.floor.models import Asset, Reason, ScrapSaid, ShiftNote, StopSaid
from deungdae.web.plant.errors import Refused

LONGEST_STOP_US = 400 * 86_400 * 1_000_000
MOST_SCRAP = 10_000_000
AHEAD_US = 60_000_000  #: by which the clock of a monitor may be ahead of ours


@dataclass(kw_only=True)
class SayStop(Action[StopSaid]):
    """Say why a machine stands or stood; said once more of the same stop, it replaces the former.

    The state is the reason's. `told` of the result says whether the monitor has confirmed; what it
    has not is sent again each minute. Raises `Refused` for a retired reason, and for times that
    cannot be.
    """

    verb = "floor.stop_said"
    right = "floor.say"
    label = _lazy("said why a machine stopped")

    asset: Asset
    began_us: int
    ended_us: int | None
    reason: Reason
    note: str = ""

    def change(self) -> StopSaid:
        """Return what is said now."""
        _in_use(self.reason, "stop")
        soon_us = (time.time_ns() // 1000) + AHEAD_US
        if max(self.began_us, self.ended_us or 0) > soon_us:
            raise Refused(_("A stop that has not come yet has no reason."))
        if self.ended_us is not None and not 0 < self.ended_us - self.began_us < LONGEST_STOP_US:
            raise Refused(_("A stop ends after it began."))
        values: dict[str, Any] = {
            "ended_us": self.ended_us,
            "state": self.reason.state,
            "reason": self.reason.code,
            "note": self.note,
            "by": self.scope.person,
        }
        known = (
            StopSaid.objects.within(self.scope)
            .filter(asset=self.asset, began_us=self.began_us, withdrawn_at=None)
            .first()
        )
        if known is None:
            said: StopSaid = StopSaid.objects.create(
                organisation=self.organisation, asset=self.asset, began_us=self.began_us, **values
            )
            return said
        known.alter(self.scope, **values, said_at=timezone.now())
        return known

    def details(self, result: StopSaid) -> dict[str, Any]:
        """Say of what, and why."""
        return {"machine": self.asset.name, "reason": self.reason.word_ko, "note": self.note}

    def after_commit(self, result: StopSaid) -> None:
        """Let the monitor count it as that."""
        telling.tell_stop(result)


@dataclass(kw_only=True)
class UnsayStop(Action[StopSaid]):
    """Take back what was said of a stop; it waits for a reason again."""

    verb = "floor.stop_unsaid"
    right = "floor.say"
    label = _lazy("took back the reason of a stop")

    said: StopSaid

    def change(self) -> StopSaid:
        """Keep the row, as taken back."""
        if self.said.withdrawn_at is None:
            self.said.alter(self.scope, withdrawn_at=timezone.now())
        return self.said

    def details(self, result: StopSaid) -> dict[str, Any]:
        """Say of what."""
        return {"machine": result.asset.name, "reason": result.reason}

    def after_commit(self, result: StopSaid) -> None:
        """Let the monitor know."""
        telling.tell_stop(result)


@dataclass(kw_only=True)
class SayScrap(Action[ScrapSaid]):
    """Say that parts were set aside: scrapped, or to be reworked (`kind`)."""

    verb = "floor.scrap_said"
    right = "floor.say"
    label = _lazy("counted scrap by hand")

    asset: Asset
    at_us: int
    count: int
    reason: Reason
    kind: str = "scrapped"
    note: str = ""

    def change(self) -> ScrapSaid:
        """Return what is said now."""
        _in_use(self.reason, "scrap")
        if not 0 < self.count <= MOST_SCRAP:
            raise Refused(_("Say how many parts: 1 or more."))
        said: ScrapSaid = ScrapSaid.objects.create(
            organisation=self.organisation,
            asset=self.asset,
            at_us=self.at_us,
            count=self.count,
            kind=ScrapSaid.Kind(self.kind),
            reason=self.reason.code,
            note=self.note,
            by=self.scope.person,
        )
        return said

    def details(self, result: ScrapSaid) -> dict[str, Any]:
        """Say of what, how many, and why."""
        return {
            "machine": self.asset.name,
            "count": self.count,
            "kind": result.kind,
            "reason": self.reason.word_ko,
        }

    def after_commit(self, result: ScrapSaid) -> None:
        """Let the monitor count it."""
        telling.tell_scrap(result)


@dataclass(kw_only=True)
class UnsayScrap(Action[ScrapSaid]):
    """Take back scrap that was counted by mistake."""

    verb = "floor.scrap_unsaid"
    right = "floor.say"
    label = _lazy("took back scrap that was counted by hand")

    said: ScrapSaid

    def change(self) -> ScrapSaid:
        """Keep the row, as taken back."""
        if self.said.withdrawn_at is None:
            self.said.alter(self.scope, withdrawn_at=timezone.now())
        return self.said

    def details(self, result: ScrapSaid) -> dict[str, Any]:
        """Say of what."""
        return {"machine": result.asset.name, "count": result.count, "reason": result.reason}

    def after_commit(self, result: ScrapSaid) -> None:
        """Let the monitor know."""
        telling.tell_scrap(result)


@dataclass(kw_only=True)
class WriteNote(Action[ShiftNote]):
    """Write down what the next shift should know; `asset` None is for the whole site."""

    verb = "floor.note_written"
    right = "floor.say"
    label = _lazy("wrote a note of a shift")

    day: date
    shift: str
    text: str
    asset: Asset | None = None

    def change(self) -> ShiftNote:
        """Return the note."""
        if not self.text.strip():
            raise Refused(_("Write something down first."))
        note: ShiftNote = ShiftNote.objects.create(
            organisation=self.organisation,
            asset=self.asset,
            day=self.day,
            shift=self.shift,
            text=self.text.strip(),
            by=self.scope.person,
        )
        return note

    def details(self, result: ShiftNote) -> dict[str, Any]:
        """Say of which shift; the words themselves stand in the note."""
        return {"day": self.day.isoformat(), "shift": self.shift}


def _in_use(reason: Reason, kind: Any) -> None:
    if reason.kind != kind or reason.retired_at is not None:
        raise Refused(_("This reason can no longer be chosen."))
