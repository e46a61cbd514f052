"""Reads the configuration of a watched folder."""

from pathlib import PurePath

from deungdae.edge.about import about_tags
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.files.driver import Driver, Watch
from deungdae.edge.drivers.files.rows import Columns
from deungdae.edge.fields import Fields
from deungdae.records.messages import message


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    pattern = fields.text("pattern", "*.csv")
    if PurePath(pattern).suffix.lower() not in (".csv", ".txt", ".tsv", ".xlsx"):
        fields.complain(message("The pattern must end in .csv, .tsv, .txt or .xlsx."))
    if PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
        fields.complain(message("The pattern must stay inside the folder."))
    folder = fields.base / fields.text("folder")
    if not folder.is_dir():
        fields.complain(message("There is no folder {folder}.", folder=str(folder)))
    delimiter = fields.text("delimiter", ",")
    if len(delimiter) != 1:
        fields.complain(message("The delimiter must be one character."))
        delimiter = ","
    long = fields.choice("layout", ("wide", "long"), "wide") == "long"
    columns = Columns(
        prefix=fields.tag("prefix"),
        time=fields.text("time_column", "" if fields.browsing else None),
        zone=fields.zone("time_zone", "Asia/Seoul"),
        time_format=fields.text("time_format") if fields.has("time_format") else None,
        texts=frozenset(fields.texts("text_columns")),
        tag=_only_long(fields, "tag_column", long=long),
        value=_only_long(fields, "value_column", long=long),
    )
    watch = Watch(
        folder=folder,
        pattern=pattern,
        encoding=fields.choice("encoding", ("utf-8-sig", "cp949"), "utf-8-sig"),
        delimiter=delimiter,
        every_seconds=fields.number("every_seconds", 0.02, 86_400, 5),
        settle_seconds=fields.number("settle_seconds", 0, 86_400, 10),
    )
    return Recipe(lambda: Driver(watch, columns), [], about_tags(fields))


def _only_long(fields: Fields, name: str, *, long: bool) -> str | None:
    if long:
        return fields.text(name)
    if fields.has(name):
        fields.complain(message("{name} belongs to the layout “long”.", name=name))
    return None
