"""The report as one self-contained page: no script, nothing from another host."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deungdae.reports.breaks import held
from deungdae.reports.causes.conditions import units_of
from deungdae.reports.causes.glossary import GLOSSARY
from deungdae.reports.causes.story import tell
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
    if pictures is None:
        pictures = draw(words, document, figures, units_of(understanding), zone)
    page = _environment().get_template("causes.html.j2")
    return page.render(
        say=words.say,
        say_message=words.say_message,
        words=words,
        lang=lang,
        title=title,
        demo=demo,
        generated=words.time(generated, zone),
        generated_iso=generated.astimezone(zone).isoformat(timespec="seconds"),
        story=tell(document, understanding, words),
        pictures=pictures,
        glossary=GLOSSARY,
        css=Markup(_stylesheet()),  # noqa: S704 - our own file
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("deungdae.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drawing"] = Markup  # SVG of our own drawing; its texts are escaped there
    environment.filters["held"] = held
    return environment


@cache
def _stylesheet() -> str:
    return files("deungdae.reports").joinpath("static", "report.css").read_text("utf-8")
