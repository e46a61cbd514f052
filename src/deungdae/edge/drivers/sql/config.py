"""Reads the configuration of a database."""

import re

from deungdae.edge.about import about_tags
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.sql.driver import Driver, Query
from deungdae.edge.fields import Fields
from deungdae.records.messages import message


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    url = fields.secret("url_file")
    text = fields.text("query")
    if text and not re.search(r"(?<![:\w]):after\b", text):
        fields.complain(message("The query must hold :after, or every row would come again."))
    if text and not re.match(r"\s*(select|with)\b", text, re.IGNORECASE):
        fields.complain(message("The query must be a SELECT."))
    unknown = "" if fields.browsing else None  # the columns are what is looked for
    query = Query(
        url=url,
        text=text,
        cursor=fields.text("cursor_column", unknown),
        cursor_type=fields.choice("cursor_type", ("number", "text", "time"), "number"),
        start=fields.text("start", "0"),
        time=fields.text("time_column", unknown),
        zone=fields.zone("time_zone", "Asia/Seoul"),
        prefix=fields.tag("prefix"),
        texts=frozenset(fields.texts("text_columns")),
        every_seconds=fields.number("every_seconds", 0.02, 86_400, 10),
    )
    try:
        query.bound(query.start)
    except ValueError:
        fields.complain(
            message("The start {start} is no {kind}.", start=query.start, kind=query.cursor_type)
        )
    return Recipe(lambda: Driver(query), [], about_tags(fields))
