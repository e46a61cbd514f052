"""How a template says which component it wants.

`{% part "pill" kind="clear" word=word %}` renders `components/pill.html` with these names alone;
`{% wrap "card" title=title %}…{% endwrap %}` the same with what stands inside as `content`, and
`{% slot "actions" %}…{% endslot %}` inside it as `actions`. A component sees nothing of the page
but the request: what it shows is what it was given.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import uuid4

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from deungdae.web.core.models import Owned

register: Final = template.Library()

#: what every component may know of the page around it
_CARRIED: Final = ("request", "csrf_token", "debug", "perms")


def _render(name: str, given: dict[str, Any], context: Context) -> SafeString:
    engine = context.template.engine if context.template else template.Engine.get_default()
    carried = {key: context[key] for key in _CARRIED if key in context}
    chosen = engine.get_template(f"components/{name}.html")
    inner = context.new({**carried, **given})
    return chosen.render(inner)


@register.simple_tag(takes_context=True)
def part(context: Context, name: str, **given: Any) -> SafeString:
    """Render a component that has no inside."""
    return _render(name, given, context)


class _Slot(Node):
    def __init__(self, name: FilterExpression, inside: NodeList) -> None:
        self.name = name
        self.nodelist = inside

    def render(self, context: Context) -> SafeString:
        slots = context.get("_slots")
        if slots is None:
            raise template.TemplateSyntaxError("{% slot %} stands only inside {% wrap %}")
        slots[self.name.resolve(context)] = self.nodelist.render(context)
        return SafeString("")


class _Wrap(Node):
    def __init__(
        self, name: FilterExpression, given: dict[str, FilterExpression], inside: NodeList
    ) -> None:
        self.name = name
        self.given = given
        self.nodelist = inside

    def render(self, context: Context) -> SafeString:
        given = {key: value.resolve(context) for key, value in self.given.items()}
        slots: dict[str, SafeString] = {}
        with context.push(_slots=slots):
            content = self.nodelist.render(context)
        return _render(self.name.resolve(context), {**given, **slots, "content": content}, context)


@register.tag
def wrap(parser: Parser, token: Token) -> Node:
    """Render a component around what stands inside."""
    bits = token.split_contents()[1:]
    if not bits:
        raise template.TemplateSyntaxError("{% wrap %} needs the name of a component")
    rest = bits[1:]
    given = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"{{% wrap %}} does not understand {rest}")
    inside = parser.parse(("endwrap",))
    parser.delete_first_token()
    return _Wrap(parser.compile_filter(bits[0]), given, inside)


@register.tag
def slot(parser: Parser, token: Token) -> Node:
    """Name a piece of what stands inside a `{% wrap %}`."""
    bits = token.split_contents()
    if len(bits) != 2:
        raise template.TemplateSyntaxError("{% slot %} takes one name")
    inside = parser.parse(("endslot",))
    parser.delete_first_token()
    return _Slot(parser.compile_filter(bits[1]), inside)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw a sign from icons.svg; it is decoration, the words beside it speak."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css,
        static("core/icons.svg"),
        name,
    )


@register.simple_tag
def fresh_id(prefix: str = "x") -> str:
    """Return an id that no other element of the page has."""
    return f"{prefix}-{uuid4().hex[:8]}"


@register.filter
def sparkline(values: Iterable[float | None]) -> list[str]:
    """Return paths (viewBox 0 0 100 32) of a series: the line with its gaps, and its last point."""
    series: Sequence[float | None] = list(values)
    known = [v for v in series if v is not None]
    if len(known) < 2:
        return []
    low, span = min(known), (max(known) - min(known)) or 1
    step = 100 / (len(series) - 1)
    line, pen, last = [], "M", ""
    for i, value in enumerate(series):
        if value is None:
            pen = "M"
            continue
        point = f"{i * step:.1f} {29 - 26 * (value - low) / span:.1f}"
        line.append(pen + point)
        pen, last = "L", point
    return ["".join(line), f"M{last}h0"]


@register.simple_tag(takes_context=True)
def other_company(context: Context, row: Owned) -> str:
    """Return whose a row is, where that is not the company whose pages are shown; else "".

    Its page then stands below that company's name, and not in lists where it is not found.
    """
    shown = context["scope"].current
    return "" if shown is not None and row.organisation_id == shown.pk else row.organisation.name


@register.simple_tag(takes_context=True)
def changed(context: Context, **changes: Any) -> str:
    """Return this page's query string with some values changed; None takes a value out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    if "page" not in changes:
        query.pop("page", None)
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(
    context: Context, name: str, word: str, *, number: bool = False, start: str = ""
) -> dict[str, Any]:
    """Render a table's head that sorts by `name` through ?sort=name or ?sort=-name.

    `start` is the order in force when the address names none.
    """
    now = context["request"].GET.get("sort", start)
    up, down = now == name, now == f"-{name}"
    query = context["request"].GET.copy()
    query["sort"] = f"-{name}" if up else name
    query.pop("page", None)
    order = "ascending" if up else "descending" if down else "none"
    return {"word": word, "number": number, "order": order, "address": f"?{query.urlencode()}"}


@register.filter
def as_json(value: Any, element_id: str) -> SafeString:
    """Write data for a script as an inert block, safe inside HTML."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003C").replace(">", "\\u003E").replace("&", "\\u0026")
    return mark_safe(  # noqa: S308 - the three signs that could end the block are written as escapes
        f'<script type="application/json" id="{escape(element_id)}">{safe}</script>'
    )
