"""What a list says of a result: its first sentence in each language, and a few numbers."""

from collections.abc import Mapping
from typing import Any

from deungdae.reports.causes.story import tell
from deungdae.reports.words import LANGUAGES, Words


def brief(document: Mapping[str, Any], understanding: Mapping[str, Any]) -> dict[str, Any]:
    """Return answer {language: sentence}, the best verdict, rows, bad, and shown findings.

    Needs no chart and no library that is slow to load.
    """
    stories = {lang: tell(document, understanding, Words(lang)) for lang in LANGUAGES}
    story = stories["en"]
    return {
        "answer": {lang: told.answer for lang, told in stories.items()},
        "verdict": next((v for v, n in story.verdicts.items() if n), "not_enough_data"),
        "rows": story.rows,
        "bad": story.bad,
        "findings": sum(len(g.findings) for g in story.groups if g.shown_first),
    }
