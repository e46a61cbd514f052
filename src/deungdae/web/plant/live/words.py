"""Ages, values and sentences of the live page.

Its browser writes the same words each second without asking, so they are whole sentences with
places to fill, given to the page once by `for_browser`; nothing is put together from pieces.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from deungdae.records.readings import Value
from deungdae.web.plant.live.judging import State
from deungdae.web.plant.live.lines import Described, Line, Trouble, place

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
QUARTER: Final = 900
#: Decimals that a value is shown with, by its size: from the first bound that it reaches.
DECIMALS: Final = ((1000.0, 1), (10.0, 2), (1.0, 3), (0.0, 4))
LONGEST_TEXT: Final = 60  #: of a value that is text, in signs


def for_browser() -> dict[str, str]:
    """Return every sentence that the browser fills in, in the reader's language."""
    return {
        "ago_s": _("{n} s ago"),
        "ago_m": _("{n} min ago"),
        "ago_h": _("{n} h ago"),
        "ago_d": _("{n} days ago"),
        "for_s": _("{n} s"),
        "for_m": _("{n} min"),
        "for_h": _("{n} h"),
        "for_d": _("{n} days"),
        "stale": _("{what}: no new value for {age}."),
        "stale_many": _("{what}: no new value of {n} tags for {age}."),
        "stale_line": _("No new value of any tag for {age}."),
        "bad": _("{what}: the machine says that this value is wrong."),
        "never": _("{what}: there was no value yet."),
        "bad_many": _("{what}: the machine says that {n} values are wrong."),
        "never_many": _("{what}: there was no value of {n} tags yet."),
        "clock_behind": _("{what}: values arrive, but their clock is {age} behind."),
        "clock_ahead": _("{what}: values arrive, but their clock is {age} ahead."),
        "all_fresh": _("All {n} tags are fresh"),
        "some_troubled": _("{n} of {total} tags need a look"),
        "more": _("and {n} more"),
        "mark_stale": _("stale"),
        "mark_bad": _("wrong"),
        "mark_clock": _("clock"),
        "mark_never": _("no value"),
        "mark_uncertain": _("uncertain"),
        "yes": _("on"),
        "no": _("off"),
        "live": _("Values move as they come"),
        "connecting": _("Connecting …"),
        "again": _("The line is lost; connecting again …"),
        "still": _("Not moving: what you see is of {time}."),
        "no_rows": _("These rows could not be fetched. Try again in a moment."),
        "none": _("No value"),
        "trend": _("Between {low} and {high}"),
        "no_trend": _("Nothing came"),
    }


def _spoken(kind: str, seconds: float, words: Mapping[str, str]) -> str:
    seconds = max(seconds, 0)
    for unit, size in (("d", 2 * DAY), ("h", 2 * HOUR), ("m", 2 * MINUTE)):
        if seconds >= size:
            return words[f"{kind}_{unit}"].format(n=int(seconds // (size / 2)))
    return words[f"{kind}_s"].format(n=int(seconds))


def ago(seconds: float, words: Mapping[str, str]) -> str:
    """Return `3 s ago`, counted in what is whole at least twice."""
    return _spoken("ago", seconds, words)


def lasting(seconds: float, words: Mapping[str, str]) -> str:
    """Return `12 min`."""
    return _spoken("for", seconds, words)


def count(number: int) -> str:
    """Return a count as it is shown."""
    return f"{number:,}" if abs(number) >= 10_000 else str(number)


def value_text(value: Value, words: Mapping[str, str], *, names: bool = False) -> str:
    """Return a value as it is shown, without its unit.

    A number that `names` something, such as a lot, is written as its digits are.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return words["yes"] if value else words["no"]
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else f"{value[: LONGEST_TEXT - 1]}…"
    if names and float(value).is_integer():
        return str(int(value))
    if isinstance(value, int):
        return count(value)
    return number(value)


def number(value: float) -> str:
    """Return a number with the decimals that it has, and no more than mean something."""
    size = abs(value)
    if size != 0 and not 0.001 <= size < 1e9:
        return f"{value:.3g}"
    most = next(decimals for bound, decimals in DECIMALS if size >= bound)
    written = f"{value:.{most}f}".rstrip("0").rstrip(".")
    places = len(written.partition(".")[2])
    # Both languages write numbers alike; Django would cut decimals off instead of rounding.
    return f"{value:,.{places}f}" if size >= 10_000 else f"{value:.{places}f}"


def of_clock(seconds: float) -> float:
    """Return by how much a clock is wrong: whole quarters of an hour, but for what the way took."""
    near = round(seconds / QUARTER) * QUARTER
    return near if near and abs(seconds - near) <= MINUTE else seconds


def about(trouble: Trouble, line: str, described: Mapping[str, Described]) -> str:
    """Return how a sentence names the tag or the asset of a line: without the line."""
    if trouble.tags > 1:
        return trouble.what.removeprefix(f"{line}/")
    found, known = place(trouble.what), described.get(trouble.what)
    asset = found.asset.removeprefix(line).removeprefix("/")
    name = known.label if known and known.label else found.name
    return f"{asset} {name}" if asset else name


def sentence(
    trouble: Trouble,
    line: str,
    described: Mapping[str, Described],
    now_us: int,
    words: Mapping[str, str],
) -> str:
    """Return what is wrong in one sentence."""
    what = about(trouble, line, described) if trouble.what else ""
    key, seconds = trouble.state.value, (now_us - trouble.since_us) / 1e6
    if trouble.state is State.CLOCK:
        key = "clock_behind" if trouble.off_us < 0 else "clock_ahead"
        seconds = of_clock(abs(trouble.off_us) / 1e6)
    elif trouble.state is State.STALE and not trouble.what:
        key = "stale_line"
    elif trouble.tags > 1:
        key = f"{key}_many"
    return words[key].format(what=what, n=count(trouble.tags), age=lasting(seconds, words))


def of_line(line: Line, words: Mapping[str, str]) -> str:
    """Return how a line stands, in one sentence."""
    if not line.troubled:
        return words["all_fresh"].format(n=count(line.total))
    return words["some_troubled"].format(n=count(line.troubled), total=count(line.total))
