"""Where a line must not break: a Korean particle stays with the number or bracket before it.

A browser keeps Korean words whole (`word-break: keep-all`) but breaks between a sign and a letter,
so that "13.6%" would end one line and "로" begin the next.
"""

import re
from typing import Final

from markupsafe import Markup

_HELD: Final = re.compile(r"(?:[\d.,]*[%℃°‰]|[)\]”’])[가-힣]+[.,]?")


def held(text: str) -> Markup:
    """Return `text` for a page, with what must stay on one line in spans of the class `held`."""
    whole = Markup()
    done = 0
    for found in _HELD.finditer(text):
        whole += Markup('{}<span class="held">{}</span>').format(
            text[done : found.start()], found.group()
        )
        done = found.end()
    return whole + text[done:]
