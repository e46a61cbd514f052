"""The tags of an organisation for any app: what people said of them, and what the history knows.

The app that lets people describe tags adds a describer; apps beside it, such as the one for
analyses, ask here and need not know it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope

KINDS: Final = ("float", "int", "bool", "text")  #: by the code of a point's kind
SECONDS: Final = 10.0  #: for the history to answer
_ZERO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Described:
    """What people said of a tag; `site` is the key of its site, None for the main one."""

    path: str
    label: str = ""
    unit: str = ""
    expected_seconds: float | None = None
    site: int | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that was described or sent something; `kind` and `last_time` are of its last point.

    Both are None while nothing came.
    """

    about: Described
    kind: str | None = None
    last_time: datetime | None = None

    @property
    def path(self) -> str:
        """Its name in the history."""
        return self.about.path

    @property
    def shown(self) -> str:
        """Its label, or else its name."""
        return self.about.label or self.about.path

    @property
    def is_text(self) -> bool:
        """Whether its values are texts, such as lots."""
        return self.kind == "text"


Describer = Callable[[Scope, Organisation], Iterable[Described]]

_describers: list[Describer] = []


def add(describer: Describer) -> None:
    """Let an app describe tags; adding it twice changes nothing."""
    if describer not in _describers:
        _describers.append(describer)


def described(scope: Scope, organisation: Organisation) -> dict[str, Described]:
    """Return the tags of which somebody said something, by path."""
    found: dict[str, Described] = {}
    for describer in _describers:
        for about in describer(scope, organisation):
            found.setdefault(about.path, about)
    return found


def known(scope: Scope, organisation: Organisation) -> list[Tag]:
    """Return all tags of an organisation, by path.

    Raises `bus.Unavailable` and `bus.Refusal` when the history does not answer.
    """
    question = bus.Question("history", "tags", str(organisation.public_id), within=SECONDS)
    with line.ask(question) as answer:
        heard: Mapping[str, Mapping[str, Any]] = {tag["tag"]: tag for tag in answer.json()["tags"]}
    about = described(scope, organisation)
    return [
        _tag(about.get(path, Described(path)), heard.get(path))
        for path in sorted(about.keys() | heard.keys())
    ]


def moment(microseconds: int) -> datetime:
    """Return a time of the history as a moment."""
    return _ZERO + timedelta(microseconds=microseconds)


def _tag(about: Described, heard: Mapping[str, Any] | None) -> Tag:
    if heard is None:
        return Tag(about)
    return Tag(about, KINDS[heard["kind"]], moment(heard["time"]))
