"""What speaks against a rule that is made: it is kept all the same, for its tag may come later."""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from deungdae.web.core import tags

#: Kinds that are held against numbers.
OF_NUMBERS: Final = ("limits", "rate", "spc")


def about_tag(kind: str, path: str, known: Iterable[tags.Tag]) -> str:
    """Return why a rule about a tag may never come, "" where nothing speaks against it."""
    found = next((tag for tag in known if tag.path == path), None)
    never = found is None or found.kind is None
    if never and kind == "stale":
        return _(
            "No value of the tag %(tag)s has come yet. Make sure that this is its name: until a "
            "value comes, the alarm stands."
        ) % {"tag": path}
    if found is None or never:
        return _(
            "No value of the tag %(tag)s has come yet. Make sure that this is its name: until a "
            "value comes, the alarm cannot judge anything."
        ) % {"tag": path}
    if found.is_text and kind in OF_NUMBERS:
        return _(
            "The values of the tag %(tag)s are texts, not numbers: as long as they are, this alarm "
            "cannot come."
        ) % {"tag": path}
    return ""
