"""What a machine does not tell yet is said by the signals that it has."""

from types import SimpleNamespace
from typing import Any

import pytest

from deungdae.web.floor.drawing import lacking


def of(*roles: str, **asset: Any) -> list[str]:
    machine: Any = SimpleNamespace(**({"ideal_seconds": None, "ideal_confirmed": False} | asset))
    return [str(one) for one in lacking.of_machine(machine, roles, None, calendar=True)]


@pytest.mark.parametrize("role", ["load", "run"])
def test_a_machine_without_a_counter_has_availability_and_no_oee(role: str) -> None:
    assert of(role) == ["Its parts are not counted: there will be availability, but no OEE."]


def test_a_machine_that_counts_needs_its_ideal_cycle_confirmed() -> None:
    (said,) = of("counter")
    assert said.startswith("Its ideal cycle is not confirmed")
    assert of("counter", "load", ideal_seconds=4.0, ideal_confirmed=True) == []
