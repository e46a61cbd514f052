"""What an engineer does about what came in: take held things in again, put clocks right."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deungdae import bus
from deungdae.records.readings import BadReading, tag_path
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.action import Action
from deungdae.web.plant import telling
from deungdae.web.plant.errors import Refused
from deungdae.web.plant.models import ClockShift, Tag
from deungdae.web.plant.operations import asking
from deungdae.web.plant.operations.facts import say
from deungdae.web.plant.operations.spans import DAY_US, spoken

#: Seconds that taking in again may take before the page no longer waits.
REPLAY_SECONDS = 60.0
REPAIR_SECONDS = 300.0  #: what is on its way is stored first, and the past may be long
LONGEST = 500  #: letters of a name
FARTHEST_US = 20 * 366 * DAY_US  #: that a clock is moved


@dataclass(kw_only=True)
class ReplayHeld(Action[None]):
    """Ask for what is held of a source for a reason to be taken in again.

    The wish is written down first; then the gateway carries it out, and `outcome` says what became
    of it. Nothing that is held is removed: what was taken in again is marked. Raises
    `bus.Unavailable` or `bus.Refusal` when the gateway does not carry it out.
    """

    verb = "plant.quarantine_replayed"
    label = _lazy("had things in quarantine taken in again")
    right = "plant.manage"
    source: str
    reason: str
    outcome: dict[str, int] = field(default_factory=dict)

    def change(self) -> None:
        """Change nothing here: what is held lies with the gateway."""

    def details(self, result: None) -> dict[str, Any]:
        """Name what was to be taken in."""
        return {"source": self.source, "reason": self.reason}

    def after_commit(self, result: None) -> None:
        """Have it done."""
        until = time.monotonic() + REPLAY_SECONDS
        total: Counter[str] = Counter()
        after: Any = None
        while True:
            told = self._some(after)
            for name in ("replayed", "still_held", "points"):
                total[name] += told[name]
            after = told.get("next")
            # What one question did is kept, so the rest may be asked for another time.
            if after is None or time.monotonic() > until:
                break
        self.outcome = dict(total) | {"more": int(after is not None)}

    def _some(self, after: Any) -> dict[str, Any]:
        given = {"source": self.source, "reason": self.reason}
        question = bus.Question(
            "gateway",
            "replay",
            str(self.organisation.public_id),
            given if after is None else given | {"after": after},
            within=40,
        )
        with line.ask(question) as answer:
            told: dict[str, Any] = answer.json()
            return told


@dataclass(kw_only=True)
class NameHeld(Action[Tag]):
    """Give a path to values whose own name cannot be one; what is held can be taken in then."""

    verb = "plant.held_named"
    label = _lazy("gave a name to values in quarantine")
    right = "plant.manage"
    source: str
    name: str  #: as the source sends it
    path: str

    def change(self) -> Tag:
        """Raises `Refused` for a path that is none, or belongs to another tag."""
        try:
            path = str(tag_path(self.path.strip()))
        except BadReading as error:
            raise Refused(say(error.message)) from error
        if len(path) > LONGEST or len(self.name) > LONGEST:
            raise Refused(_("A name has at most 500 letters."))
        tags = Tag.objects.within(self.scope).filter(organisation=self.organisation)
        if tags.filter(path=path).exists():
            raise Refused(_("The name {path} belongs to another tag already.").format(path=path))
        mapped = tags.filter(origin=self.source, sent_as=self.name).first()
        if mapped is not None:
            raise Refused(_("These values have the name {path} already.").format(path=mapped.path))
        sites = Site.objects.within(self.scope).filter(organisation=self.organisation)
        made = Tag(
            organisation=self.organisation,
            site=sites.get(main=True),
            origin=self.source,
            path=path,
            sent_as=self.name,
        )
        made.save()
        return made

    def details(self, result: Tag) -> dict[str, Any]:
        """Name the tag."""
        return {"source": self.source, "path": result.path, "sent_as": self.name}

    def after_commit(self, result: Tag) -> None:
        """Tell the gateway."""
        telling.tell_tags(self.organisation, self.source)


@dataclass(kw_only=True)
class ShiftClock(Action[ClockShift]):
    """Have the times of a source, or of its tags below a prefix, put right from now on."""

    verb = "plant.clock_shifted"
    label = _lazy("put a clock right from then on")
    right = "plant.manage"
    source: str
    prefix: str
    shift_us: int

    def change(self) -> ClockShift:
        """Raises `Refused` for a shift that makes no sense, or where one is in force."""
        if not self.shift_us or abs(self.shift_us) > FARTHEST_US:
            raise Refused(_("A clock is moved by at least a microsecond and at most 20 years."))
        rows = ClockShift.objects.within(self.scope).filter(
            organisation=self.organisation, source=self.source, ended_at=None
        )
        if rows.filter(prefix=self.prefix).exists():
            raise Refused(
                _("The times of this source are being put right already. End that first.")
            )
        made = ClockShift(
            organisation=self.organisation,
            source=self.source,
            prefix=self.prefix,
            shift_us=self.shift_us,
            made_by=self.scope.person,
        )
        made.save()
        return made

    def details(self, result: ClockShift) -> dict[str, Any]:
        """Name the source, and by how much."""
        return named(self.source, self.prefix, self.shift_us)

    def after_commit(self, result: ClockShift) -> None:
        """Tell the gateway; the minute pass does it again if the bus is away."""
        telling.tell_tags(self.organisation, self.source)


@dataclass(kw_only=True)
class EndShift(Action[ClockShift]):
    """No longer put a clock right: times count as they come from now on."""

    verb = "plant.clock_shift_ended"
    label = _lazy("ended putting a clock right")
    right = "plant.manage"
    shift: ClockShift

    def __post_init__(self) -> None:
        self.organisation = self.shift.organisation

    def change(self) -> ClockShift:
        """End it; one that was ended stays as it was."""
        if self.shift.ended_at is None:
            self.shift.ended_at = timezone.now()
            self.shift.save(update_fields=["ended_at"])
        return self.shift

    def details(self, result: ClockShift) -> dict[str, Any]:
        """Name the source, and by how much."""
        return named(result.source, result.prefix, result.shift_us)

    def after_commit(self, result: ClockShift) -> None:
        """Tell the gateway."""
        telling.tell_tags(self.organisation, result.source)


@dataclass(kw_only=True)
class RepairPast(Action[None]):
    """Have the points of the past moved whose clock was off; the originals are kept beside them.

    `before_us`: points that were received earlier. `points` says how many were moved.
    """

    verb = "plant.clock_repaired"
    label = _lazy("had past times of a clock repaired")
    right = "plant.manage"
    source: str
    prefix: str
    shift_us: int
    before_us: int
    points: int = 0

    def change(self) -> None:
        """Change nothing here: the points lie in the history."""

    def details(self, result: None) -> dict[str, Any]:
        """Name the source, and by how much."""
        return named(self.source, self.prefix, self.shift_us)

    def after_commit(self, result: None) -> None:
        """Have it done; raises `bus.Unavailable` and `bus.Refusal`."""
        told = asking.history(
            self.organisation,
            "clock_repair",
            seconds=REPAIR_SECONDS,
            source=self.source,
            prefix=self.prefix,
            shift_us=self.shift_us,
            before_us=self.before_us,
        )
        self.points = told["points"]


@dataclass(kw_only=True)
class UndoRepair(Action[None]):
    """Have a repair of the past undone: the originals count again."""

    verb = "plant.clock_repair_undone"
    label = _lazy("undid the repair of past times")
    right = "plant.manage"
    repair: asking.Repair

    def change(self) -> None:
        """Change nothing here: the points lie in the history."""

    def details(self, result: None) -> dict[str, Any]:
        """Name the source, and by how much."""
        return named(self.repair.source, self.repair.prefix, self.repair.shift_us)

    def after_commit(self, result: None) -> None:
        """Have it done; raises `bus.Unavailable` and `bus.Refusal`."""
        asking.history(self.organisation, "clock_undo", seconds=REPAIR_SECONDS, id=self.repair.id)


def named(source: str, prefix: str, shift_us: int) -> dict[str, Any]:
    """Return the words of an entry of the record on a clock."""
    sign = "+" if shift_us > 0 else "−"
    return {"source": source, "tags": prefix, "shift": f"{sign}{spoken(shift_us)}"}
