"""What the buckets hold: typed records, each under a key that its names make.

The web writes agents, tokens, tags, quotas, joins, wanted and sparkplug; the gateway writes how far
an agent has come, that a code was used, and status. What the monitor is to look at (assets,
calendars, alarms, watches) the web writes too; the monitor reads the documents in them.
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from deungdae.bus.streams import word

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Agent:
    """An edge agent: how far it has come and whether it may go on.

    Two programs write it: change it with `Mirror.change`, or the sequence of the other is lost.
    """

    organisation: str
    edge: str
    sequence: int = 0  #: last batch that was stored
    revoked: bool = False
    about: dict[str, Any] = field(default_factory=dict)  #: what the web keeps on it


@dataclass(frozen=True)
class Token:
    """What the bearer of a token may do; `rights` are words such as "write" and "edge"."""

    organisation: str
    source: str
    rights: list[str]
    buckets: dict[str, str] | None = None  #: name of an InfluxDB bucket → prefix of tag paths
    edge: str | None = None  #: the only edge it may speak for
    names: list[str] = field(default_factory=list)  #: of the organisation, as clients may say it
    revoked: bool = False


@dataclass(frozen=True)
class Shift:
    """How far a machine's clock is put right on the way in. Times are in microseconds.

    It counts for readings that were received at `from_us` or later and before `until_us`, by the
    clock of whoever received them; what came before is repaired in the lake.
    """

    prefix: str  #: of tag paths, in whole parts; "" is every tag of the source. The longest counts
    shift_us: int  #: is added to the time of each reading
    from_us: int
    until_us: int | None = None


@dataclass(frozen=True)
class TagMap:
    """How the names of one source become tag paths; a name that is missing keeps its own.

    A name is the path that the source's point would have without this map, as the lake shows it.
    """

    organisation: str
    source: str
    paths: dict[str, str]
    units: dict[str, str] = field(default_factory=dict)  #: by path, as what follows
    expected_seconds: dict[str, float] = field(default_factory=dict)
    shifts: list[Shift] = field(default_factory=list)


@dataclass(frozen=True)
class Quota:
    """How much an organisation may send."""

    organisation: str
    points_per_minute: int


@dataclass(frozen=True)
class Join:
    """A code with which one computer becomes an edge agent, once.

    Whoever was given the code gets a token of the edge; its SHA-256 then stands in `token`, so that
    the web can keep it among its own.
    """

    organisation: str
    edge: str
    source: str
    expires_us: int
    organisation_name: str = ""
    site_name: str = ""
    used_us: int | None = None
    token: str | None = None  #: SHA-256 of the token that was given out
    attempt: str | None = None  #: SHA-256 of what the agent called its attempt
    host: str = ""  #: name of the computer that joined
    version: str = ""  #: of the agent there


@dataclass(frozen=True)
class Wanted:
    """What an edge agent is to do: `drivers` and `send` as its configuration file has them."""

    organisation: str
    edge: str
    number: int  #: another with each change
    drivers: list[dict[str, Any]]
    send: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """When a sender was heard last, and what it said of itself. Times in microseconds."""

    organisation: str
    edge: str  #: an edge agent, or the source that a token for lines names
    seen_us: int  #: any call, by the gateway's clock
    batch_us: int | None = None  #: last batch that was stored, by the gateway's clock
    clock_error_us: int | None = None  #: agent's clock minus the gateway's, measured here
    refusal: str | None = None  #: why its last points were not taken, in English; None: they were
    refusal_said: dict[str, Any] | None = None  #: the same for people: template and values
    document: dict[str, Any] = field(default_factory=dict)  #: the last status it sent


@dataclass(frozen=True)
class SparkplugGroup:
    """Whose points a Sparkplug group sends; its tags begin with `prefix`, if there is one.

    `password` is the bcrypt hash of the password of its edge nodes at the embedded broker; without
    one none of them may enter there.
    """

    organisation: str
    group: str
    source: str
    prefix: str = ""
    revoked: bool = False
    password: str = ""


@dataclass(frozen=True)
class Asset:
    """A line or a machine: whose it is, which signals tell of it, when it is meant to work.

    What the document holds stands in `monitor.definitions`.
    """

    organisation: str
    asset: str
    document: dict[str, Any]


@dataclass(frozen=True)
class Calendar:
    """A shift calendar, with all its versions and exceptions."""

    organisation: str
    calendar: str
    document: dict[str, Any]


@dataclass(frozen=True)
class AlarmRule:
    """What is to raise an alarm, how it is told, and to whom."""

    organisation: str
    rule: str
    document: dict[str, Any]


@dataclass(frozen=True)
class Watch:
    """Tags of a machine that are watched together, and the good time they are compared with."""

    organisation: str
    watch: str
    document: dict[str, Any]


Record = TypeVar(
    "Record",
    Agent,
    Token,
    TagMap,
    Quota,
    Join,
    Wanted,
    Status,
    SparkplugGroup,
    Asset,
    Calendar,
    AlarmRule,
    Watch,
)


def digest(token: str) -> str:
    """Return the SHA-256 of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two digests in a time that tells nothing about where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True)
class Bucket(Generic[Record]):
    """The name of a bucket, what it holds and under which key."""

    name: str
    kind: type[Record]
    key: Callable[..., str]


def _digest_key(key: str) -> str:
    if _DIGEST.fullmatch(key) is None:
        raise ValueError("a token or a code is kept under its SHA-256 only")
    return key


def _pair_key(organisation: str, name: str) -> str:
    return f"{word(organisation)}.{word(name)}"


AGENTS = Bucket("agents", Agent, _pair_key)
TOKENS = Bucket("tokens", Token, _digest_key)
TAGS = Bucket("tags", TagMap, _pair_key)
QUOTAS = Bucket("quotas", Quota, word)
JOINS = Bucket("joins", Join, _digest_key)
WANTED = Bucket("wanted", Wanted, _pair_key)
STATUS = Bucket("status", Status, _pair_key)
SPARKPLUG = Bucket("sparkplug", SparkplugGroup, word)
ASSETS = Bucket("assets", Asset, _pair_key)
CALENDARS = Bucket("calendars", Calendar, _pair_key)
ALARMS = Bucket("alarms", AlarmRule, _pair_key)
WATCHES = Bucket("watches", Watch, _pair_key)
