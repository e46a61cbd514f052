"""History of machines that was joined to a table, in words: its columns, and how it was joined."""

from collections.abc import Mapping
from typing import Any, Final

from deungdae.records.messages import Message, message
from deungdae.reports.words import Words

#: feature → what its column is called where the window lies before the part
_BEFORE: Final[Mapping[str, Message]] = {
    "mean": message("{tag} (mean of the {window} before)"),
    "min": message("{tag} (lowest of the {window} before)"),
    "max": message("{tag} (highest of the {window} before)"),
    "slope": message("{tag} (slope over the {window} before)"),
    "spread": message("{tag} (spread in the {window} before)"),
    "last": message("{tag} (last value)"),
}
_CYCLE: Final[Mapping[str, Message]] = {
    "mean": message("{tag} (mean of its cycle)"),
    "min": message("{tag} (lowest of its cycle)"),
    "max": message("{tag} (highest of its cycle)"),
    "slope": message("{tag} (slope over its cycle)"),
    "spread": message("{tag} (spread in its cycle)"),
    "last": message("{tag} (last value)"),
}
_LOT: Final[Mapping[str, Message]] = {
    "mean": message("{tag} (mean of its lot)"),
    "min": message("{tag} (lowest of its lot)"),
    "max": message("{tag} (highest of its lot)"),
    "slope": message("{tag} (slope over its lot)"),
    "spread": message("{tag} (spread in its lot)"),
    "last": message("{tag} (last value)"),
}
_NAMES: Final = {"time": _BEFORE, "cycle": _CYCLE, "lot": _LOT, "span": _LOT}
_SHOWN: Final = 5  #: tags that are named where there may be many


def in_words(words: Words, understanding: Mapping[str, Any], *documents: Any) -> tuple[Any, ...]:
    """Return the understanding and plain documents with columns of history named in this language.

    Nothing changes without any, nor at a second time.
    """
    names = _names(words, understanding)
    if not names:
        return understanding, *documents
    return tuple(_renamed(plain, names) for plain in (understanding, *documents))


def joined_facts(words: Words, understanding: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (label, value) of what was joined to the table and how; nothing without history."""
    joined = understanding.get("joined")
    if not joined:
        return []
    facts = [(words.say("Data of the machines"), _way(words, joined))]
    counts = words.say(
        "{heard} of {parts} parts have history, of {tags} tags",
        heard=joined["heard"],
        parts=joined["parts"],
        tags=joined["tags"],
    )
    facts.append((words.say("Parts with history"), counts))
    silent = joined["silent"]
    if silent:
        shown = words.listed(silent[:_SHOWN]) + (" …" if len(silent) > _SHOWN else "")
        facts.append((words.say("Tags without any value"), shown))
    if joined["several"]:
        said = words.say(
            "{parts}: the latest before the part was taken, or the longest", parts=joined["several"]
        )
        facts.append((words.say("Parts whose lot or number came several times"), said))
    return facts


def span(words: Words, seconds: float) -> str:
    """Return a length of time in its roundest unit: 30 s, 5 min, 2 h."""
    if seconds >= 3600 and seconds % 3600 == 0:
        return words.say("{n} h", n=seconds / 3600)
    if seconds >= 60 and seconds % 60 == 0:
        return words.say("{n} min", n=seconds / 60)
    return words.say("{n} s", n=seconds)


def _names(words: Words, understanding: Mapping[str, Any]) -> dict[str, str]:
    joined = understanding.get("joined")
    if not joined:
        return {}
    templates = _NAMES[joined["by"]]
    window = span(words, joined["window_s"]) if joined["window_s"] else ""
    names: dict[str, str] = {}
    taken = {c["name"] for c in understanding["columns"]} - set(joined["columns"])
    for column, known in joined["columns"].items():
        template = templates[known["feature"]]
        # Two tags may have one label: the path tells them apart.
        for tag in (known["label"] or known["tag"], known["tag"], column):
            name = words.say(template.template, tag=tag, window=window)
            if name not in taken:
                break
        taken.add(name)
        names[column] = name
    return names


def _renamed(plain: Any, names: Mapping[str, str]) -> Any:
    if isinstance(plain, str):
        return names.get(plain, plain)
    if isinstance(plain, Mapping):
        return {names.get(key, key): _renamed(value, names) for key, value in plain.items()}
    if isinstance(plain, list | tuple):
        return [_renamed(value, names) for value in plain]
    return plain


def _way(words: Words, joined: Mapping[str, Any]) -> str:
    if joined["by"] == "cycle":
        tag, column = joined["cycle"]
        said = words.say("the machine cycle of each part, by the counter {tag}", tag=tag)
        if column:
            said = words.say(
                "the machine cycle of each part, by the counter {tag} and the column {column}",
                tag=tag,
                column=column,
            )
    elif joined["by"] == "lot":
        tag, column = joined["lot"]
        said = words.say(
            "the time in which {tag} showed the lot of the column {column}", tag=tag, column=column
        )
    elif joined["by"] == "span":
        start, end = joined["span"]
        said = words.say("the time from {start} to {end}", start=start, end=end)
    else:
        said = words.say("the {window} before each part", window=span(words, joined["window_s"]))
    if joined["delay_s"] and joined["time"]:
        delay = words.say(
            "made {delay} before its time in {column}",
            delay=span(words, joined["delay_s"]),
            column=joined["time"],
        )
        said = words.listed([said, delay])
    if joined["line"]:
        said = words.listed([said, words.say("line by {column}", column=joined["line"])])
    return said
