"""What Deungdae says, in the reader's language: sentences, numbers and times.

English sentences stand in the code; `locale/<language>.po` and, for each method, a file in
`locale/<language>/` hold the others, keyed by the English sentence. A test walks the code for every
sentence and fails when one has no translation.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import ceil, floor, isfinite, log10
from string import Formatter
from typing import Final

from babel import Locale
from babel.dates import format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from deungdae.records.errors import UnusableOption
from deungdae.records.messages import Message, Value
from deungdae.reports.josa import fit

#: language → locale whose habits its numbers and times follow
LANGUAGES: Final = {"ko": "ko_KR", "en": "en_US"}
SOURCE: Final = "en"

# the locale's own patterns write am and pm; a factory's day has 24 hours
_MINUTE: Final = {"ko": "y년 M월 d일 HH:mm", "en": "MMM d, y, HH:mm"}
_DAY_MINUTE: Final = {"ko": "M월 d일 HH:mm", "en": "MMM d, HH:mm"}
_DAY: Final = {"ko": "M월 d일", "en": "MMM d"}


def catalogue_files(lang: str) -> dict[str, Catalog]:
    """Return the translations of `lang` file by file: its own, and one for each method."""
    locale = files("deungdae.reports").joinpath("locale")
    found = {f"{lang}.po": locale.joinpath(f"{lang}.po")}
    folder = locale.joinpath(lang)
    if folder.is_dir():
        names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".po"))
        found |= {f"{lang}/{name}": folder.joinpath(name) for name in names}
    return {
        name: read_po(BytesIO(source.read_bytes()), locale=lang, abort_invalid=True)
        for name, source in found.items()
    }


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return English sentence → sentence of `lang`, from all its files."""
    return {
        str(entry.id): str(entry.string)
        for source in catalogue_files(lang).values()
        for entry in source
        if entry.id
    }


class Words:
    """Speaks one language; `lang` is one of `LANGUAGES`.

    Raises `UnusableOption` for a language that is not there.
    """

    def __init__(self, lang: str) -> None:
        if lang not in LANGUAGES:
            raise UnusableOption(
                "There are no words for the language “{lang}”; there are: {languages}.",
                lang=lang,
                languages=", ".join(LANGUAGES),
            )
        self.lang = lang
        self._locale = Locale.parse(LANGUAGES[lang])

    def say(self, template: str, /, **values: Value) -> str:
        """Return the sentence with its values, numbers written the reader's way.

        A sentence without a translation is said in English rather than not at all.
        """
        return self._fill(self._translation(template), values)

    def say_message(self, sentence: Message) -> str:
        """Return what `sentence` says, in this language."""
        return self._fill(self._translation(sentence.template), sentence.values)

    def number(self, x: float, *, digits: int = 4) -> str:
        """Return `x` with at most `digits` significant digits; whole digits are never dropped."""
        if not isfinite(x):
            return "∞" if x > 0 else "−∞" if x < 0 else "?"
        decimals = 0 if x == 0 else max(0, digits - 1 - floor(log10(abs(x))))
        pattern = "#,##0." + "#" * decimals if decimals else "#,##0"
        return str(format_decimal(x, format=pattern, locale=self._locale))

    def percent(self, share: float) -> str:
        """Return a share (0.244) as a percentage (24.4%), small ones with two digits (0.025%)."""
        shown = share * 100
        decimals = 1
        if 0 < shown < 1:
            decimals = min(6, 1 - floor(log10(shown)))
        elif 99 < shown < 100:  # nearly all is not all
            decimals = min(6, max(1, ceil(-log10(100 - shown))))
        pattern = "#,##0." + "#" * decimals
        return str(format_decimal(shown, format=pattern, locale=self._locale)) + "%"

    def time(self, moment: datetime, zone: tzinfo) -> str:
        """Return an aware `moment` to the minute on the clocks of `zone`, with the zone's name."""
        return f"{self._clock(_MINUTE, moment, zone)} ({moment.astimezone(zone).tzname()})"

    def day(self, moment: datetime, zone: tzinfo) -> str:
        """Return the month and day of an aware `moment` in `zone`: 10월 27일, Oct 27."""
        return self._clock(_DAY, moment, zone)

    def day_and_time(self, moment: datetime, zone: tzinfo) -> str:
        """Return month, day, hour and minute of an aware `moment` in `zone`: Oct 27, 09:30."""
        return self._clock(_DAY_MINUTE, moment, zone)

    def times(self, x: float) -> str:
        """Return how many times as much, to two significant digits: 2,000 and not 1,972."""
        if isfinite(x) and abs(x) >= 100:
            x = round(x, 1 - floor(log10(abs(x))))
        return self.number(x, digits=2)

    def listed(self, items: Iterable[str]) -> str:
        """Return the items in a row, separated by commas."""
        return ", ".join(items)

    def alternatives(self, items: Iterable[str]) -> str:
        """Return several values of one column; what their beginnings share is said once.

        "CN7 LH / RH" for "CN7 LH" and "CN7 RH": values may hold commas, so they are not joined
        by commas.
        """
        beginning, endings = apart(list(items))
        return " ".join([*beginning, " / ".join(endings)])

    def _clock(self, patterns: Mapping[str, str], moment: datetime, zone: tzinfo) -> str:
        local = moment.astimezone(zone).replace(tzinfo=None)
        return str(format_datetime(local, patterns[self.lang], locale=self._locale))

    def _translation(self, template: str) -> str:
        if self.lang == SOURCE:
            return template
        return catalogue(self.lang).get(template) or template

    def _fill(self, template: str, values: Mapping[str, Value]) -> str:
        parts: list[str] = []
        before = ""
        for literal, name, _, _ in Formatter().parse(template):
            parts.append(fit(before, literal) if before and self.lang == "ko" else literal)
            if name is None:
                continue
            before = self._shown(values[name])
            parts.append(before)
        return "".join(parts)

    def _shown(self, value: Value) -> str:
        if isinstance(value, bool | str):
            return str(value)
        return self.number(value, digits=6)


def placeholders(template: str) -> Sequence[str]:
    """Return the names in braces of a template, sorted."""
    return sorted({name for _, name, _, _ in Formatter().parse(template) if name})


def apart(items: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words with which all items begin, if any, and what remains of each item."""
    split = [item.split(" ") for item in items]
    shared = 0
    if len(split) > 1:
        shortest = min(len(words) for words in split)
        while shared < shortest - 1 and len({words[shared] for words in split}) == 1:
            shared += 1
    return [" ".join(split[0][:shared])] * bool(shared), [" ".join(w[shared:]) for w in split]
