"""Names of tags: what is typed becomes a path, and what a machine says becomes a proposal. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from deungdae.records.readings import MOST_PARTS, BadReading, tag_path

#: Folders of an OPC UA server that say nothing about the machine.
_EMPTY_WORDS: Final = frozenset({"objects", "root", "deviceset", "types", "views", "server"})


def path_below(prefix: str, typed: str) -> str:
    """Return a typed name as a tag path below the prefix of a site; raises `BadReading`."""
    name = "/".join(part.strip() for part in typed.strip().strip("/").split("/"))
    if prefix and name != prefix and not name.startswith(f"{prefix}/"):
        name = f"{prefix}/{name}"
    return str(tag_path(name))


def word(text: str) -> str:
    """Return a machine's word as one part of a tag: MeltTemp → melt_temp, 용융 온도 → 용융_온도."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", plain)
    plain = re.sub(r"[^\w.+%-]+", "_", plain).strip("_.").lower()
    return plain[:60]


def proposals(below: str, found: Sequence[Sequence[str]], taken: Iterable[str] = ()) -> list[str]:
    """Propose a path for each thing that a machine offers, each another one.

    `found` holds the words of each from the root of the machine's tree to its own name; `below` is
    the line and the asset. As many words from the end are taken as it needs to keep them apart.
    """
    names = [[w for w in map(word, words) if w and w not in _EMPTY_WORDS] or ["value"]
             for words in found]  # fmt: skip
    used = set(taken)
    room = max(1, MOST_PARTS - len([part for part in below.split("/") if part]))
    proposed = []
    for words in names:
        count = 1
        while (
            count < min(len(words), room) and sum(w[-count:] == words[-count:] for w in names) > 1
        ):
            count += 1
        rest = words[-count:]
        path = _joined(below, rest)
        number = 2
        while path in used:
            path = _joined(below, [*rest[:-1], f"{rest[-1]}_{number}"])
            number += 1
        used.add(path)
        proposed.append(path)
    return proposed


def _joined(below: str, words: list[str]) -> str:
    path = "/".join([*filter(None, below.split("/")), *words])
    try:
        return str(tag_path(path))
    except BadReading:
        return str(tag_path("/".join([*filter(None, below.split("/")), "value"])))
