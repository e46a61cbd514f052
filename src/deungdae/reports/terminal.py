"""Lines for a terminal, where a Korean letter is two columns wide."""

from collections.abc import Iterator
from unicodedata import category, combining, east_asian_width


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes."""
    return sum(
        0 if combining(c) or category(c) == "Cf" else 2 if east_asian_width(c) in "WF" else 1
        for c in text
    )


def wrapped(text: str, width: int, *, hang: int = 0) -> Iterator[str]:
    """Yield `text` in lines of at most `width` columns, broken at spaces where there are any.

    Further lines are indented by `hang` columns. Control characters, which could rewrite the
    terminal, become spaces.
    """
    clean = "".join(" " if category(c) == "Cc" else c for c in text)
    for line in _lines(clean, width, hang):
        yield line.replace("\N{NO-BREAK SPACE}", " ")


def _lines(clean: str, width: int, hang: int) -> Iterator[str]:
    line = " " * (len(clean) - len(clean.lstrip(" ")))
    for word in clean.split(" "):
        if not word:
            continue
        glue = " " if line.strip() else ""
        if columns(line + glue + word) <= width:
            line += glue + word
            continue
        if line.strip():
            yield line
            line = " " * hang
        while word and columns(line + word) > width:
            fits = _fitting(word, width - columns(line))
            yield line + word[:fits]
            line, word = " " * hang, word[fits:]
        line += word
    yield line


def _fitting(word: str, room: int) -> int:
    fits, used = 0, 0
    for letter in word:
        used += columns(letter)
        if used > room:
            break
        fits += 1
    return max(1, fits)
