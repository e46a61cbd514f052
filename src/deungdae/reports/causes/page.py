"""The report as one self-contained page."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import tell
from deungdae.reports.history import in_words
from deungdae.reports.paper.layout import page
from deungdae.reports.words import Words

if TYPE_CHECKING:
    from deungdae.reports.causes.pictures import Pictures


def render_html(
    document: Mapping[str, Any],
    figures: Mapping[str, Any] | None,
    understanding: Mapping[str, Any],
    lang: str,
    *,
    title: str,
    demo: bool = False,
    generated: datetime,
    zone: tzinfo,
    pictures: "Pictures | None" = None,
) -> str:
    """Return the report as an HTML page that needs nothing else.

    `document` and `figures` are what the method `causes` gave, `understanding` the document of
    the table; all plain JSON data. `title` names the file; `demo` marks generated data as such.
    `generated` is an aware time and is shown on the clocks of `zone`, as are the periods.
    `pictures` are the charts as `draw` gave them, for one who needs them twice; they are drawn if
    they are not given.
    """
    # charts take a second to import; a terminal report does not need them
    from deungdae.reports.causes.pictures import draw

    words = Words(lang)
    understanding, document, figures = in_words(words, understanding, document, figures)
    if pictures is None:
        pictures = draw(words, document, figures, units_of(understanding), zone)
    story = tell(document, understanding, words)
    return page(
        "causes.html.j2",
        words,
        words.say("Causes of defects"),
        title=title,
        demo=demo,
        generated=generated,
        zone=zone,
        answer=story.answer,
        caution=story.caution,
        notices=[story.guess] if story.guess else [],
        warnings=story.warnings,
        input=story.input,
        recipe=story.method,
        glossary=[
            (key, words.say_message(term), words.say_message(text))
            for key, (term, text) in GLOSSARY.items()
        ],
        story=story,
        pictures=pictures,
    )
