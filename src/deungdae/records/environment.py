"""The settings of the program: each has a name, a default and a sentence.

They come from environment variables, and only from here. An unknown `DEUNGDAE_…` variable or a
value that makes no sense stops the start by name, rather than being ignored.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deungdae.records.errors import UnusableOption

PREFIX = "DEUNGDAE_"
LANGUAGES = ("ko", "en")
LOOPBACK = ("localhost", "127.0.0.1", "::1")  #: what is said there leaves no machine
SMALLEST_RUN_MEMORY = 256 << 20  #: bytes; the libraries of a run alone need about 200 MiB

_UNITS = {"": 1, "B": 1}
_UNITS |= {unit: 1000**power for power, unit in enumerate(("KB", "MB", "GB", "TB"), 1)}
_UNITS |= {unit: 1024**power for power, unit in enumerate(("KIB", "MIB", "GIB", "TIB"), 1)}


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its default as a person would write it, its meaning."""

    name: str
    default: str
    sentence: str


HOME = Setting(
    "DEUNGDAE_HOME",
    ".deungdae",
    "The folder that holds everything that is kept: originals, tables, runs. "
    "A relative path starts at the current folder.",
)
RUN_MEMORY = Setting(
    "DEUNGDAE_RUN_MEMORY",
    "6GiB",
    "The most memory that one run may occupy, such as 900MiB or 6GiB, at least 256MiB.",
)
HISTORY_MEMORY = Setting(
    "DEUNGDAE_HISTORY_MEMORY",
    "1GiB",
    "The most memory that questions to the history may occupy together, such as 512MiB or 4GiB, "
    "at least 128MiB.",
)
TIME_ZONE = Setting(
    "DEUNGDAE_TIME_ZONE",
    "Asia/Seoul",
    "The time zone of times in a file that name none, as the IANA database calls it.",
)
LANG = Setting(
    "DEUNGDAE_LANG",
    "ko if LC_ALL or LANG begins with ko, otherwise en",
    "The language of messages and reports: ko or en.",
)
DATABASE_URL = Setting(
    "DEUNGDAE_DATABASE_URL",
    "sqlite",
    "The database of the web: sqlite (a file in DEUNGDAE_HOME), or "
    "postgresql://NAME:PASSWORD@HOST:PORT/DATABASE.",
)
SECRET_KEY_FILE = Setting(
    "DEUNGDAE_SECRET_KEY_FILE",
    "secret-key in DEUNGDAE_HOME/web",
    "The file with the key that signs sessions and links.",
)
HOSTS = Setting(
    "DEUNGDAE_HOSTS",
    "localhost,127.0.0.1,[::1]",
    "The names under which browsers may call the web, separated by commas.",
)
BIND = Setting(
    "DEUNGDAE_BIND",
    "127.0.0.1:8000",
    "The address and port at which the web listens.",
)
HTTPS = Setting(
    "DEUNGDAE_HTTPS",
    "no",
    "Whether browsers reach the web by HTTPS, through a reverse proxy: yes or no.",
)
UPLOAD_QUOTA = Setting(
    "DEUNGDAE_UPLOAD_QUOTA",
    "20GiB",
    "How much one organisation may keep in uploaded files, such as 900MiB or 20GiB.",
)
EMAIL_URL = Setting(
    "DEUNGDAE_EMAIL_URL",
    "none",
    "The mail server that carries invitations, alarms and shift reports: none, or "
    "smtp://HOST:PORT, smtps://HOST:PORT or smtp+plain://HOST:PORT.",
)
EMAIL_SECRET_FILE = Setting(
    "DEUNGDAE_EMAIL_SECRET_FILE",
    "none",
    "The file with NAME:PASSWORD for the mail server.",
)
EMAIL_FROM = Setting(
    "DEUNGDAE_EMAIL_FROM",
    "deungdae@localhost",
    "The sender of e-mail.",
)
WEB_URL = Setting(
    "DEUNGDAE_WEB_URL",
    "https:// or http:// and the first name of DEUNGDAE_HOSTS",
    "The address at which people reach the web, as links in mails tell it: https://HOST[:PORT].",
)
WEBHOOK_PRIVATE = Setting(
    "DEUNGDAE_WEBHOOK_PRIVATE",
    "refuse",
    "Whether channels may send to addresses inside the own network, such as a server of the "
    "factory: allow or refuse.",
)
STYLEGUIDE = Setting(
    "DEUNGDAE_STYLEGUIDE",
    "no",
    "Whether the page /styleguide/ shows every part of the design: yes or no.",
)
BUS_URL = Setting(
    "DEUNGDAE_BUS_URL",
    "embedded",
    "The bus between gateway, writer and web: embedded (a process of our own), or "
    "nats://HOST:PORT or tls://HOST:PORT of a NATS server with JetStream.",
)
BUS_SECRET_FILE = Setting(
    "DEUNGDAE_BUS_SECRET_FILE",
    "secret in DEUNGDAE_HOME/bus",
    "The file with NAME:PASSWORD for a bus that is not embedded.",
)
BUS_STORE = Setting(
    "DEUNGDAE_BUS_STORE",
    "8GiB",
    "How much may wait on the bus for the writer, such as 900MiB or 8GiB, at least 64MiB.",
)
GATEWAY_BIND = Setting(
    "DEUNGDAE_GATEWAY_BIND",
    "127.0.0.1:8086",
    "The address and port at which the gateway takes in points.",
)
GATEWAY_URL = Setting(
    "DEUNGDAE_GATEWAY_URL",
    "http:// and the address and port of DEUNGDAE_GATEWAY_BIND",
    "The address at which machines reach the gateway, as the pages tell it: "
    "https://HOST[:PORT][/PATH] of the reverse proxy.",
)
MQTT_URL = Setting(
    "DEUNGDAE_MQTT_URL",
    "embedded",
    "The MQTT broker of the Sparkplug groups: embedded (the bus of our own takes MQTT, too), or "
    "mqtt://HOST:PORT or mqtts://HOST:PORT of another.",
)
MQTT_SECRET_FILE = Setting(
    "DEUNGDAE_MQTT_SECRET_FILE",
    "none",
    "The file with NAME:PASSWORD for a broker that is not embedded.",
)
MQTT_CA_FILE = Setting(
    "DEUNGDAE_MQTT_CA_FILE",
    "the certificates that the system trusts",
    "The file with the certificates by which a broker at mqtts:// is believed.",
)
MQTT_BIND = Setting(
    "DEUNGDAE_MQTT_BIND",
    "127.0.0.1:1883",
    "The address and port at which the embedded broker takes MQTT; port 0 takes a free one.",
)
MQTT_CERT_FILE = Setting(
    "DEUNGDAE_MQTT_CERT_FILE",
    "none",
    "The certificate of the embedded broker; with it the broker speaks TLS alone.",
)
MQTT_KEY_FILE = Setting(
    "DEUNGDAE_MQTT_KEY_FILE",
    "none",
    "The key of that certificate.",
)
SETTINGS: tuple[Setting, ...] = (
    *(
        HOME,
        RUN_MEMORY,
        HISTORY_MEMORY,
        TIME_ZONE,
        LANG,
        DATABASE_URL,
        SECRET_KEY_FILE,
        HOSTS,
        BIND,
        HTTPS,
    ),
    *(UPLOAD_QUOTA, EMAIL_URL, EMAIL_SECRET_FILE, EMAIL_FROM, WEB_URL, WEBHOOK_PRIVATE),
    *(STYLEGUIDE, BUS_URL, BUS_SECRET_FILE, BUS_STORE),
    *(GATEWAY_BIND, GATEWAY_URL),
    *(MQTT_URL, MQTT_SECRET_FILE, MQTT_CA_FILE, MQTT_BIND, MQTT_CERT_FILE, MQTT_KEY_FILE),
)


@dataclass(frozen=True)
class WebSettings:
    """The settings of the web. `upload_quota_bytes` is in bytes, for one organisation.

    `database` and `email` are None for the embedded database and for no mail server. `url` is what
    links in mails begin with, without a slash at the end.
    """

    database: SplitResult | None
    secret_key_file: Path
    hosts: tuple[str, ...]
    bind: str
    port: int
    https: bool
    upload_quota_bytes: int
    email: SplitResult | None
    email_secret_file: Path | None
    email_from: str
    url: str
    webhook_private: bool
    styleguide: bool


@dataclass(frozen=True)
class BusSettings:
    """The settings of the bus. `url` is None for the embedded one, which lives in `folder`.

    `store_bytes` is in bytes; `secret_file` counts for a bus elsewhere.
    """

    url: str | None
    folder: Path
    secret_file: Path
    store_bytes: int


@dataclass(frozen=True)
class GatewaySettings:
    """The settings of the gateway. `url` is what machines call, without a slash at the end."""

    bind: str
    port: int
    url: str


@dataclass(frozen=True)
class MqttSettings:
    """The settings of the MQTT broker. `url` is None for the embedded one.

    `secret_file` and `ca_file` count for a broker elsewhere, the others for the embedded one, which
    speaks TLS if there is a `certificate`.
    """

    url: SplitResult | None
    secret_file: Path | None
    ca_file: Path | None
    bind: str
    port: int
    certificate: Path | None
    key: Path | None

    @property
    def embedded(self) -> bool:
        """Whether the bus of our own is the broker."""
        return self.url is None


@dataclass(frozen=True)
class Settings:
    """The settings of this process. Memory is in bytes."""

    home: Path
    run_memory_bytes: int
    history_memory_bytes: int
    time_zone: str
    language: str
    web: WebSettings
    bus: BusSettings
    gateway: GatewaySettings
    mqtt: MqttSettings

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as absent.

        Raises UnusableOption for an unknown variable with our prefix and for an odd value.
        """
        known = {setting.name for setting in SETTINGS}
        for name in sorted(environment):
            if name.startswith(PREFIX) and name not in known:
                raise UnusableOption(
                    "The environment variable {name} is not known; there is {known}.",
                    name=name,
                    known=", ".join(sorted(known)),
                )
        home = Path(_value(environment, HOME))
        return cls(
            home=home,
            run_memory_bytes=_bytes(
                RUN_MEMORY.name, _value(environment, RUN_MEMORY), SMALLEST_RUN_MEMORY
            ),
            history_memory_bytes=_bytes(
                HISTORY_MEMORY.name, _value(environment, HISTORY_MEMORY), 128 << 20
            ),
            time_zone=_zone(TIME_ZONE.name, _value(environment, TIME_ZONE)),
            language=_language(environment),
            web=_web(environment, home),
            bus=_bus(environment, home),
            gateway=_gateway(environment),
            mqtt=_mqtt(environment),
        )


def _web(environment: Mapping[str, str], home: Path) -> WebSettings:
    key_file = environment.get(SECRET_KEY_FILE.name, "").strip()
    bind, port = _address(BIND, environment)
    https = _switch(HTTPS.name, _value(environment, HTTPS))
    hosts = _hosts(_value(environment, HOSTS))
    return WebSettings(
        database=_url(DATABASE_URL, environment, "sqlite", ("postgresql",)),
        secret_key_file=Path(key_file) if key_file else home / "web" / "secret-key",
        hosts=hosts,
        bind=bind,
        port=port,
        https=https,
        upload_quota_bytes=_bytes(UPLOAD_QUOTA.name, _value(environment, UPLOAD_QUOTA), 1 << 20),
        email=_email(environment),
        email_secret_file=_file(EMAIL_SECRET_FILE, environment),
        email_from=_value(environment, EMAIL_FROM),
        url=_web_url(environment, https, hosts[0], port),
        webhook_private=_private(_value(environment, WEBHOOK_PRIVATE)),
        styleguide=_switch(STYLEGUIDE.name, _value(environment, STYLEGUIDE)),
    )


def _email(environment: Mapping[str, str]) -> SplitResult | None:
    url = _url(EMAIL_URL, environment, "none", ("smtp", "smtps", "smtp+plain"))
    if url is None or url.scheme != "smtp+plain" or url.hostname in LOOPBACK:
        return url
    if url.username or url.password or _file(EMAIL_SECRET_FILE, environment):
        raise UnusableOption(
            "The environment variable {name} would let passwords travel in plain words; it needs "
            "{remedy}.",
            name=EMAIL_URL.name,
            remedy="smtp:// or smtps://",
        )
    return url


def _web_url(environment: Mapping[str, str], https: bool, host: str, port: int) -> str:
    if told := environment.get(WEB_URL.name, "").strip():
        return _called_url(WEB_URL, told)
    host = host.lstrip(".")
    return f"https://{host}" if https else f"http://{host}:{port}"


def _private(text: str) -> bool:
    if text not in ("allow", "refuse"):
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be allow or refuse.",
            name=WEBHOOK_PRIVATE.name,
            value=text,
        )
    return text == "allow"


def _bus(environment: Mapping[str, str], home: Path) -> BusSettings:
    url = _url(BUS_URL, environment, "embedded", ("nats", "tls"))
    if url is not None and (url.username or url.password):
        raise UnusableOption(
            "The environment variable {name} must not hold a name or a password; they belong into "
            "the file that {other} names.",
            name=BUS_URL.name,
            other=BUS_SECRET_FILE.name,
        )
    secret_file = environment.get(BUS_SECRET_FILE.name, "").strip()
    return BusSettings(
        url=None if url is None else url.geturl(),
        folder=home / "bus",
        secret_file=Path(secret_file) if secret_file else home / "bus" / "secret",
        store_bytes=_bytes(BUS_STORE.name, _value(environment, BUS_STORE), 64 << 20),
    )


def _mqtt(environment: Mapping[str, str]) -> MqttSettings:
    url = _url(MQTT_URL, environment, "embedded", ("mqtt", "mqtts"))
    if url is not None and (url.username or url.password):
        raise UnusableOption(
            "The environment variable {name} must not hold a name or a password; they belong into "
            "the file that {other} names.",
            name=MQTT_URL.name,
            other=MQTT_SECRET_FILE.name,
        )
    bind, port = _address(MQTT_BIND, environment)
    found = MqttSettings(
        url=url,
        secret_file=_file(MQTT_SECRET_FILE, environment),
        ca_file=_file(MQTT_CA_FILE, environment),
        bind=bind,
        port=port,
        certificate=_file(MQTT_CERT_FILE, environment),
        key=_file(MQTT_KEY_FILE, environment),
    )
    if (found.certificate is None) != (found.key is None):
        raise UnusableOption(
            "The environment variables {one} and {other} go together.",
            one=MQTT_CERT_FILE.name,
            other=MQTT_KEY_FILE.name,
        )
    # Passwords of edge nodes travel there.
    here = bind in LOOPBACK if found.embedded else (url and url.hostname) in LOOPBACK
    secret = found.embedded or found.secret_file is not None
    safe = found.certificate is not None if found.embedded else url and url.scheme == "mqtts"
    if secret and not (here or safe):
        raise UnusableOption(
            "The environment variable {name} would let passwords travel in plain words; it needs "
            "{remedy}.",
            name=(MQTT_BIND if found.embedded else MQTT_URL).name,
            remedy=f"{MQTT_CERT_FILE.name}, {MQTT_KEY_FILE.name}" if found.embedded else "mqtts://",
        )
    return found


def _file(setting: Setting, environment: Mapping[str, str]) -> Path | None:
    text = environment.get(setting.name, "").strip()
    return Path(text) if text else None


def _gateway(environment: Mapping[str, str]) -> GatewaySettings:
    bind, port = _address(GATEWAY_BIND, environment)
    told = environment.get(GATEWAY_URL.name, "").strip()
    if told:
        return GatewaySettings(bind, port, _called_url(GATEWAY_URL, told))
    return GatewaySettings(bind, port, f"http://{_callable(bind)}:{port}")


def _callable(bind: str) -> str:
    """Return what a caller writes for the address at which we listen."""
    with suppress(ValueError):
        # "All of my addresses" is none that another could call.
        if ip_address(bind).is_unspecified:
            return "localhost"
    return f"[{bind}]" if ":" in bind else bind


def _called_url(setting: Setting, told: str) -> str:
    try:
        url = urlsplit(told)
        usable = url.scheme in ("http", "https") and bool(url.hostname) and (url.port or 1) > 0
        usable = usable and not (url.username or url.password or url.query or url.fragment)
    except ValueError:
        usable = False
    if not usable or not told.isprintable() or " " in told:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be an address such as "
            "https://factory.example.org, without a name or a password.",
            name=setting.name,
            value=told,
        )
    return told.rstrip("/")


def _value(environment: Mapping[str, str], setting: Setting) -> str:
    return environment.get(setting.name, "").strip() or setting.default


def _bytes(name: str, text: str, smallest: int) -> int:
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]*)", text, re.ASCII)
    unit = _UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be a size such as 6GiB.",
            name=name,
            value=text,
        )
    count = int(float(match[1]) * unit)
    if count < smallest:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be at least {smallest}.",
            name=name,
            value=text,
            smallest=f"{smallest >> 20}MiB",
        )
    return count


def _switch(name: str, text: str) -> bool:
    if text not in ("yes", "no"):
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be yes or no.",
            name=name,
            value=text,
        )
    return text == "yes"


def _address(setting: Setting, environment: Mapping[str, str]) -> tuple[str, int]:
    text = _value(environment, setting)
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be an address and a port such as "
            "127.0.0.1:8000.",
            name=setting.name,
            value=text,
        )
    return host, int(port)


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip().lower() for host in text.split(","))
    # A star would let any page pretend to be ours.
    if not all(re.fullmatch(r"\.?[a-z0-9.-]+|\[[0-9a-f:]+\]", host) for host in hosts):
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be names of hosts, separated by "
            "commas.",
            name=HOSTS.name,
            value=text,
        )
    return hosts


def _url(
    setting: Setting, environment: Mapping[str, str], without: str, schemes: tuple[str, ...]
) -> SplitResult | None:
    text = _value(environment, setting)
    if text == without:
        return None
    try:
        url = urlsplit(text)
        complete = url.scheme in schemes and bool(url.hostname) and (url.port or 1) > 0
        complete = complete and (url.scheme != "postgresql" or len(url.path) > 1)
    except ValueError:
        complete = False
    if not complete:
        # The value itself may hold a password: it is not repeated.
        raise UnusableOption(
            "The environment variable {name} cannot be used; it must be {without}, or begin with "
            "{schemes} and name a host, and a database where there is one.",
            name=setting.name,
            without=without,
            schemes=", ".join(f"{scheme}://" for scheme in schemes),
        )
    return url


def _zone(name: str, text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be a time zone such as "
            "Asia/Seoul.",
            name=name,
            value=text,
        ) from error
    return text


def _language(environment: Mapping[str, str]) -> str:
    told = environment.get(LANG.name, "").strip()
    if told and told not in LANGUAGES:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be ko or en.",
            name=LANG.name,
            value=told,
        )
    # LC_ALL overrides LANG, as everywhere on the system.
    of_system = environment.get("LC_ALL") or environment.get("LANG") or ""
    return told or ("ko" if of_system.startswith("ko") else "en")
