"""The forms of machines say what the drivers read: the same names, choices, bounds and defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deungdae.edge import drivers
from deungdae.edge.drivers import sample
from deungdae.edge.fields import Fields, Problem
from deungdae.web.plant.machines import KINDS, Option

#: What no form asks for: what every driver has, and what pages say elsewhere (of the tags).
ELSEWHERE = {"kind", "name", "node", "value", "topic", "tag"}
ABOUT_A_TAG = {"unit", "expected_seconds"}


class Asked(Fields):
    """Notes what a driver asks for: the type, bounds, choices and default of each name."""

    seen: dict[str, dict[str, Any]]

    def _note(self, name: str, **what: Any) -> None:
        self.__dict__.setdefault("seen", {}).setdefault(name, what)

    def choice(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        self._note(name, choices=set(choices), default=default)
        return super().choice(name, choices, default)

    def number(self, name: str, low: float, high: float, default: float | None = None) -> float:
        self._note(name, low=low, high=high, default=default)
        return super().number(name, low, high, default)

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int:
        self._note(name, low=low, high=high, default=default)
        return super().whole(name, low, high, default)

    def switch(self, name: str, *, default: bool) -> bool:
        self._note(name, default=default)
        return super().switch(name, default=default)


def asked_of(kind: str, table: Mapping[str, Any], folder: Path) -> tuple[Asked, list[Problem]]:
    problems: list[Problem] = []
    fields = Asked(table, kind, problems)
    fields.base = folder
    drivers.read(kind, fields)
    return fields, problems


def full(kind: str) -> dict[str, Any]:
    """A table with every option that a form could say, so that each of them is asked for."""
    table: dict[str, Any] = {"kind": kind, "name": "x"}
    for option in KINDS[kind].options:
        table[option.name] = told(option)
    if kind == "opcua":
        table |= {"security": "Basic256Sha256", "node": [{"tag": "a/b", "id": "nsu=urn:x;s=A"}]}
    if kind == "files":
        table |= {"layout": "long", "tag_column": "t", "value_column": "v"}
    part = KINDS[kind].part
    if part == "value":
        table[part] = [{o.name: told(o) for o in KINDS[kind].parts} | {"type": "int16"}]
        del table[part][0]["bit"]
    if part == "topic":
        table[part] = [{o.name: told(o) for o in KINDS[kind].parts} | {"payload": "json"}]
    return table


def told(option: Option) -> Any:
    if option.type in ("choice",):
        return option.choices[0][0]
    if option.type == "switch":
        return option.default
    if option.type in ("whole", "number"):
        return option.default if option.default not in (None, "") else 1
    if option.type == "texts":
        return ["a"]
    return option.example or option.default or "a"


def test_every_kind_of_driver_has_a_form() -> None:
    assert set(KINDS) == set(drivers.DRIVERS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_asks_for_what_the_driver_reads_and_for_nothing_else(
    kind: str, tmp_path: Path
) -> None:
    fields, problems = asked_of(kind, full(kind), tmp_path)
    unknown = [one for one in problems if "not known here" in one.what.template]
    assert unknown == []
    assert fields.asked - ELSEWHERE == {option.name for option in KINDS[kind].options}


@pytest.mark.parametrize("kind", KINDS)
def test_choices_bounds_and_defaults_are_those_of_the_driver(kind: str, tmp_path: Path) -> None:
    fields, _ = asked_of(kind, full(kind), tmp_path)
    seen = fields.__dict__.get("seen", {})
    options = {option.name: option for option in KINDS[kind].options}
    for name, what in seen.items():
        if name == "kind":
            continue
        option = options[name]
        if "choices" in what:
            assert {code for code, _ in option.choices} == what["choices"], name
        if "low" in what:
            assert (option.low, option.high) == (what["low"], what["high"]), name
        if what["default"] is not None:
            assert option.default == what["default"], name
    assert len(seen) > 1 or kind == "mqtt", "hardly an option was inspected"


@pytest.mark.parametrize("kind", [code for code, kind in KINDS.items() if kind.written])
def test_what_is_written_down_by_hand_is_what_the_driver_reads(kind: str, tmp_path: Path) -> None:
    _, problems = asked_of(kind, full(kind), tmp_path)
    assert [one for one in problems if f"{KINDS[kind].part} 1" in one.where] == []
    for option in KINDS[kind].parts:
        # Each of them stands in the sample of the driver, so none was invented here.
        assert f"{option.name} = " in sample(kind), option.name
