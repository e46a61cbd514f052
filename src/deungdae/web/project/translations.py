"""Translation files of all apps, compiled into one catalogue that Django reads.

The `.po` files stand with the apps; the compiled one stands in the state folder under the hash of
what it was made from, so that a changed sentence is compiled at the next start and never by hand.
"""

import hashlib
import os
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("ko",)


def compile_into(folder: Path, package: Path) -> Path:
    """Compile every `locale/<language>/LC_MESSAGES/*.po` below `package`; the locale folder.

    Where two apps translate the same sentence, the first in the order of their paths holds.
    """
    sources = {
        language: sorted(package.glob(f"**/locale/{language}/LC_MESSAGES/*.po"))
        for language in LANGUAGES
    }
    contents = {path: path.read_bytes() for paths in sources.values() for path in paths}
    mark = hashlib.sha256(b"\0".join(contents[path] for path in sorted(contents))).hexdigest()[:16]
    compiled = folder / mark
    for language, paths in sources.items():
        target = compiled / language / "LC_MESSAGES" / "django.mo"
        if target.exists():
            continue
        catalogue = Catalog(locale=language)
        for path in reversed(paths):
            for message in read_po(BytesIO(contents[path]), locale=language, abort_invalid=True):
                if message.id and message.string and not message.fuzzy:
                    catalogue[message.id] = message
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f"{target.name}.{os.getpid()}")
        with aside.open("wb") as file:
            write_mo(file, catalogue)
        aside.replace(target)
    return compiled
