"""What stands above the columns of an export, in the reader's language."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from deungdae.gateway.answering.exports.asked import Export
from deungdae.records.readings import Quality
from deungdae.reports.words import Words

#: With one of these at its beginning a spreadsheet takes a text for a formula, or hides it.
_DANGEROUS = "^[=+\\-@\t\r\n＝＋－＠]"


def of_points(export: Export) -> list[str]:
    """Return the headings of points: one row each."""
    words = Words(export.language)
    return [
        words.say("Time ({zone})", zone=export.zone.key),
        words.say("Time (UTC)"),
        words.say("Tag"),
        words.say("Value"),
        words.say("Unit"),
        words.say("Quality"),
        words.say("Sent by"),
        words.say("Received (UTC)"),
    ]


def of_buckets(export: Export) -> list[str]:
    """Return the headings of buckets: mean, smallest and largest value of each tag."""
    words = Words(export.language)
    found = [
        words.say("Time ({zone})", zone=export.zone.key),
        words.say("Time (UTC)"),
    ]
    for tag in export.wanted.tags:
        unit = f" [{export.units[tag]}]" if export.units.get(tag) else ""
        found += [
            words.say("{tag}, mean", tag=tag) + unit,
            words.say("{tag}, smallest", tag=tag) + unit,
            words.say("{tag}, largest", tag=tag) + unit,
        ]
    return found


def qualities(export: Export, column: pa.ChunkedArray) -> pa.Array:
    """Return qualities in words."""
    words = Words(export.language)
    names = {
        Quality.GOOD: words.say("Good"),
        Quality.UNCERTAIN: words.say("Uncertain"),
        Quality.BAD: words.say("Bad value"),
    }
    encoded = column.combine_chunks().dictionary_encode()
    told = [names.get(code, str(code)) for code in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(told, pa.string()), encoded.indices)


def units(export: Export, tags: pa.ChunkedArray) -> pa.Array:
    """Return the unit of each tag, empty where none is known."""
    encoded = tags.combine_chunks().dictionary_encode()
    told = [export.units.get(tag, "") for tag in encoded.dictionary.to_pylist()]
    return pc.take(pa.array(told, pa.string()), encoded.indices)


def harmless(texts: pa.Array) -> pa.Array:
    """Return texts that no spreadsheet calculates: a dangerous one gets an apostrophe before it."""
    return pc.if_else(
        pc.match_substring_regex(texts, _DANGEROUS),
        pc.binary_join_element_wise("'", texts, ""),
        texts,
    )


def harmless_words(headings: Sequence[str]) -> list[str]:
    """Return the same of headings."""
    found: list[str] = harmless(pa.array(list(headings), pa.string())).to_pylist()
    return found
