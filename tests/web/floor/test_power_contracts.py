"""A site's electricity contract, from its page to the cost on the page of a machine."""

import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.floor.models import PowerContract

TARIFF = "kepco-industrial-a2-high-a-2024-10/1"
MINUTE_US = 60_000_000
SEASONS, BANDS = ("summer", "mild", "winter"), ("light", "mid", "peak")
PRICES = [f"{season}_{band}" for season in SEASONS for band in BANDS]


@pytest.fixture
def owner(drawing: Any, house: Any, enter: Any) -> Client:
    client: Client = enter(house.people["owner"])
    return client


def keep(client: Client, drawing: Any, **typed: Any) -> Any:
    typed = {"since": "2024-01-01", **typed}
    with drawing._committing(execute=True):
        page = reverse("floor:power_contract", args=(drawing.where.public_id,))
        return client.post(page, typed, follow=True)


def until(client: Client, page: str, words: str) -> str:
    """Load a page until it says something: the monitor hears of what was kept a moment later."""
    end = time.monotonic() + 40
    while words not in (shown := str(client.get(page).content.decode())):
        assert time.monotonic() < end, shown
    return shown


def kept(drawing: Any) -> list[Any]:
    return list(PowerContract.objects.within(drawing.scope).order_by("since"))


def test_a_contract_prices_what_a_machine_used(drawing: Any, owner: Client) -> None:
    from deungdae.web.floor.actions.assets import DrawAssets, Drawn, SignalSaid

    signals = [SignalSaid("state", "line7/state", {"map": {"auto": "running", "off": "stopped"}}),
               SignalSaid("power", "line7/kw")]  # fmt: skip
    now = int(timezone.now().timestamp()) * 1_000_000
    start = now - now % (15 * MINUTE_US) - 180 * MINUTE_US
    # 10 kW while it runs, 2 kW for the last hour, in which it stands.
    told = [(start + n * MINUTE_US, 10.0 if n < 120 else 2.0) for n in range(180)]
    drawing.site.store(drawing.id, "plc", "line7/kw", told)
    drawing.site.store(
        drawing.id, "plc", "line7/state",
        [(at, "auto" if kw > 5 else "off") for at, kw in told],
    )  # fmt: skip
    drawn = Drawn("m", "machine", "사출 7호기", "line7", signals=signals)
    press = drawing.do(DrawAssets, site=drawing.where, drawn=[drawn])["m"]
    page = reverse("floor:machine", args=(press.public_id,))
    before = until(owner, page, 'id="energy"')
    assert "No cost" not in before and "Enter the electricity contract" in before
    assert "Energy charge" not in before
    # Nine prices of one hundred won: 22 kWh cost 2,200 won, the two standing 200 of them.
    own = dict.fromkeys(PRICES, "100")
    answer = keep(owner, drawing, tariff=TARIFF, contract_kw="20", base="7000", **own)
    assert "The electricity contract is kept." in answer.content.decode()
    record = line.get(bus.ASSETS, drawing.id, str(press.public_id))
    assert record is not None
    assert record.document["contracts"] == [
        {
            "since": "2024-01-01", "tariff": TARIFF, "prices": [100.0] * 9, "base": 7000.0,
            "contract_kw": 20.0, "example": False,
        }
    ]  # fmt: skip
    shown = until(owner, page, "2,200 won")
    sentence = shown[shown.index("22.0 kWh, ") :][:300]
    # About two hundred: of the time since the last reading nobody knows what the machine did.
    assert sentence.startswith("22.0 kWh, 2,200 won of energy charge. 9."), sentence
    assert "was used while standing." in sentence
    assert "The highest quarter of an hour was 10.0 kW" in shown
    assert "The basic charge (7,000 won per kW of the highest demand and month)" in shown
    assert "Prices: KEPCO Industrial Service (A) II, High-Voltage A (2024-10-24)." in shown
    # The site's page: since midnight, against the contract.
    site = owner.get(reverse("floor:site")).content.decode()
    if timezone.localtime().hour >= 4:  # all of it was after midnight
        assert "50% of the contracted 20 kW" in site and "2,200 won" in site


def test_what_makes_no_sense_is_refused_by_name(drawing: Any, owner: Client) -> None:
    own = dict.fromkeys(PRICES, "100")
    far = (timezone.localdate() + timedelta(days=500)).isoformat()
    for typed, problem in (
        ({}, "Choose a tariff, or enter the contracted power."),
        ({"tariff": TARIFF, "summer_light": "90"}, "Enter all nine prices or none: 8 are missing."),
        (own, "Choose a tariff: without its hours nobody knows when a price holds."),
        ({"tariff": TARIFF, **own, "mild_mid": "-3"}, "Spring and autumn, Mid load (won per kWh)"),
        ({"contract_kw": "300", "since": far}, "A contract begins between 2000-01-01 and"),
        ({"tariff": "of-nobody/1", "contract_kw": "300"}, "of-nobody/1"),
    ):
        answer = keep(owner, drawing, **typed)
        assert answer.status_code == 400, typed
        assert problem in answer.content.decode(), typed
    assert kept(drawing) == []


def test_a_later_contract_leaves_the_one_before_to_history(drawing: Any, owner: Client) -> None:
    keep(owner, drawing, contract_kw="200")
    keep(owner, drawing, contract_kw="250", since="2026-01-01")
    keep(owner, drawing, contract_kw="300", since="2026-01-01")  # typed again: replaced
    assert [(one.since, one.contract_kw) for one in kept(drawing)] == [
        (date(2024, 1, 1), 200.0),
        (date(2026, 1, 1), 300.0),
    ]
    page = reverse("floor:remove_power_contract", args=(drawing.where.public_id,))
    owner.post(page, {"since": "2026-01-01"})
    assert [one.contract_kw for one in kept(drawing)] == [200.0]
    assert (
        "There is no such contract"
        in owner.post(page, {"since": "x"}, follow=True).content.decode()
    )


def test_only_who_manages_the_company_enters_it_and_only_its_own(
    drawing: Any, owner: Client, neighbour: Any, enter: Any
) -> None:
    page = reverse("floor:power_contract", args=(drawing.where.public_id,))
    typed = {"since": "2024-01-01", "contract_kw": "200"}
    assert drawing.client.post(page, typed).status_code == 403  # an engineer
    assert "Keep the contract" not in drawing.client.get(page).content.decode()
    assert enter(neighbour.people["owner"]).get(page).status_code == 404
    assert enter(neighbour.people["owner"]).post(page, typed).status_code == 404
    assert kept(drawing) == []
    shown = owner.get(reverse("companies:change_site", args=(drawing.where.public_id,)))
    assert page in shown.content.decode()


def test_a_tariff_is_called_as_the_reader_calls_it_and_one_kept_before_as_it_was() -> None:
    from django.utils.translation import override

    from deungdae.web.floor.shown.energy import tariff_title

    told = {"title": "산업용(을)", "title_en": "KEPCO Industrial Service (B)"}
    with override("en"):
        assert tariff_title(told) == "KEPCO Industrial Service (B)"
        assert tariff_title({"title": "산업용(을)"}) == "산업용(을)"
        assert tariff_title({}) == ""
    with override("ko"):
        assert tariff_title(told) == "산업용(을)"
