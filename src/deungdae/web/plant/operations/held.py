"""What waits in quarantine, for people: why it was held back, what to do, how it looks."""

import json
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

#: Bytes of an example that are shown.
SHOWN_BYTES: Final = 1_500
_ROW: Final = 16  #: bytes in a line of a hex dump
#: Codes of faults in messages of Sparkplug B that a new birth of the node mends.
UNBORN: Final = frozenset({"no_birth", "unknown_metric", "unknown_alias", "out_of_order"})


@dataclass(frozen=True)
class Why:
    """Why something is held: in words, what to do, and the page where (see the views)."""

    word: str
    sentence: str
    todo: str
    to: str = ""
    mends: bool = True  #: whether taking it in again can succeed after that


@dataclass(frozen=True)
class Example:
    """Something that is held, as it can be shown; `binary` where it is bytes in hexadecimal."""

    text: str
    binary: bool
    bytes: int
    cut: bool


def why(reason: str) -> Why:
    """Return what a reason means; an unknown code is shown as it is."""
    if reason == "time_out_of_range":
        return Why(
            _("time out of range"),
            _("The time of the points lies outside the years 1900 to 2199."),
            _("Usually the precision is wrong: the sender must say ns, us, ms or s."),
            "source",
        )
    if reason in ("tag_parts", "tag_length", "tag_empty", "tag_characters"):
        return {
            "tag_parts": Why(
                _("too many parts in a name"),
                _("A name made of the tags of a line has more than 8 parts."),
                _("Let the sender send fewer tags."),
                "source",
            ),
            "tag_length": Why(
                _("name too long"),
                _("A part of a name has more than 255 bytes."),
                _("Let the sender use shorter names, or give the name a path of its own."),
                "tags",
            ),
            "tag_empty": Why(
                _("empty name"),
                _("A part of a name is empty."),
                _("Correct the name at the sender, or give it a path of its own."),
                "tags",
            ),
            "tag_characters": Why(
                _("odd character in a name"),
                _("A name holds a control character."),
                _("Correct the name at the sender, or give it a path of its own."),
                "tags",
            ),
        }[reason]
    if reason == "gap":
        return Why(
            _("numbers left out"),
            _("The agent confirmed that batches between two numbers do not exist any more."),
            _("No points lie here. Look at the agent's page for what was lost then."),
            "source",
            mends=False,
        )
    if reason == "unreadable_message":
        return Why(
            _("unreadable"),
            _("What lay between gateway and history could not be read again."),
            _("Export it, and ask whoever runs this server to look into it."),
            mends=False,
        )
    if reason in UNBORN:
        return Why(
            _("sent before its birth"),
            _("A Sparkplug node sent values before it told what they are, or out of order."),
            _("Newer values come once the node is born again, which it was asked for."),
            "source",
        )
    if reason in ("datatype", "value_type", "value_range", "array", "not_finite"):
        return Why(
            _("value that does not fit"),
            _("A value does not fit the type that the sender told for it."),
            _("Correct the type at the sender."),
            "source",
        )
    if reason in ("dataset", "template", "extension", "property_set"):
        return Why(
            _("a kind of value that is not kept"),
            _("A Sparkplug metric holds a table or a template; only single values are kept."),
            _("Let the node send the single values."),
            "source",
            mends=False,
        )
    return Why(
        reason or _("not said"),
        _("It was held back under the code “{reason}”.").format(reason=reason),
        _("Look at the examples."),
        "source",
    )


def example(body: bytes, size: int | None = None) -> Example:
    """Return what came as it can be shown: text as it stands, anything else as hexadecimal."""
    full = len(body) if size is None else size
    piece = body[:SHOWN_BYTES]
    cut = full > len(piece)
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError as error:
        # A letter may be cut in half at the end, and nowhere else.
        if not (cut and error.start >= len(piece) - 3):
            return Example(hexadecimal(piece), True, full, cut)
        text = piece[: error.start].decode("utf-8")
    if any(not sign.isprintable() and sign not in "\n\r\t" for sign in text):
        return Example(hexadecimal(piece), True, full, cut)
    return Example(_laid_out(text), False, full, cut)


def _laid_out(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        return text
    return json.dumps(told, ensure_ascii=False, indent=1) if isinstance(told, dict) else text


def hexadecimal(body: bytes) -> str:
    """Return bytes as people who look at bytes want them: place, 16 of them, and their letters."""
    lines = []
    for start in range(0, len(body), _ROW):
        row = body[start : start + _ROW]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        lines.append(f"{start:06x}  {row.hex(' '):<{_ROW * 3 - 1}}  {letters}")
    return "\n".join(lines)
