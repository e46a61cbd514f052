"""One line on the terminal that says what is being done; nothing where there is no terminal."""

import sys
from collections.abc import Mapping

from deungdae.reports.words import Words


class Progress:
    """Told each step of a run; `steps` names those of a method beside the ones every run has."""

    def __init__(self, words: Words, steps: Mapping[str, str] | None = None) -> None:
        self._shown = 0
        self._steps = {
            "reading": words.say("Reading the file"),
            "keeping": words.say("Keeping the original"),
            "storing": words.say("Storing the table"),
            "loading": words.say("Loading the table"),
            "understanding": words.say("Understanding the columns"),
            **(steps or {}),
        }

    def __call__(self, step: str, share: float) -> None:
        """Show the step and the share of it that is done."""
        sentence = self._steps.get(step)
        if sentence is None or not sys.stderr.isatty():
            return
        line = f"{sentence} … {share:.0%}" if share else f"{sentence} …"
        self.clear()
        self._shown = len(line)
        print(line, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._shown = 0
