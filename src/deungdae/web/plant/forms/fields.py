"""Fields of forms made from the options of a machine, and what they hold made into plain data."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deungdae.records.readings import BadReading
from deungdae.web.plant import naming, speech
from deungdae.web.plant.machines import Option

LONGEST: Final = 500


class TagField(forms.CharField):
    """A tag path, or the beginning of one, below the prefix of a site."""

    def __init__(self, prefix: str = "", **options: Any) -> None:
        super().__init__(max_length=LONGEST, **options)
        self.prefix = prefix

    def clean(self, value: Any) -> str:
        """Return the whole path; the site's prefix may be typed or left out."""
        typed: str = super().clean(value)
        if not typed:
            return ""
        try:
            return naming.path_below(self.prefix, typed)
        except BadReading as error:
            raise ValidationError(said(error)) from error


class FileNameField(forms.CharField):
    """The name of a file on the plant PC, without folders."""

    def clean(self, value: Any) -> str:
        """Refuse what leads out of the agent's folder."""
        typed: str = super().clean(value)
        if "/" in typed or "\\" in typed or typed in (".", ".."):
            raise ValidationError(_("Type the name of the file alone, without folders."))
        return typed


class TextsField(forms.CharField):
    """Several words, separated by commas."""

    def clean(self, value: Any) -> list[str]:
        """Return the words."""
        typed: str = super().clean(value)
        return [word.strip() for word in typed.split(",") if word.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Show a list as it is typed."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


class ZoneField(forms.CharField):
    """A time zone."""

    def clean(self, value: Any) -> str:
        """Know the zone."""
        typed: str = super().clean(value)
        if typed and typed not in available_timezones():
            raise ValidationError(_("There is no such time zone; try Asia/Seoul."))
        return typed


def said(error: BadReading) -> str:
    """Return why a tag cannot be called so, in the reader's language."""
    return speech.words().say_message(error.message)


def field_of(option: Option, prefix: str = "") -> forms.Field:
    """Return the field in which an option is said; one with a default may stay empty."""
    shared: dict[str, Any] = {
        "label": option.word,
        "help_text": option.help,
        "required": option.required,
    }
    hint = {"placeholder": option.example} if option.example else {}
    if option.type == "switch":
        return forms.BooleanField(**{**shared, "required": False}, initial=option.default)
    if option.type == "choice":
        choices: list[tuple[str, Any]] = list(option.choices)
        if option.default == "":
            choices.insert(0, ("", "–"))
        return forms.ChoiceField(**shared, choices=choices, initial=option.default)
    if option.type == "whole":
        return forms.IntegerField(
            **shared, min_value=_whole(option.low), max_value=_whole(option.high),
            initial=option.default,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", **hint}),
        )  # fmt: skip
    if option.type == "number":
        return forms.FloatField(
            **shared, min_value=option.low, max_value=option.high, initial=option.default,
            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal", **hint}),
        )  # fmt: skip
    text = {**shared, "initial": option.default or ""}
    if option.type == "tag":
        return TagField(prefix, **text, widget=forms.TextInput(attrs=hint))
    if option.type == "zone":
        return ZoneField(**text)
    kinds: Mapping[str, type[forms.CharField]] = {"file": FileNameField, "texts": TextsField}
    widget: Any = forms.Textarea(attrs={"rows": 4, **hint}) if option.type == "area" else (
        forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **hint})
    )  # fmt: skip
    longest = 5000 if option.type == "area" else LONGEST
    return kinds.get(option.type, forms.CharField)(**text, max_length=longest, widget=widget)


def table_of(options: Iterable[Option], cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said as a driver's configuration takes it: what is left to its default is
    left out.
    """
    table = {}
    for option in options:
        value = cleaned.get(option.name)
        if value is None or value in ("", []) or (not option.required and value == option.default):
            continue
        table[option.name] = value
    return table


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)
