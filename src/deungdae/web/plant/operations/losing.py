"""Why readings were lost on the plant floor, in words; the reasons are those of the agent."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deungdae.web.plant.operations.facts import Loss

#: Something is being lost that need not be, and somebody can stop it.
GRAVE: Final = frozenset(
    {"overflow_oldest", "overflow_new", "disk", "refused_by_server", "queue_overflow"}
)

__all__ = ["GRAVE", "Loss", "because", "sentence", "todo"]


def sentence(loss: Loss) -> str:
    """Say how much was lost at which machine, and why."""
    if loss.reason == "gap":
        return ngettext(
            "{source} could not be reached {n:,} time.",
            "{source} could not be reached {n:,} times.",
            loss.readings,
        ).format(n=loss.readings, source=loss.source)
    return ngettext(
        "{n:,} reading of {source} was lost: {because}",
        "{n:,} readings of {source} were lost: {because}",
        loss.readings,
    ).format(n=loss.readings, source=loss.source, because=because(loss.reason))


def because(reason: str) -> str:
    """Return why readings were lost, as the end of a sentence."""
    known = {
        "overflow_oldest": _("the buffer of the agent was full, and the oldest made room."),
        "overflow_new": _("the buffer of the agent was full, and new ones were not taken."),
        "disk": _("the disk of the agent's computer was full or broken."),
        "refused_by_server": _("the server could not read a batch; the agent set it aside."),
        "queue_overflow": _("the machine produced faster than it was read."),
        "unreadable": _("a line, message or row could not be understood."),
        "gap": _("the machine could not be reached."),
        "time_out_of_range": _("their times lie outside the years 1900 to 2199."),
        "not_finite": _("they are no finite numbers."),
        "int_out_of_range": _("their whole numbers need more than 64 bits."),
        "text_length": _("their texts are longer than 64 KiB."),
        "text_characters": _("their texts hold half a character."),
    }
    return known.get(reason) or _("the agent calls the reason “{reason}”.").format(reason=reason)


def todo(reason: str) -> str:
    """Return what to do so that no more is lost for this reason."""
    buffer = _("Give the agent a larger buffer, or mend its line to this server.")
    known = {
        "overflow_oldest": buffer,
        "overflow_new": buffer,
        "disk": _("Make room on the disk of that computer, or replace it."),
        "refused_by_server": _(
            "The bytes lie in the agent's folder “refused”; bring it up to date."
        ),
        "queue_overflow": _("Read fewer tags or less often, or give the agent a faster computer."),
        "gap": _("Look at the machine and its network."),
        "unreadable": _("Look at what the machine writes, and correct the driver's options."),
    }
    return known.get(reason) or _("Look at what the machine sends.")
