"""Factors, levels and numbers of an experiment, written the reader's way."""

from collections.abc import Mapping, Sequence
from typing import Any

from deungdae.reports.causes.conditions import measured
from deungdae.reports.words import Words

Document = Mapping[str, Any]


class Settings:
    """Writes what a plan (or what an analysis kept of it) says of its factors and its response."""

    def __init__(self, words: Words, plan: Document) -> None:
        self._words = words
        self._factors = {f["name"]: f for f in plan["factors"]}
        self.response: Document = plan["response"]
        self.rates = self.response["kind"] == "bad_parts"

    def level(self, factor: str, side: str) -> str:
        """Return a level ("bad", "good" or "centre") of a factor with its unit."""
        return self.value(factor, self._factors[factor][side])

    def value(self, factor: str, value: float | str | None) -> str:
        """Return a setting of a factor with its unit."""
        if value is None:
            return "–"
        if isinstance(value, str):
            return value
        return measured(self._words.number(value, digits=6), self._factors[factor]["unit"] or "")

    def name(self, factor: str) -> str:
        """Return a factor's name where its unit follows: without the unit in brackets."""
        unit = self._factors[factor]["unit"]
        for bracket in (f"({unit})", f"[{unit}]"):
            if unit and factor.endswith(bracket):
                return factor.removesuffix(bracket).rstrip()
        return factor

    def heading(self, factor: str) -> str:
        """Return a factor's name as a heading, with its unit."""
        unit = self._factors[factor]["unit"]
        return f"{self.name(factor)} ({unit})" if unit else factor

    def change(self, factors: Sequence[str]) -> str:
        """Return what is changed: "speed 45 mm/s → 60 mm/s"."""
        return " & ".join(
            f"{self.name(name)} {self.level(name, 'bad')} → {self.level(name, 'good')}"
            for name in factors
        )

    def response_name(self) -> str:
        """Return what is observed."""
        if self.rates:
            if self.response["reason"] is not None:
                return self._words.say("Rate of {reason}", reason=str(self.response["reason"]))
            return self._words.say("Defect rate")
        return str(self.response["name"] or self._words.say("Measured value"))

    def response_spoken(self) -> str:
        """Return what is observed as it stands within a sentence."""
        if not self.rates:
            return self.response_name()
        if self.response["reason"] is not None:
            return self._words.say("the rate of {reason}", reason=str(self.response["reason"]))
        return self._words.say("the defect rate")

    def amount(self, number: float | None) -> str:
        """Return a response: a rate in percent, a measured value with its unit."""
        if number is None:
            return "–"
        if self.rates:
            return self._words.percent(number)
        return self.plain(number)

    def difference(self, number: float) -> str:
        """Return a difference of responses: points of a percentage, or a value with its unit."""
        if self.rates:
            sign = "−" if number < 0 else ""
            points = self._words.number(abs(number) * 100, digits=2)
            return self._words.say("{sign}{points} points", sign=sign, points=points)
        return self.plain(number)

    def plain(self, number: float) -> str:
        """Return a measured value with its unit."""
        return measured(self._words.number(number), str(self.response["unit"] or ""))
