"""Drivers: one folder each, found by its name in a configuration.

A folder holds `config.py` (reads and checks a configuration, connects to nothing), `driver.py`
(class `Driver`), `sample.toml` and, where bytes become values, `decode.py`. A driver answers four
questions: is this configuration valid (`read`), what is there (`browse`), what is it now (`run`),
and what was lost (`Sink.lose`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module, resources
from threading import Event
from typing import NamedTuple, Protocol

from deungdae.edge.about import About
from deungdae.edge.fields import Fields
from deungdae.records.errors import PublicError
from deungdae.records.messages import Message, message
from deungdae.records.readings import Quality, Reading, Value

#: name → the extra that brings its library; "" where none is needed
DRIVERS: Mapping[str, str] = {
    "files": "",
    "simulator": "",
    "modbus": "edge-modbus",
    "opcua": "edge-opcua",
    "mqtt": "edge-mqtt",
    "sql": "edge-sql",
}
#: drivers that go on where they were, so that stopping one and starting it again is no gap
RESUMING = frozenset({"files", "mqtt", "sql"})


class DriverFailed(PublicError):  # noqa: N818 - the word a reader would say
    """The machine cannot be reached or refused us; starting again may help."""


class DriverMissing(PublicError):  # noqa: N818
    """The driver's library is not installed; starting again does not help."""


class Found(NamedTuple):
    """One thing that a machine offers, with its present value."""

    address: str  #: as it is written in a configuration
    name: str
    value: Value
    kind: str  #: the machine's own word for the type, such as float32
    quality: Quality = Quality.GOOD
    path: str = ""  #: where it stands among the machine's things, such as Press/Barrel
    unit: str | None = None  #: as the machine calls it


class Sink(Protocol):
    """Where a driver's readings go. Every call may raise `BufferClosed` when the agent stops."""

    def take(self, readings: Iterable[Reading], bookmarks: Mapping[str, str] | None = None) -> int:
        """Keep readings on disk, and with them how far the source has been read."""

    def bookmark(self, key: str) -> str | None:
        """Return how far the source has been read."""

    def lose(self, reason: str, readings: int, first_us: int, last_us: int) -> None:
        """Count what was lost before it could be taken."""

    def note(self, problem: Message | None) -> None:
        """Say what is wrong at the machine, for the status; `None` when all is well."""


class Driver(Protocol):
    """Reads one machine. Runs in a thread of its own."""

    def browse(self, most: int) -> Iterator[Found]:
        """Yield up to `most` things with their present values; raise `DriverFailed`."""

    def run(self, sink: Sink, stop: Event) -> None:
        """Read until `stop` is set; raise `DriverFailed` where starting again may help."""


class Recipe(NamedTuple):
    """A checked configuration of a driver: `make` connects to nothing yet."""

    make: Callable[[], Driver]
    tags: Sequence[str]  #: the tags it will yield, where they are known beforehand
    about: Mapping[str, About] = {}  #: tag → what the configuration tells of it


def read(kind: str, fields: Fields) -> Recipe:
    """Read the configuration of a driver of a known kind; problems go to `fields`."""
    try:
        module = import_module(f"deungdae.edge.drivers.{kind}.config")
    except ModuleNotFoundError as error:
        name = str(error.name)
        fields.complain(
            message("The driver {kind} needs {name}, which is not installed.", kind=kind, name=name)
        )
        return Recipe(_missing, [])
    fields.asked |= {"kind", "name"}
    recipe: Recipe = module.read(fields)
    fields.close()
    return recipe


def _missing() -> Driver:
    raise AssertionError("a configuration that has problems is not used")


def sample(kind: str) -> str:
    """Return the sample configuration of a driver: the text of its `sample.toml`."""
    return (
        resources.files(f"deungdae.edge.drivers.{kind}").joinpath("sample.toml").read_text("utf-8")
    )
