"""What of a source needs somebody: remarks in plain words, each with what to do, worst first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.plant.operations import clocks, evidence, losing
from deungdae.web.plant.operations.facts import Facts, Kind, Report, say
from deungdae.web.plant.operations.spans import DAY_US, HOUR_US, MINUTE_US, SECOND_US, spoken

#: An agent tells how it is every few seconds; after so long without a word it is silent.
SILENT_US: Final = MINUTE_US
#: Somebody else is silent when no point came for so long, though one came within the last week.
QUIET_US: Final = HOUR_US
FORGOTTEN_US: Final = 7 * DAY_US
WAITING_US: Final = 10 * MINUTE_US  #: that readings may wait with an agent that is there
LATE_US: Final = 5 * MINUTE_US
AGENT_CLOCK_US: Final = 5 * SECOND_US


class Level(IntEnum):
    """How soon somebody is needed."""

    OFF = 0  #: revoked, nothing is expected
    WELL = 1
    UNKNOWN = 2
    SOON = 3
    NOW = 4


@dataclass(frozen=True)
class Remark:
    """One thing that is so, and what to do. `to` is the page that helps, by its name."""

    code: str
    level: Level
    what: str
    todo: str = ""
    to: str = ""


@dataclass(frozen=True)
class Standing:
    """A source with all remarks on it, the worst first."""

    facts: Facts
    remarks: tuple[Remark, ...]

    @property
    def level(self) -> Level:
        """How soon somebody is needed."""
        return self.remarks[0].level if self.remarks else Level.WELL

    @property
    def has(self) -> frozenset[str]:
        """The codes of the remarks."""
        return frozenset(remark.code for remark in self.remarks)


def judge(facts: Facts, now_us: int, offset_us: int) -> Standing:
    """Judge a source. `offset_us` is how far the clocks of its site are ahead of UTC."""
    if facts.revoked_us is not None:
        remarks = [_revoked(facts, now_us)]
    elif facts.kind is Kind.AGENT and not facts.joined:
        remarks = [
            Remark(
                "not_joined",
                Level.SOON,
                _("The line for its computer was not used yet."),
                _("Paste it on the computer at the machine; it is valid for 24 hours."),
                "agent",
            )
        ]
    else:
        remarks = [*_contact(facts, now_us), *_of_report(facts, now_us, offset_us)]
        remarks += _of_data(facts, offset_us)
    # The order of finding holds among equals: contact before configuration before the rest.
    remarks.sort(key=lambda remark: -remark.level)
    return Standing(facts, tuple(remarks))


def worst_first(standings: list[Standing]) -> list[Standing]:
    """Sort sources: who needs somebody now stands above."""
    return sorted(standings, key=lambda one: (-one.level, -len(one.remarks), one.facts.name))


def _revoked(facts: Facts, now_us: int) -> Remark:
    assert facts.revoked_us is not None
    return Remark(
        "revoked",
        Level.OFF,
        _("Revoked {span} ago: nothing of it is taken in.").format(
            span=spoken(now_us - facts.revoked_us)
        ),
    )


def _contact(facts: Facts, now_us: int) -> Iterator[Remark]:
    if facts.kind is Kind.AGENT:
        yield from _heard(facts, now_us)
    elif facts.last_received_us is not None:
        quiet_us = now_us - facts.last_received_us
        if QUIET_US < quiet_us < FORGOTTEN_US:
            yield Remark(
                "silent",
                Level.SOON,
                _("No point came for {span}.").format(span=spoken(quiet_us)),
                _("Look whether the program that sends still runs, and what it says."),
            )
        elif quiet_us >= FORGOTTEN_US:
            yield Remark(
                "forgotten",
                Level.OFF,
                _("The last point came {span} ago.").format(span=spoken(quiet_us)),
                _("If it is no longer used, revoke its token."),
            )


def _heard(facts: Facts, now_us: int) -> Iterator[Remark]:
    if facts.report is None:
        yield Remark(
            "unknown",
            Level.UNKNOWN,
            _("It is not known how this agent is."),
            _("It has not told anything since the gateway's records begin. See that it runs."),
        )
        return
    silent_us = now_us - facts.report.seen_us
    if silent_us > SILENT_US:
        yield Remark(
            "silent",
            Level.NOW,
            _("Nothing was heard of this agent for {span}.").format(span=spoken(silent_us)),
            _(
                "See that its computer is on and reaches this server. What it reads meanwhile "
                "waits in its buffer and comes by itself."
            ),
        )


def _of_report(facts: Facts, now_us: int, offset_us: int) -> Iterator[Remark]:
    report = facts.report
    if report is None:
        return
    yield from _configuration(facts, report, now_us)
    for driver in report.drivers:
        if driver.problem:
            yield Remark(
                "unreachable",
                Level.NOW,
                _("{name} cannot be read: {problem}").format(
                    name=driver.name, problem=say(driver.problem)
                ),
                _("Look at the machine and its network, or correct its address."),
                "agent",
            )
        if off := clocks.look(driver.lag_us, offset_us, driver.kind):
            yield Remark(
                "machine_clock",
                Level.SOON,
                _("The clock of {name} is {off}.").format(name=driver.name, off=off.headline),
                f"{off.guess} {off.todo}",
                "clock",
            )
    for loss in report.losses:
        if now_us - loss.last_us < DAY_US and loss.readings:
            yield losing_remark(loss, now_us)
    if report.oldest_us is not None and report.waiting:
        waited_us = now_us - report.oldest_us
        if waited_us > WAITING_US and now_us - report.seen_us <= SILENT_US:
            yield Remark(
                "waiting",
                Level.SOON,
                ngettext(
                    "{n:,} reading waits in its buffer, the oldest for {span}.",
                    "{n:,} readings wait in its buffer, the oldest for {span}.",
                    report.waiting,
                ).format(n=report.waiting, span=spoken(waited_us)),
                _("They come by themselves. If they do not become fewer, its line is too slow."),
            )
    error_us = report.clock_error_us
    if error_us is not None and abs(error_us) > AGENT_CLOCK_US:
        sentence = (
            _("The clock of its computer is {span} ahead.")
            if error_us > 0
            else _("The clock of its computer is {span} behind.")
        )
        yield Remark(
            "agent_clock",
            Level.SOON,
            sentence.format(span=spoken(error_us)),
            _("Switch the time synchronisation (NTP) of that computer on."),
            "clock",
        )


def losing_remark(loss: losing.Loss, now_us: int) -> Remark:
    """Return what is said of readings that an agent could not keep."""
    recent = now_us - loss.last_us < HOUR_US
    return Remark(
        "lost",
        Level.NOW if recent and loss.reason in losing.GRAVE else Level.SOON,
        losing.sentence(loss),
        losing.todo(loss.reason),
    )


def _configuration(facts: Facts, report: Report, now_us: int) -> Iterator[Remark]:
    if report.refusal:
        yield Remark(
            "refusal",
            Level.NOW,
            _("The gateway did not take its last batch: {why}").format(why=say(report.refusal)),
            _("It keeps the batch and tries again. Bring the agent up to date."),
        )
    if report.refused is not None:
        number, problems = report.refused
        yield Remark(
            "refused",
            Level.NOW,
            _("It refused configuration {number}: {problems}").format(
                number=number,
                problems=" · ".join(f"{where}: {say(what)}" for where, what in problems),
            ),
            _("Correct it. Until then the agent goes on with the one before."),
            "agent",
        )
    elif (facts.wanted or 0) > (report.applied or 0) and now_us - report.seen_us <= SILENT_US:
        yield Remark(
            "applying",
            Level.SOON,
            _("Configuration {wanted} is on its way; {applied} is in force.").format(
                wanted=facts.wanted, applied=report.applied or 0
            ),
        )


def _of_data(facts: Facts, offset_us: int) -> Iterator[Remark]:
    if facts.missing:
        yield Remark(
            "missing",
            Level.NOW,
            _missing(facts.missing),
            _("Note the hour and tell whoever runs this server."),
            "books",
        )
    if facts.held_points:
        yield Remark(
            "held",
            Level.SOON,
            ngettext(
                "{n:,} point waits in quarantine.",
                "{n:,} points wait in quarantine.",
                facts.held_points,
            ).format(n=facts.held_points),
            _("Read why, mend what is wrong, and take them in again."),
            "held",
        )
    if silences := evidence.together(facts.gaps or ()):
        longest = max(end - start for start, end, _tags in silences)
        yield Remark(
            "gaps",
            Level.SOON,
            ngettext(
                "{n} gap within the last 24 hours, of {span}.",
                "{n} gaps within the last 24 hours, the longest of {span}.",
                len(silences),
            ).format(n=len(silences), span=spoken(longest)),
            _("Read why they are there."),
            "source",
        )
    yield from _of_times(facts, offset_us)


def _of_times(facts: Facts, offset_us: int) -> Iterator[Remark]:
    """Say what the times of the newest point tell, where no machine's clock was named yet."""
    drivers = facts.report.drivers if facts.report else ()
    if any(clocks.look(driver.lag_us, offset_us, driver.kind) for driver in drivers):
        return
    off = clocks.look(facts.delay_us, offset_us)
    if off and off.why is not clocks.Why.CLOCK:
        yield Remark(
            "machine_clock",
            Level.SOON,
            _("The times of its points are {off}.").format(off=off.headline),
            f"{off.guess} {off.todo}",
            "clock",
        )
    elif facts.delay_us is not None and facts.delay_us > LATE_US:
        yield Remark(
            "late",
            Level.SOON,
            _("Its points come {span} after the time they carry.").format(
                span=spoken(facts.delay_us)
            ),
            _("Files that are written late come late; for other machines look at the clock."),
        )


def _missing(missing: int) -> str:
    if missing > 0:
        return ngettext(
            "{n:,} point of the last day came in and is not accounted for.",
            "{n:,} points of the last day came in and are not accounted for.",
            missing,
        ).format(n=missing)
    return ngettext(
        "{n:,} point of the last day was accounted for without having come in.",
        "{n:,} points of the last day were accounted for without having come in.",
        -missing,
    ).format(n=-missing)
