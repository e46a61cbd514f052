"""History of machines beside a file: what is asked of it, and how a run is told."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from deungdae.web.core import tags
from deungdae.web.core.scope import Scope
from deungdae.web.insight.models import Upload

ASKED: Final = "history"  #: among the options of an analysis
_TABLE: Final = "table"  #: the table to which it is joined, as it was when it was asked


def options_with(upload: Upload, history: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the options of a search in a file, with the history that shall be joined to it."""
    if history is None:
        return upload.options
    # The analysis will stand on the joined table; to search again the first one is needed.
    return {**upload.options, ASKED: {**history, _TABLE: upload.table}}


def shape_with(shape: str, history: Mapping[str, Any] | None) -> str:
    """Return the shape of a table to which history is joined: another question, another shape."""
    if history is None:
        return shape
    plain = json.dumps([shape, history], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def table_name(upload: Upload) -> str:
    """Return what the joined tables of a file are called in the lake; each is a version."""
    return f"{upload.public_id} history"


def joining(upload: Upload, options: Mapping[str, Any], scope: Scope) -> dict[str, Any] | None:
    """Return the parameters of the run that joins history, or None when none was asked for.

    Whose history it is comes from the file, and never from what was told.
    """
    if ASKED not in options:
        return None
    asked = {name: told for name, told in options[ASKED].items() if told not in (None, "", {})}
    table = asked.pop(_TABLE)
    described = tags.described(scope, upload.organisation)
    about = {
        path: {
            "label": known.label or None,
            "unit": known.unit or None,
            "expected_s": known.expected_seconds,
        }
        for path, known in described.items()
        if known.label or known.unit or known.expected_seconds
    }
    return {
        "table": table,
        "name": table_name(upload),
        "options": {name: told for name, told in options.items() if name != ASKED},
        "history": {
            **asked,
            "organisation": str(upload.organisation.public_id),
            "home": str(settings.HOME),
            "about": about,
        },
    }
