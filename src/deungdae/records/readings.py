"""A reading: one value of one tag at one time, with its quality.

Times are whole microseconds since 1970-01-01 UTC. A value is a number, a truth value or a text, or
`None` where there is none; it is never NaN or infinite.
"""

import math
import unicodedata
from enum import IntEnum
from typing import NamedTuple, NewType, Self

from deungdae.records.errors import PublicError

TagPath = NewType("TagPath", str)  #: "line/asset/tag", as `tag_path` makes it
Value = float | int | bool | str | None

MOST_PARTS = 8
MOST_PART_BYTES = 255  #: of one part of a tag path, in UTF-8
MOST_TEXT_BYTES = 64 << 10  #: of a value that is text, in UTF-8
SMALLEST_INT, LARGEST_INT = -(1 << 63), (1 << 64) - 1  #: what 64 bits hold, signed or not
EARLIEST_US = -2_208_988_800_000_000  #: 1900-01-01
LATEST_US = 7_258_118_400_000_000  #: 2200-01-01, itself excluded

_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, half characters, ends of lines


class BadReading(PublicError):  # noqa: N818 - the word a reader would say
    """A reading that cannot be kept; `reason` is a code that can be counted."""

    @property
    def reason(self) -> str:
        """A code such as `time_out_of_range`."""
        return str(self.message.values["reason"])


class Quality(IntEnum):
    """How far a value can be believed, in the numbers of classic OPC."""

    BAD = 0
    UNCERTAIN = 64
    GOOD = 192

    @classmethod
    def from_opcua(cls, status: int) -> Self:
        """Map an OPC UA status code by its two highest bits: 00 good, 01 uncertain, else bad."""
        return cls((cls.GOOD, cls.UNCERTAIN, cls.BAD, cls.BAD)[(status >> 30) & 3])

    @classmethod
    def from_sparkplug(cls, quality: int) -> Self:
        """Map the `Quality` property of Sparkplug B: 192 good, 500 stale, 0 and others bad."""
        return cls({192: cls.GOOD, 500: cls.UNCERTAIN}.get(quality, cls.BAD))


class Reading(NamedTuple):
    """One value of one tag.

    Beware that `1 == 1.0 == True` in Python: two readings are the same only if their values are
    also of one type.
    """

    tag: TagPath
    time_us: int  #: when the source says it was so
    value: Value
    quality: Quality = Quality.GOOD
    received_us: int | None = None  #: when it reached us, by our clock


def tag_path(text: str) -> TagPath:
    """Return a tag path in Unicode's composed form (NFC): 1 to 8 parts, joined by "/".

    Raises `BadReading` if a part is empty, too long, or holds a control character.
    """
    path = unicodedata.normalize("NFC", text)
    parts = path.split("/")
    if len(parts) > MOST_PARTS:
        raise BadReading(
            "The tag “{tag}” has more than {most} parts.",
            reason="tag_parts",
            tag=shown(path),
            most=MOST_PARTS,
        )
    for part in parts:
        if not part.strip():
            raise BadReading(
                "The tag “{tag}” has an empty part.", reason="tag_empty", tag=shown(path)
            )
        if any(unicodedata.category(sign) in _UNSEEN for sign in part):
            raise BadReading(
                "The tag “{tag}” holds a control character.",
                reason="tag_characters",
                tag=shown(path),
            )
        if len(part.encode()) > MOST_PART_BYTES:
            raise BadReading(
                "The tag “{tag}” has a part of more than {most} bytes.",
                reason="tag_length",
                tag=shown(path),
                most=MOST_PART_BYTES,
            )
    return TagPath(path)


def finite(value: Value, quality: Quality) -> tuple[Value, Quality]:
    """Return what is kept of a measurement: NaN and infinity become no value, of bad quality."""
    if isinstance(value, float) and not math.isfinite(value):
        return None, Quality.BAD
    return value, quality


def check_reading(reading: Reading) -> Reading:
    """Return the reading if its times and value can be kept, else raise `BadReading`.

    The tag is not looked at: `tag_path` has done that, once for many readings.
    """
    for time in (reading.time_us, reading.received_us):
        if time is not None and not EARLIEST_US <= time < LATEST_US:
            raise BadReading(
                "A time of the tag “{tag}” lies outside the years 1900 to 2199.",
                reason="time_out_of_range",
                tag=shown(reading.tag),
            )
    value = reading.value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise BadReading(
                "A value of the tag “{tag}” is not a finite number.",
                reason="not_finite",
                tag=shown(reading.tag),
            )
    elif isinstance(value, str):
        _check_text(reading.tag, value)
    elif value is not None and not SMALLEST_INT <= value <= LARGEST_INT:
        raise BadReading(
            "A whole number of the tag “{tag}” needs more than 64 bits.",
            reason="int_out_of_range",
            tag=shown(reading.tag),
        )
    return reading


def _check_text(tag: str, value: str) -> None:
    try:
        length = len(value.encode())
    except UnicodeEncodeError as error:
        raise BadReading(
            "A text of the tag “{tag}” holds half a character.",
            reason="text_characters",
            tag=shown(tag),
        ) from error
    if length > MOST_TEXT_BYTES:
        raise BadReading(
            "A text of the tag “{tag}” is longer than {most} bytes.",
            reason="text_length",
            tag=shown(tag),
            most=MOST_TEXT_BYTES,
        )


def shown(text: str, most: int = 80) -> str:
    """Return a text as it may stand in a sentence: short, on one line, without odd characters."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in text[:most])
    return plain + "…" if len(text) > most else plain
