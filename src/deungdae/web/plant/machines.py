"""The kinds of machines that an agent reads, and what a person says of each, in plain words.

The names, choices and bounds are those of the drivers' own configurations; a test holds them to
the drivers, which this package must not know. Passwords are never typed here: they stand in files
on the plant PC, and only the name of the file is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Option:
    """One field of a driver's configuration. `default` None: it must be said.

    `type` is text, area, choice, whole, number, switch, texts, tag, zone or file (a file on the
    plant PC). One that is `more` stands folded under the others. `shown_if` are (option, values).
    """

    name: str
    type: str
    word: Any
    help: Any = ""
    default: Any = None
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str, Any], ...] = ()
    more: bool = False
    example: str = ""

    @property
    def required(self) -> bool:
        """Whether a driver cannot do without it."""
        return self.default is None


@dataclass(frozen=True)
class Kind:
    """One kind of machine, as a person would call it."""

    code: str
    name: Any
    sentence: Any
    icon: str
    options: tuple[Option, ...]
    parts: tuple[Option, ...] = ()  #: of each value or topic that is written down by hand
    part: str = ""  #: the name of their table in the configuration

    @property
    def browsed(self) -> bool:
        """Whether the machine tells what it has, and some of it is chosen by name."""
        return self.code == "opcua"

    @property
    def written(self) -> bool:
        """Whether values are written down one by one."""
        return bool(self.parts)


_TIMEOUT = _("Seconds to wait for an answer")
_EVERY = _("Seconds between two readings")
_ZONE = Option(
    "time_zone", "zone", _("Time zone of its times"), _("For times that name no zone."),
    default="Asia/Seoul", more=True,
)  # fmt: skip
_FILE = _("The name of a file in the folder “secrets” of the agent on that PC.")
_PASSWORD = Option(
    "password_file", "file", _("File with the password"),
    _("The password stays on that PC: write it into a file in the folder “secrets” of the agent "
      "there, and type the file's name here."),
    default="", example="press3-password",
)  # fmt: skip
_USER = Option("user", "text", _("User name"), default="")
_PREFIX = Option(
    "prefix", "tag", _("Line and asset"), _("The beginning of every tag, such as line1/press3."),
    example="line1/press3",
)  # fmt: skip
_TEXTS = Option(
    "text_columns", "texts", _("Columns that hold words"),
    _("Separated by commas. In all other columns a word counts as unreadable."), default=(),
)  # fmt: skip

OPCUA: Final = Kind(
    "opcua", _("OPC UA server"),
    _("Newer controllers and machines. You see what the machine offers, and choose."), "link",
    (
        Option("url", "text", _("Address"), example="opc.tcp://192.168.0.20:4840"),
        Option(
            "security", "choice", _("Security"),
            _("As the machine offers it. With a certificate the machine must trust the agent's."),
            choices=(("none", _("none")), ("Basic256Sha256", "Basic256Sha256"),
                     ("Aes128Sha256RsaOaep", "Aes128-Sha256-RsaOaep"),
                     ("Aes256Sha256RsaPss", "Aes256-Sha256-RsaPss")),
            default="none",
        ),
        _USER,
        _PASSWORD,
        Option(
            "mode", "choice", _("With security"),
            choices=(("SignAndEncrypt", _("signed and encrypted")), ("Sign", _("signed only"))),
            default="SignAndEncrypt", more=True,
        ),
        Option("certificate_file", "file", _("Certificate of the agent"),
               _("In the folder “secrets” of the agent on that PC; this makes it there: deungdae "
                 "edge certificate"), default="",
               more=True, example="client.der"),
        Option("key_file", "file", _("Key of the agent's certificate"), _FILE, default="",
               more=True, example="client-key.pem"),
        Option("server_certificate_file", "file", _("Certificate of the machine"),
               _("Without it the one that the machine offers is believed."), default="", more=True,
               example="server.der"),
        Option("application_uri", "text", _("Application URI"), _("As it stands in the agent's "
               "certificate."), default="", more=True, example="urn:deungdae:edge"),
        Option("sampling_ms", "whole", _("Milliseconds between two looks of the machine"),
               default=100, low=10, high=3_600_000, more=True),
        Option("publishing_ms", "whole", _("Milliseconds between two messages of the machine"),
               default=500, low=10, high=3_600_000, more=True),
        Option("timeout_seconds", "number", _TIMEOUT, default=10.0, low=0.5, high=120, more=True),
    ),
)  # fmt: skip
MODBUS: Final = Kind(
    "modbus", _("Modbus TCP device"),
    _("Older controllers, meters, converters. You write down its registers, and try them."),
    "table",
    (
        Option("host", "text", _("Address"), example="192.168.0.10"),
        Option("port", "whole", _("Port"), default=502, low=1, high=65535),
        Option("every_seconds", "number", _EVERY, default=1.0, low=0.02, high=86_400),
        Option("unit", "whole", _("Unit number"), _("Of the device behind this address."),
               default=1, low=0, high=255, more=True),
        Option("timeout_seconds", "number", _TIMEOUT, default=3.0, low=0.1, high=60, more=True),
        Option("most_gap", "whole", _("Registers that may be read along"),
               _("Between two that are wanted, so that it is asked less often."),
               default=8, low=0, high=100, more=True),
    ),
    (
        Option("tag", "tag", _("Tag"), example="line1/press1/melt_temperature"),
        Option("table", "choice", _("Table"), default="holding",
               choices=(("holding", _("holding registers")), ("input", _("input registers")),
                        ("coil", _("coils")), ("discrete", _("discrete inputs")))),
        Option("address", "whole", _("Address"), low=0, high=65535, example="100"),
        Option("type", "choice", _("Type"), default="",
               choices=(("int16", "int16"), ("uint16", "uint16"), ("int32", "int32"),
                        ("uint32", "uint32"), ("int64", "int64"), ("uint64", "uint64"),
                        ("float32", "float32"), ("float64", "float64"), ("bool", "bool"))),
        Option("order", "choice", _("Byte order"), default="ABCD",
               choices=(("ABCD", "ABCD"), ("CDAB", "CDAB"), ("BADC", "BADC"), ("DCBA", "DCBA"))),
        Option("bit", "whole", _("Bit"), default="", low=0, high=15),
        Option("scale", "number", _("Times"), default="", low=-1e12, high=1e12, example="0.1"),
        Option("offset", "number", _("Plus"), default="", low=-1e12, high=1e12),
    ),
    "value",
)  # fmt: skip
MQTT: Final = Kind(
    "mqtt", _("MQTT broker"),
    _("Sensors and gateways that publish numbers or JSON. For Sparkplug B, register a group."),
    "globe",
    (
        Option("host", "text", _("Address"), example="192.168.0.30"),
        Option("port", "whole", _("Port"), default=8883, low=1, high=65535),
        Option("tls", "switch", _("Encrypted (TLS)"),
               _("Without it no password can be used, for it would travel in plain words."),
               default=True),
        Option("client_id", "text", _("Name at the broker"),
               _("One session at the broker: another one for each agent."),
               example="deungdae-press-shop"),
        _USER,
        _PASSWORD,
        Option("ca_file", "file", _("Certificate of the broker's authority"), _FILE, default="",
               more=True, example="broker-ca.pem"),
        Option("keep_alive_seconds", "whole", _("Seconds between two signs of life"), default=30,
               low=5, high=3600, more=True),
    ),
    (
        Option("filter", "text", _("Topic"), _("+ stands for one part, # at the end for the rest."),
               example="press/+/melt"),
        Option("tag", "tag", _("Line and asset"), _("The topic follows it."), example="line1"),
        Option("payload", "choice", _("Content"), default="number",
               choices=(("number", _("number")), ("text", _("text")), ("json", "JSON"))),
        Option("fields", "texts", _("JSON: members"), default=(), example="temperature, pressure"),
        Option("time_field", "text", _("JSON: member with the time"), default="", example="time"),
    ),
    "topic",
)  # fmt: skip
FILES: Final = Kind(
    "files", _("Folder of tables"),
    _("CSV or Excel files that a machine or a person drops into a folder."), "file",
    (
        Option("folder", "text", _("Folder on that PC"), example="D:/results"),
        Option("pattern", "text", _("Files"), _("*.csv or *.xlsx. A file may grow at its end."),
               default="*.csv"),
        _PREFIX,
        Option("time_column", "text", _("Column with the time"), example="time"),
        Option(
            "layout", "choice", _("What a row is"),
            choices=(("wide", _("a column for each tag")), ("long", _("a row for each value"))),
            default="wide",
        ),
        _TEXTS,
        Option("tag_column", "text", _("Column with the rest of the tag"),
               _("Only where a row is one value."), default="", more=True),
        Option("value_column", "text", _("Column with the value"),
               _("Only where a row is one value."), default="", more=True),
        Option("time_format", "text", _("How times are written"),
               _("Only if it is unusual, such as %d.%m.%Y %H:%M:%S."), default="", more=True),
        _ZONE,
        Option("encoding", "choice", _("Characters"), default="utf-8-sig", more=True,
               choices=(("utf-8-sig", "UTF-8"), ("cp949", _("Korean Windows (CP949)")))),
        Option("delimiter", "text", _("Sign between two cells"), default=",", more=True),
        Option("every_seconds", "number", _("Seconds between two looks"), default=5.0, low=0.02,
               high=86_400, more=True),
        Option("settle_seconds", "number", _("Seconds at rest until a file is complete"),
               default=10.0, low=0, high=86_400, more=True),
    ),
)  # fmt: skip
SQL: Final = Kind(
    "sql", _("Database"),
    _("New rows of a table, such as that of an MES. It is asked again and again."), "history",
    (
        Option("url_file", "file", _("File with the address of the database"),
               _("It holds a password, so it stays on that PC: a file in the folder “secrets” of "
                 "the agent there, with a line such as postgresql+psycopg://name:password@host/db."),
               example="mes-url"),
        Option("query", "area", _("Question"),
               _("A SELECT with :after, which is the highest value of the counting column so far."),
               example="SELECT id, made_at, weight FROM shots WHERE id > :after ORDER BY id"),
        Option("cursor_column", "text", _("Counting column"), _("It rises from row to row."),
               example="id"),
        Option("time_column", "text", _("Column with the time"), example="made_at"),
        _PREFIX,
        _TEXTS,
        Option("every_seconds", "number", _("Seconds between two questions"), default=10.0,
               low=0.02, high=86_400),
        Option("cursor_type", "choice", _("The counting column is a"), default="number", more=True,
               choices=(("number", _("number")), ("text", _("text")), ("time", _("time")))),
        Option("start", "text", _("It begins after"), default="0", more=True),
        _ZONE,
    ),
)  # fmt: skip
SIMULATOR: Final = Kind(
    "simulator", _("Simulated shop"),
    _("Made-up values of three lines, to try everything without a machine."), "screen",
    (
        Option("prefix", "tag", _("Beginning of every tag"),
               _("So that nobody takes it for a machine."), default="demo"),
        Option("every_seconds", "number", _("Seconds between two values"), default=1.0, low=0.02,
               high=3600),
        Option("heater_drift", "number", _("Drift of one heater (°C an hour)"), default=0.5,
               low=-10, high=10, more=True),
        Option("wrong_clock_hours", "number", _("Hours by which one clock is wrong"), default=9.0,
               low=-24, high=24, more=True),
        Option("seed", "whole", _("Seed of the noise"), default=7, low=0, high=1 << 32, more=True),
    ),
)  # fmt: skip

KINDS: Final[Mapping[str, Kind]] = {
    kind.code: kind for kind in (OPCUA, MODBUS, MQTT, FILES, SQL, SIMULATOR)
}
