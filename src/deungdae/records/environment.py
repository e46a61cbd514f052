"""The settings of the command-line program: each has a name, a default and a sentence.

They come from environment variables, and only from here. An unknown `DEUNGDAE_…` variable or a
value that makes no sense stops the start by name, rather than being ignored.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deungdae.records.errors import UnusableOption

PREFIX = "DEUNGDAE_"
LANGUAGES = ("ko", "en")
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
SETTINGS: tuple[Setting, ...] = (HOME, RUN_MEMORY, TIME_ZONE, LANG)


@dataclass(frozen=True)
class Settings:
    """The settings of this process. `run_memory_bytes` is in bytes."""

    home: Path
    run_memory_bytes: int
    time_zone: str
    language: str

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
        return cls(
            home=Path(_value(environment, HOME)),
            run_memory_bytes=_bytes(RUN_MEMORY.name, _value(environment, RUN_MEMORY)),
            time_zone=_zone(TIME_ZONE.name, _value(environment, TIME_ZONE)),
            language=_language(environment),
        )


def _value(environment: Mapping[str, str], setting: Setting) -> str:
    return environment.get(setting.name, "").strip() or setting.default


def _bytes(name: str, text: str) -> int:
    match = re.fullmatch(r"(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]*)", text, re.ASCII)
    unit = _UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be a size such as 6GiB.",
            name=name,
            value=text,
        )
    count = int(float(match[1]) * unit)
    if count < SMALLEST_RUN_MEMORY:
        raise UnusableOption(
            "The environment variable {name} is {value}; it must be at least {smallest}.",
            name=name,
            value=text,
            smallest="256MiB",
        )
    return count


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
