"""Self-contained pages: no script, nothing from another host."""

from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deungdae.reports.breaks import held
from deungdae.reports.words import Words


def page(
    template: str,
    words: Words,
    name: str,
    *,
    title: str,
    demo: bool,
    generated: datetime,
    zone: tzinfo,
    **given: Any,
) -> str:
    """Return an HTML page that needs nothing else.

    `name` says what kind of report it is, `title` names the file it tells of; `demo` marks
    generated data as such. `generated` is an aware time, shown on the clocks of `zone`. All pages
    are given answer, caution, notices, warnings, input (a `Behind`), recipe and glossary (key,
    term, text).
    """
    return (
        _environment()
        .get_template(template)
        .render(
            say=words.say,
            words=words,
            lang=words.lang,
            name=name,
            title=title,
            demo=demo,
            generated=words.time(generated, zone),
            generated_iso=generated.astimezone(zone).isoformat(timespec="seconds"),
            css=Markup(_stylesheet()),  # noqa: S704 - our own file
            **given,
        )
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
