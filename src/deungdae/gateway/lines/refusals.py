"""Why lines are refused, in the words InfluxDB 2.7 uses, so that its clients' users know them."""

from typing import NamedTuple

MOST_SHOWN = 100  #: lines in one message
MOST_SHOWN_BYTES = 512  #: of one line; a client may have sent megabytes without a line end


class Refusal(NamedTuple):
    """One line that does not follow the line protocol."""

    line: bytes
    reason: str

    @property
    def message(self) -> str:
        """The sentence for this line."""
        shown = self.line[:MOST_SHOWN_BYTES].decode("utf-8", "replace")
        more = "…" if len(self.line) > MOST_SHOWN_BYTES else ""
        return f"unable to parse '{shown}{more}': {self.reason}"


class BadLines(Exception):  # noqa: N818 - the word a reader would say
    """Text of which at least one line cannot be read: none of it may be kept.

    `refusals` holds the first `MOST_SHOWN` of them, `count` says how many there were.
    """

    def __init__(self, refusals: list[Refusal], count: int) -> None:
        self.refusals = refusals
        self.count = count
        lines = [refusal.message for refusal in refusals]
        if count > len(refusals):
            lines.append(f"and {count - len(refusals)} more lines")
        super().__init__("\n".join(lines))
