"""Says where a line that cannot be read first goes wrong, in InfluxDB's words."""

from deungdae.gateway.lines.grammar import BARE, MEASUREMENT, NAME, STRING, TAG_VALUE


class Fault(Exception):  # noqa: N818 - it is caught at once, and becomes a refusal
    """A line cannot be read: the reason, and the place where that was seen."""

    def __init__(self, reason: str, place: int) -> None:
        self.reason = reason
        self.place = place
        super().__init__(reason)


def end_of_line(data: bytes, place: int) -> int:
    """Return the place after the next line end at or after `place`."""
    found = data.find(b"\n", place)
    return len(data) if found < 0 else found + 1


def diagnosed(data: bytes, start: int) -> Fault:
    """Return the fault of a line that the grammar does not know."""
    sign = data[start : start + 1]
    if sign == b"#":
        return Fault("invalid character in comment", start)
    found = MEASUREMENT.match(data, start)
    if found is None:
        return Fault("missing measurement" if sign == b"," else "invalid character", start)
    place = found.end()
    while data[place : place + 1] == b",":
        reason, place = _tag(data, place + 1)
        if reason:
            return Fault(reason, place)
    sign = data[place : place + 1]
    if sign != b" ":
        if sign == b"=":
            return Fault("invalid tag format", place)
        return Fault("missing fields" if _ends(data, place) else "invalid character", place)
    while data[place : place + 1] == b" ":
        place += 1
    return Fault(*_fields(data, place))


def _ends(data: bytes, place: int) -> bool:
    return data[place : place + 1] in (b"", b"\n") or data[place : place + 2] in (b"\r", b"\r\n")


def _tag(data: bytes, place: int) -> tuple[str, int]:
    name = NAME.match(data, place)
    if name is None:
        return "missing tag key", place
    place = name.end()
    if data[place : place + 1] != b"=":
        return "missing tag value", place
    value = TAG_VALUE.match(data, place + 1)
    if value is None:
        return "missing tag value", place + 1
    return "", value.end()


def _fields(data: bytes, place: int) -> tuple[str, int]:
    if _ends(data, place):
        return "missing fields", place
    while True:
        name = NAME.match(data, place)
        if name is None:
            return "missing field key", place
        place = name.end()
        if data[place : place + 1] != b"=":
            return "invalid field format", place
        place += 1
        if data[place : place + 1] == b'"':
            text = STRING.match(data, place)
            if text is None:
                return "unbalanced quotes", len(data)
            place = text.end()
        else:
            bare = BARE.match(data, place)
            if bare is None or bare.end() == place:
                return "missing field value", place
            place = bare.end()
        sign = data[place : place + 1]
        if sign == b" " or sign == b"\r":
            return "bad timestamp", place
        if sign != b",":
            return "invalid field format", place
        place += 1
