"""Public errors as JSON, from a run's process to the one that waits for it."""

from collections.abc import Iterator, Mapping
from typing import Any

from deungdae.records.errors import PublicError


def to_document(error: PublicError) -> dict[str, Any]:
    """Return the error's class and its relations, its template and its values."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, PublicError)]
    template, values = error.message.template, dict(error.message.values)
    return {"kinds": kinds, "template": template, "values": values}


def from_document(document: Mapping[str, Any]) -> PublicError:
    """Rebuild the error; a class that this process does not know becomes its nearest relation."""
    known = {kind.__name__: kind for kind in _family(PublicError)}
    kind = next(known[name] for name in document["kinds"] if name in known)
    return kind(document["template"], **document["values"])


def _family(kind: type[PublicError]) -> Iterator[type[PublicError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)
