"""What metered electricity costs by load period: 10 kW on Tuesday, 2024-07-02, worked by hand."""

from datetime import date

import numpy as np
import pytest

from deungdae.analysis.energy import figures_of, standing_kwh, tariff
from deungdae.analysis.oee import Counts, Span, State
from deungdae.monitor import definitions
from deungdae.monitor.definitions import Asset, Contract, Signal, UnusableDefinition
from deungdae.monitor.floor import costs
from deungdae.monitor.floor.energy import Quarter
from deungdae.monitor.floor.figures import Said, shift_document, summary
from deungdae.monitor.floor.frames import Frame
from deungdae.monitor.floor.shifts import Shift

S = 1_000_000
QUARTER = 900 * S
T = 1_719_846_000 * S  #: 2024-07-02 00:00 in Seoul, a Tuesday
A2 = "kepco-industrial-a2-high-a-2024/1"  #: summer: 87.2, 113.0 and 146.5 won
DAY = [Quarter(T + n * QUARTER, T + (n + 1) * QUARTER, 2.5) for n in range(96)]
RUN, STOP, DARK = State.RUNNING, State.STOPPED, State.UNKNOWN


def machine(*contracts: Contract) -> Asset:
    return Asset("m", signals=(Signal("energy", "kwh"),), contracts=contracts)


def test_ten_kilowatts_all_day_are_shared_out_to_the_bands_of_the_tariff() -> None:
    found = costs.document(machine(Contract(date(2024, 1, 1), A2)), DAY, [Span(T, T, RUN)], 100.0)
    assert found is not None and found["cost"] is not None
    # Light load 22 to 8 h, peak load 11 to 12 and 13 to 18 h, the other 8 hours mid load.
    assert found["cost"]["bands"] == [
        ["light", 100.0, pytest.approx(8_720)],
        ["mid", 80.0, pytest.approx(9_040)],
        ["peak", 60.0, pytest.approx(8_790)],
    ]
    assert found["cost"]["energy_won"] == pytest.approx(26_550)
    assert (found["kwh"], found["peak_kw"], found["peak_at"]) == (240.0, 10.0, T)
    assert (found["per_good_kwh"], found["per_good_won"]) == (2.4, pytest.approx(265.5))
    bands = [row[3] for row in found["trend"]]
    assert (bands[0], bands[31], bands[32], bands[44], bands[95]) == (
        *("light", "light", "mid", "peak", "light"),
    )


def test_the_monitor_prices_as_the_method_does() -> None:
    local = np.datetime64("2024-07-02", "s") + np.arange(96) * np.timedelta64(15, "m")
    of_method = figures_of(local, np.full(96, 2.5), tariff(A2), None)["cost"]
    found = costs.document(machine(Contract(date(2024, 1, 1), A2)), DAY, [], None)
    assert found is not None
    assert found["cost"]["energy_won"] == pytest.approx(of_method["energy_won"])
    assert [row[1] for row in found["cost"]["bands"]] == [row["kwh"] for row in of_method["bands"]]


def test_without_a_tariff_there_is_no_cost() -> None:
    for contracts in ((), (Contract(date(2024, 1, 1), contract_kw=300.0),)):
        found = costs.document(machine(*contracts), DAY, [], 100.0)
        assert found is not None
        assert (found["cost"], found["per_good_won"], found["kwh"]) == (None, None, 240.0)
        assert {row[3] for row in found["trend"]} == {None}


def test_a_tariff_whose_prices_nobody_knows_gives_bands_and_no_won() -> None:
    held = machine(Contract(date(2024, 1, 1), "kepco-industrial-b-2026"))
    found = costs.document(held, DAY, [], None)
    assert found is not None
    assert found["cost"]["energy_won"] is None
    assert found["cost"]["warnings"] == ["no_prices"]
    # By its hours: light 22 to 8 h, peak 15 to 21 h.
    assert found["cost"]["bands"] == [
        ["light", 100.0, None], ["mid", 80.0, None], ["peak", 60.0, None],
    ]  # fmt: skip


def test_each_day_counts_by_the_contract_that_was_valid_then() -> None:
    own = Contract(date(2024, 7, 3), A2, prices=(100.0,) * 9)
    two = [*DAY, *(Quarter(a + 96 * QUARTER, b + 96 * QUARTER, kwh) for a, b, kwh, _ in DAY)]
    found = costs.document(machine(Contract(date(2024, 1, 1), A2), own), two, [], None)
    assert found is not None
    assert found["cost"]["energy_won"] == pytest.approx(26_550 + 24_000)
    late = costs.document(machine(own), two, [], None)  # nothing was told of the first day
    assert late is not None
    assert (late["cost"]["energy_won"], late["cost"]["warnings"]) == (None, ["part"])


def test_prices_of_another_time_say_so() -> None:
    old = "kepco-industrial-a2-high-a-2024-10/1"  # from 2024-10-24 on
    found = costs.document(machine(Contract(date(2024, 1, 1), old)), DAY, [], None)
    assert found is not None and found["cost"]["warnings"] == ["not_valid"]
    typed = Contract(date(2024, 1, 1), old, prices=(100.0,) * 9)  # those of the bill always hold
    found = costs.document(machine(typed), DAY, [], None)
    assert found is not None and found["cost"]["warnings"] == []


def test_a_tariff_that_is_not_there_prices_nothing() -> None:
    found = costs.document(machine(Contract(date(2024, 1, 1), "of-2031/1")), DAY, [], None)
    assert found is not None and found["cost"] is None


def test_what_a_machine_uses_standing_is_told_apart_within_a_quarter() -> None:
    # 10 kW running, 2 kW standing; two quarters run, one is half and half, one stands.
    half = T + 2 * QUARTER + QUARTER // 2
    quarters = [
        Quarter(T + n * QUARTER, T + (n + 1) * QUARTER, kwh)
        for n, kwh in enumerate((2.5, 2.5, 1.5, 0.5))
    ]
    spans = [Span(T, half, RUN), Span(half, T + 4 * QUARTER, STOP)]
    found = costs.document(machine(), quarters, spans, None)
    assert found is not None and found["standing"] is not None
    assert found["standing"]["kwh"] == pytest.approx(0.75)  # 2 kW for 22.5 minutes
    assert found["standing"]["share"] == pytest.approx(0.75 / 7.0)
    assert found["standing"]["won"] is None
    # What was used in time of which nothing is known is in neither.
    spans = [Span(T, T + QUARTER, DARK), Span(T + QUARTER, half, RUN), spans[1]]
    found = costs.document(machine(), quarters, spans, None)
    assert found is not None and found["standing"]["known_kwh"] == pytest.approx(4.5)
    # Where that is most of it, nothing is said.
    found = costs.document(machine(), quarters, [Span(T, half, DARK), spans[2]], None)
    assert found is not None and found["standing"] is None


def test_quarters_that_are_all_mixed_alike_tell_nothing_of_standing() -> None:
    kwh, half = np.full(8, 1.5), np.full(8, 450.0)
    assert standing_kwh(kwh, half, half) is None
    assert standing_kwh(kwh, half * 2, half * 0) == pytest.approx(np.zeros(8))
    assert standing_kwh(kwh, half * 0, half * 2) == pytest.approx(kwh)


def test_a_line_uses_what_all_its_machines_use_and_a_shift_tells_it() -> None:
    contract = Contract(date(2024, 1, 1), A2)
    asset = machine(contract)
    shift = Shift("2024-07-02", "주간", None, T, T + 4 * QUARTER, ((T, T + 4 * QUARTER),))
    frame = Frame(
        T, T + 4 * QUARTER, spans=[Span(T, T + 4 * QUARTER, RUN)], produced=40.0, counted=True,
        made=[(T, 40.0, 0.0, 0.0)], energy_kwh=10.0, power=DAY[:4],
    )  # fmt: skip
    found = summary(asset, frame, Said(), shift)
    assert found.counts == Counts(40.0, 0.0, 0.0)
    told = shift_document("m", found, final=True)
    # An hour of light load: 10 kWh of 87.2 won for 40 parts.
    assert told["energy"]["cost"]["energy_won"] == pytest.approx(872)
    assert told["energy"]["per_good_won"] == pytest.approx(21.8)
    assert told["energy"]["standing"]["kwh"] == 0.0
    assert "trend" not in told["energy"]
    one = costs.document(asset, DAY[:4], [Span(T, T + 4 * QUARTER, RUN)], None)
    both = costs.together(asset, [one, None, one], 40.0)
    assert both is not None
    assert (both["kwh"], both["peak_kw"], both["per_good_kwh"]) == (20.0, 20.0, 0.5)


def test_a_power_that_is_worked_out_from_the_load_is_an_estimate() -> None:
    signals = (Signal("load", "amps"), Signal("power", "amps", scale=0.56))
    assert costs.estimated(Asset("m", signals=signals))
    assert not costs.estimated(Asset("m", signals=(*signals, Signal("energy", "kwh"))))


def test_a_contract_is_read_in_the_order_of_its_days() -> None:
    told = [
        {"since": "2026-06-01", "tariff": "b", "prices": [1] * 9, "base": 8000, "contract_kw": 250},
        {"since": "2024-01-01", "tariff": None, "example": True},
    ]
    asset = definitions.asset({"name": "m", "contracts": told, "site_zone": "Asia/Seoul"})
    assert [one.since.year for one in asset.contracts] == [2024, 2026]
    assert asset.contracts[0] == Contract(date(2024, 1, 1), example=True)
    assert asset.contracts[1].prices == (1.0,) * 9
    for wrong in ({"since": "soon"}, {"since": "2026-01-01", "base": -1}):
        with pytest.raises(UnusableDefinition):
            definitions.asset({"name": "m", "contracts": [wrong]})
    with pytest.raises(UnusableDefinition):
        definitions.asset({"name": "m", "site_zone": "Seoul/Mars"})


def test_what_is_offered_to_choose_from_has_its_prices() -> None:
    found = {row["name"]: row for row in costs.told_tariffs([A2, "kepco-industrial-b-2026"])}
    assert found[A2]["prices"][:3] == [87.2, 113.0, 146.5]
    assert (found[A2]["option"], found[A2]["until"]) == ("1", "2024-10-23")
    assert found["kepco-industrial-b-2026"]["prices"] is None
