"""The check of the audit log from the command line."""

from collections.abc import Callable

from deungdae.reports.words import Words
from deungdae.web.project import start


def verify(words: Words, show: Callable[[str], None]) -> bool:
    """Check every chain and show one line each; say whether all are as they were written."""
    start.bring_tables_up_to_date()
    from deungdae.web.core import chain

    sound = True
    for found in chain.verify():
        name = found.organisation.name if found.organisation else words.say("this installation")
        if not found.faults:
            show(
                words.say(
                    "{name}: {count} entries as they were written, {erased} with erased words; "
                    "the last is {head}",
                    name=name,
                    count=found.entries,
                    erased=found.erased,
                    head=found.head[:16],
                )
            )
        for fault in found.faults:
            sound = False
            show(f"{name}: {_sentence(words, fault.what, fault.sequence)}")
    return sound


def _sentence(words: Words, what: str, place: int) -> str:
    said = {
        "missing": words.say(
            "Entry {place} is not in its place; one was removed or added.", place=place
        ),
        "order": words.say("Entry {place} does not follow from the one before it.", place=place),
        "changed": words.say("Entry {place} was changed.", place=place),
        "detail": words.say("The words of entry {place} were changed.", place=place),
        "end": words.say("The chain does not end where it should, at entry {place}.", place=place),
    }
    return said[what]
