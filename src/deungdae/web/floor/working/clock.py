"""Minutes of a production day as people write them: 08:00, and 07:00 after midnight."""

import re
from typing import Final

DAY: Final = 1_440
_TIME = re.compile(r"(\d{1,2})\s*[:시h]?\s*(\d{2})?\s*분?$")


def written(minute: int) -> str:
    """Return a minute as a time of day; one after midnight looks as it does on the wall."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def read(text: str) -> int | None:
    """Return the minute of a time such as 8:30, 0830, 8시 30분 or 24:00; None for anything else."""
    plain = text.strip().replace(" ", "")
    if plain.isdigit() and len(plain) in (3, 4):
        plain = f"{plain[:-2]}:{plain[-2:]}"
    found = _TIME.fullmatch(plain)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    return hour * 60 + minute


def spans(text: str) -> list[tuple[int, int]] | None:
    """Return the spans of a text such as 12:00-13:00, 17:00~17:30; None where one is not clear."""
    found = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        ends = re.split(r"[-–~]", part)
        if len(ends) != 2:
            return None
        start, end = read(ends[0]), read(ends[1])
        if start is None or end is None:
            return None
        found.append((start, end))
    return found
