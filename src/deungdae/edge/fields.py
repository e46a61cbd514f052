"""Reads one table of a configuration; every problem becomes a sentence, and none stops the rest."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from deungdae.records.messages import Message, message
from deungdae.records.readings import BadReading, TagPath, shown, tag_path

NO_TAG = TagPath("?")  #: stands where a tag is still being looked for


class Problem(NamedTuple):
    """What is wrong with a configuration, and where: a driver, a table, a line of it."""

    where: str
    what: Message


class Fields:
    """One table of a TOML file. Problems are gathered; a wrong field reads as something harmless.

    A field without a default must be there. `close` complains of names that nobody asked for.
    """

    def __init__(self, table: Mapping[str, Any], where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems
        self.base = Path()  #: where relative paths begin
        self.confined = False  #: whether files must lie there: a server must not name others
        self.browsing = False  #: whether tags may be missing, because they are being looked for
        self.files: list[Path] = []  #: that were named
        self.asked: set[str] = set()  #: every name that may stand in such a table
        self.table = table

    def has(self, name: str) -> bool:
        """Say whether a field is there; it counts as asked for."""
        self.asked.add(name)
        return name in self.table

    def some(self, name: str) -> bool:
        """Say whether a field is there and not empty."""
        return self.has(name) and self.table[name] not in ([], {}, "")

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text that is not empty."""
        value = self._get(name, default)
        if value is None or value == default:
            return default or ""
        if not isinstance(value, str) or not value.strip():
            self._wrong(name, value, "a text")
            return default or ""
        return value

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        """Read one of several words."""
        value = self._get(name, default)
        if value is not None and value not in choices:
            self._wrong(name, value, " | ".join(choices))
            value = None
        return choices[0] if value is None else str(value)

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        """Read a number from `low` to `high`."""
        value = self._get(name, default)
        if value is None:
            return low
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            self._wrong(name, value, f"{low:g} … {high:g}")
            return low
        return float(value)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number from `low` to `high`."""
        value = self._get(name, default)
        if value is None:
            return low
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self._wrong(name, value, f"{low} … {high}")
            return low
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        """Read true or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            self._wrong(name, value, "true | false")
            return default
        return value

    def tag(self, name: str, default: str | None = None) -> TagPath:
        """Read a tag path, or the beginning of one."""
        if self.browsing and default is None and not self.has(name):
            return NO_TAG
        text = self.text(name, default)
        if not text:
            return TagPath("")
        try:
            return tag_path(text)
        except BadReading as error:
            self.complain(error.message)
            return TagPath("")

    def zone(self, name: str, default: str) -> ZoneInfo:
        """Read a time zone by its IANA name."""
        text = self.text(name, default)
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._wrong(name, text, "Asia/Seoul")
            return ZoneInfo("UTC")

    def tables(self, name: str, *, needed: bool = True) -> "list[Fields]":
        """Read a list of tables, `[[…]]`; it must hold at least one, if it is needed."""
        self.asked.add(name)
        value = self.table.get(name)
        if value is None and (self.browsing or not needed):
            return []
        if not isinstance(value, list) or not value or not all(isinstance(t, dict) for t in value):
            self.complain(message("Write at least one table [[{name}]].", name=name))
            return []
        parts = [
            Fields(table, f"{self.where}, {name} {number}", self.problems)
            for number, table in enumerate(value, 1)
        ]
        for part in parts:
            part.base, part.confined, part.browsing = self.base, self.confined, self.browsing
            part.files = self.files
        return parts

    def file(self, name: str) -> Path:
        """Read the path of a file that is there."""
        text = self.text(name)
        path = self.base / text
        if not text:
            return path
        self.files.append(path)
        if self.confined and (Path(text).is_absolute() or ".." in Path(text).parts):
            self.complain(
                message(
                    "{name} must be the name of a file in the folder {folder} of the agent.",
                    name=name,
                    folder=str(self.base),
                )
            )
        elif not path.is_file():
            self.complain(message("There is no file {file}.", file=str(path)))
        return path

    def secret(self, name: str) -> str:
        """Read a text from the file that the field names; a password stands in no configuration."""
        before = len(self.problems)
        path = self.file(name)
        if len(self.problems) > before:
            return ""
        try:
            return path.read_text("utf-8").strip()
        except (OSError, ValueError):
            self.complain(message("There is no file {file}.", file=str(path)))
            return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts, empty unless it is there."""
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self._wrong(name, value, '["…", "…"]')
            return ()
        return tuple(value)

    def complain(self, problem: Message) -> None:
        """Record a problem that lies in the meaning of several fields."""
        self.problems.append(Problem(self.where, problem))

    def close(self) -> None:
        """Complain of names that are not known; a misspelt option must not be ignored."""
        for name in self.table:
            if name not in self.asked:
                self.complain(
                    message(
                        "{name} is not known here; known are {names}.",
                        name=shown(name),
                        names=", ".join(sorted(self.asked)),
                    )
                )

    def _get(self, name: str, default: Any) -> Any:
        self.asked.add(name)
        if name not in self.table:
            if default is None:
                self.complain(message("{name} is missing.", name=name))
            return default
        return self.table[name]

    def _wrong(self, name: str, value: Any, wanted: str) -> None:
        self.complain(
            message(
                "{name} is {value}; it must be: {wanted}.",
                name=name,
                value=shown(str(value)),
                wanted=wanted,
            )
        )
