"""How a table of the lake is named: by a person's name for it and by the folder it lies in."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from deungdae.records.errors import UnusableOption

MAXIMUM_NAME = 200  #: characters in the name of a table


@dataclass(frozen=True)
class TableRef:
    """One version of one table; what it points at never changes."""

    name: str
    version: int

    def document(self) -> dict[str, Any]:
        """Return it as a plain dict (JSON)."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Rebuild what `document` gave; raises UnusableOption when it is something else."""
        name, version = document.get("name"), document.get("version")
        if not isinstance(name, str) or type(version) is not int or len(document) != 2:
            raise UnusableOption(
                "A table is given by its name and its version number, not by {given}.",
                given=str(dict(document)),
            )
        return cls(name, version)


def folder_name(name: str) -> str:
    """Return the folder of the table called `name`: ASCII letters for people, a hash to be unique.

    A name may hold any printable character, Korean and slashes too, because it never becomes a
    path itself. Raises UnusableOption for an empty, overlong or unprintable name.
    """
    plain = unicodedata.normalize("NFC", name).strip()
    if not plain or len(plain) > MAXIMUM_NAME or not plain.isprintable():
        raise UnusableOption(
            "A table's name needs 1 to {maximum} printable characters; {name} is none.",
            maximum=MAXIMUM_NAME,
            name=repr(name[: MAXIMUM_NAME + 1]),
        )
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower())[:40].strip("-")
    digest = hashlib.sha256(plain.encode()).hexdigest()[:12]
    return f"{words}-{digest}" if words else digest
