"""A site is drawn once: from what the data propose, or by hand; the bus then holds a copy."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.html import escape

from deungdae import bus
from deungdae.records.environment import Settings
from deungdae.web.core import line
from deungdae.web.floor import reconciling
from deungdae.web.floor.actions.assets import RetireAsset
from deungdae.web.floor.drawing import proposing
from deungdae.web.floor.forms.assets import shown_of
from deungdae.web.floor.models import Asset, Signal
from deungdae.web.plant.errors import Refused


def told(drawing: Any, asset: Any) -> dict[str, Any] | None:
    record = line.get(bus.ASSETS, drawing.id, str(asset.public_id))
    return None if record is None else record.document


def test_what_the_data_propose_is_drawn_with_one_press(drawing: Any) -> None:
    drawing.shots("line9/imm1")
    page = drawing.see("found")
    assert 'value="line9/imm1"' in page
    assert '<option value="counter" selected>' in page
    assert '<option value="state" selected>' in page
    form = {
        "m0-take": "on", "m0-path": "line9/imm1", "m0-name": "사출 9호기", "m0-line": "9라인",
        "m0-line_path": "line9", "m0-template": "injection",
        "m0-more": '{"line9/imm1/state": {"map": {"stopped": "stopped", "auto": "running"}}}',
        "r:0:line9/imm1/shots": "counter", "r:0:line9/imm1/state": "state",
    }  # fmt: skip
    drawing.send("take", **form)
    machine = drawing.asset("사출 9호기")
    assert machine.line.name == "9라인"
    assert machine.untold is False
    document = told(drawing, machine)
    assert document is not None
    assert document["line"] == str(machine.line.public_id)
    assert document["signals"] == [
        {"role": "counter", "tag": "line9/imm1/shots"},
        {"role": "state", "tag": "line9/imm1/state",
         "map": {"stopped": "stopped", "auto": "running"}},
    ]  # fmt: skip
    assert document["reasons"] == {}
    # What is drawn is not proposed again.
    assert 'value="line9/imm1"' not in drawing.see("found")


def test_a_machine_is_drawn_by_hand_and_says_what_it_lacks(drawing: Any) -> None:
    drawing.send("new_asset", "line", name="1라인", path="line1")
    made = drawing.send(
        "new_asset", "machine", name="프레스 1호기", template="press", path="line1/press1",
        parts_per_count="2", line=drawing.asset("1라인").pk,
    )  # fmt: skip
    page = made.content.decode()
    assert "Nothing tells whether it runs" in page
    assert "The stroke counter" in page  # what to look for on a press
    press = drawing.asset("프레스 1호기")
    kept = drawing.send(
        "set_signals", press.public_id, **{"s0-role": "counter", "s0-tag": "line1/press1/strokes"}
    ).content.decode()
    assert "Nothing was ever received under this name" in kept
    assert "Nothing tells whether it runs" not in kept
    assert "Its ideal cycle is not confirmed" in kept
    drawing.send("confirm_cycle", press.public_id, seconds="1.5")
    assert drawing.asset("프레스 1호기").ideal_confirmed
    document = told(drawing, press)
    assert document is not None
    assert (document["ideal_seconds"], document["parts_per_count"]) == (1.5, 2.0)
    assert document["ideals"] == []  # the first counts for all that was before
    # Another one counts from now on; what was said before is kept for the shifts of then.
    drawing.send("confirm_cycle", press.public_id, seconds="1.25")
    document = told(drawing, press)
    assert document is not None and document["ideal_seconds"] == 1.25
    [then] = document["ideals"]
    assert (then["seconds"], then["confirmed"], then["products"]) == (1.5, True, {})
    form = {"name": "프레스 1호기", "template": "press", "parts_per_count": "2"}
    drawing.send("asset_setup", press.public_id, **form, ideal_seconds="1.2", corrects="on")
    document = told(drawing, press)
    assert document is not None
    assert (document["ideal_seconds"], document["ideals"]) == (1.2, [])


def two_machines(**told: str) -> dict[str, str]:
    """What the page sends of two machines whose tags begin with the same word."""
    form: dict[str, str] = {}
    for n in (0, 1):
        form |= {
            f"m{n}-take": "on", f"m{n}-path": f"shop/e{n}", f"m{n}-name": f"조립 {n}호기",
            f"m{n}-line": "1라인", f"m{n}-line_path": "shop", f"m{n}-template": "generic",
            f"r:{n}:shop/e{n}/cnt": "counter",
        }  # fmt: skip
    return form | told


def test_machines_stand_in_the_line_that_was_typed(drawing: Any) -> None:
    drawing.send("take", **two_machines(**{"m1-line": "2라인"}))
    lines = [drawing.asset(f"조립 {n}호기").line.name for n in (0, 1)]
    assert lines == ["1라인", "2라인"]
    paths = Asset.objects.within(drawing.scope).filter(kind="line").values_list("name", "path")
    assert sorted(paths) == [("1라인", "shop"), ("2라인", "")]


def test_two_machines_of_one_name_are_refused_and_not_put_together(drawing: Any) -> None:
    answer = drawing.send("take", **two_machines(**{"m1-name": "조립 0호기"}))
    assert "has a 조립 0호기 already" in answer.content.decode()
    assert not Asset.objects.within(drawing.scope).exists()


def test_a_machine_drawn_by_hand_gets_the_signals_that_were_found_for_it(drawing: Any) -> None:
    drawing.send("new_asset", "machine", name="조립 0호기", template="generic", parts_per_count="1")
    drawing.send("take", **two_machines())
    signals = drawing.asset("조립 0호기").signals.within(drawing.scope)
    assert [one.tag for one in signals] == ["shop/e0/cnt"]


def test_a_role_that_the_data_speak_against_is_kept_and_doubted(drawing: Any) -> None:
    drawing.shots("line6/imm1")
    now = int(timezone.now().timestamp()) * 1_000_000
    hot = [(now - n * 20_000_000, 55.0 + 3.7 * ((n * 7) % 11) / 11) for n in range(400, 0, -1)]
    drawing.site.store(drawing.id, "plc", "line6/imm1/temp", hot)
    press = drawing.press()
    doubt = "line6/imm1/temp does not look like a part counter"
    wrong = {"s0-role": "counter", "s0-tag": "line6/imm1/temp"}
    kept = drawing.send("set_signals", press.public_id, **wrong).content.decode()
    assert doubt in kept
    assert [one.tag for one in press.signals.within(drawing.scope)] == ["line6/imm1/temp"]
    # It was said and read: once is enough.
    assert doubt not in drawing.send("set_signals", press.public_id, **wrong).content.decode()
    right = {"s0-role": "counter", "s0-tag": "line6/imm1/shots"}
    kept = drawing.send("set_signals", press.public_id, **right).content.decode()
    assert "does not look like" not in kept
    # The same tag at another machine counts twice.
    drawing.send("new_asset", "machine", name="2호기", template="generic", parts_per_count="1")
    other = drawing.asset("2호기")
    told = drawing.send("set_signals", other.public_id, **right).content.decode()
    assert "line6/imm1/shots is a signal of 사출 1호기, too" in told


BAD_SIGNALS = [
    ({"s0-role": "", "s0-tag": "line1/a"}, "Say what this tag tells"),
    ({"s0-role": "counter", "s0-tag": "a" * 400}, "aaa"),
    ({"s0-role": "load", "s0-tag": "line1/a", "s0-window": "-3"}, "is no number above 0"),
    (
        {"s0-role": "counter", "s0-tag": "line1/a", "s1-role": "counter", "s1-tag": "line1/b"},
        "Two signals are said to be the part counter",
    ),
    (
        {
            "s0-role": "counter",
            "s0-tag": "line1/a",
            "s1-role": "scrap_counter",
            "s1-tag": "line1/a",
        },
        "line1/a cannot count two things of one machine.",
    ),
]


@pytest.mark.parametrize(("form", "sentence"), BAD_SIGNALS)
def test_a_signal_that_cannot_be_is_refused_in_words(
    drawing: Any, form: dict[str, str], sentence: str
) -> None:
    press = drawing.press()
    answer = drawing.send("set_signals", press.public_id, **form)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert [s.tag for s in press.signals.within(drawing.scope)] == ["line1/imm1/shots"]


def test_products_are_read_line_by_line(drawing: Any) -> None:
    press = drawing.press()
    form = {"name": "사출 1호기", "template": "injection", "parts_per_count": "1"}
    bad = drawing.send("asset_setup", press.public_id, **form, products="커넥터 24\n센서 커버")
    assert "Line 2 is not understood" in bad.content.decode()
    drawing.send("asset_setup", press.public_id, **form, products="커넥터 24\n센서 커버\t27.5")
    assert drawing.asset("사출 1호기").products == {"커넥터": 24.0, "센서 커버": 27.5}


def test_the_values_of_a_state_are_offered_from_history(drawing: Any) -> None:
    drawing.shots("line8/imm1")
    press = drawing.press()
    drawing.send(
        "set_signals", press.public_id, **{"s0-role": "state", "s0-tag": "line8/imm1/state"}
    )
    page = drawing.see("state_map", press.public_id)
    assert 'value="auto"' in page
    assert 'value="stopped"' in page
    drawing.send(
        "state_map", press.public_id,
        **{"v0-value": "auto", "v0-state": "running", "v1-value": "stopped", "v1-state": "setup",
           "v2-value": "odd", "v2-state": "flying"},
    )  # fmt: skip
    (signal,) = press.signals.within(drawing.scope)
    assert signal.params["map"] == {"auto": "running", "stopped": "setup"}


def test_a_name_stands_once_and_a_retired_machine_leaves_the_bus(drawing: Any) -> None:
    press = drawing.press()
    again = drawing.send(
        "new_asset", "machine", name="사출 1호기", template="injection", parts_per_count="1"
    )
    assert "has a 사출 1호기 already" in again.content.decode()
    assert told(drawing, press) is not None
    drawing.send("retire_asset", press.public_id)
    assert told(drawing, press) is None
    drawing.send("bring_back_asset", press.public_id)
    assert told(drawing, press) is not None


def test_the_machines_of_a_retired_line_stand_alone(drawing: Any) -> None:
    drawing.send("new_asset", "line", name="1라인", path="line1")
    row = drawing.asset("1라인")
    press = drawing.press()
    drawing.send(
        "asset_setup", press.public_id, name=press.name, template="generic", parts_per_count="1",
        line=row.pk,
    )  # fmt: skip
    drawing.do(RetireAsset, asset=row)
    assert drawing.asset("사출 1호기").line is None
    assert told(drawing, press)["line"] is None  # type: ignore[index]


def test_machines_are_moved_within_their_line(drawing: Any) -> None:
    for number in (1, 2, 3):
        drawing.send(
            "new_asset", "machine", name=f"{number}호기", template="generic", parts_per_count="1"
        )
    drawing.send("move_asset", drawing.asset("3호기").public_id, to="up")
    rows = Asset.objects.within(drawing.scope).values_list("name", flat=True)
    assert list(rows) == ["1호기", "3호기", "2호기"]


def test_a_list_of_two_hundred_machines_is_searched(drawing: Any) -> None:
    Asset.objects.bulk_create(
        Asset(
            organisation=drawing.organisation, site=drawing.where, kind="machine",
            name=f"프레스 {n:03}", order=n,
        )
        for n in range(200)
    )  # fmt: skip
    assert "1–25 of 200" in drawing.see("structure", sort="name")
    assert "프레스 137" in drawing.see("structure", q="137")
    assert "of 200 of them nothing tells" in drawing.see("structure")


def test_what_was_drawn_without_a_bus_is_told_at_last(
    drawing: Any, settings: Any, tmp_path: Path
) -> None:
    there = settings.BUS
    settings.BUS = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)}).bus
    line.hang_up()
    press = drawing.press()
    assert press.told < press.revision
    assert "is not in force yet" in drawing.see("asset_setup", press.public_id)
    settings.BUS = there
    line.hang_up()
    reconciling.reconcile(timezone.now())
    assert told(drawing, press) is not None
    assert drawing.asset("사출 1호기").untold is False


def test_what_no_row_stands_behind_leaves_the_bus(drawing: Any) -> None:
    line.put(bus.ASSETS, bus.Asset(drawing.id, "nobody", {"name": "x"}), drawing.id, "nobody")
    reconciling.reconcile(timezone.now())
    assert line.get(bus.ASSETS, drawing.id, "nobody") is None


def test_a_role_that_a_machine_has_once_is_refused_twice(drawing: Any) -> None:
    from deungdae.web.floor.actions.assets import SetSignals, SignalSaid

    press = drawing.press()
    twice = [SignalSaid("state", "a"), SignalSaid("state", "b")]
    with pytest.raises(Refused, match="machine state"):
        drawing.do(SetSignals, asset=press, signals=twice)
    assert Signal.objects.within(drawing.scope).filter(asset=press).count() == 1


def test_what_has_a_unit_names_no_product() -> None:
    told = {"tag": "line1/imm1/mould_temperature", "role": "product", "sure": 0.4}
    with_unit = proposing.read(told, {"line1/imm1/mould_temperature": "°C"})
    without = proposing.read(told)
    assert with_unit is not None
    assert without is not None
    assert (with_unit.role, without.role) == ("watched", "product")
    assert proposing.read({**told, "role": "dream"}) is None


def test_each_button_of_a_machine_keeps_what_was_typed_beside_it(drawing: Any) -> None:
    press = drawing.press(ideal_seconds=24.0)
    page = drawing.see("asset_setup", press.public_id)
    assert page.count(f'action="{press.get_absolute_url()}"') == 1
    both = {
        "name": "사출 7호기", "template": "generic", "path": "line1/imm1", "parts_per_count": "1",
        "ideal_seconds": "24", "micro_stop_seconds": "300",
        "s0-role": "counter", "s0-tag": "line1/imm1/shots",
        "s1-role": "run", "s1-tag": "line1/imm1/on",
    }  # fmt: skip
    drawing.send("set_signals", press.public_id, **both)
    assert drawing.asset("사출 7호기").pk == press.pk
    assert [s.role for s in press.signals.within(drawing.scope)] == ["counter", "run"]
    drawing.send("asset_setup", press.public_id, **both | {"name": "8호기", "s1-role": "watched"})
    assert drawing.asset("8호기").pk == press.pk
    assert [s.role for s in press.signals.within(drawing.scope)] == ["counter", "watched"]
    confirmed = both | {"name": "9호기", "seconds": "22.5"}
    drawing.send("confirm_cycle", press.public_id, **confirmed)
    press = drawing.asset("9호기")
    assert (press.ideal_seconds, press.ideal_confirmed) == (22.5, True)
    assert [s.role for s in press.signals.within(drawing.scope)] == ["counter", "run"]


def test_to_keep_the_signals_confirms_no_cycle_that_nobody_touched(drawing: Any) -> None:
    press = drawing.press(ideal_seconds=24.0)
    untouched = {
        "name": press.name, "template": "generic", "path": "line1/imm1", "parts_per_count": "1",
        "ideal_seconds": "24", "micro_stop_seconds": "300",
    }  # fmt: skip
    signals = {"s0-role": "counter", "s0-tag": "line1/imm1/strokes"}
    drawing.send("set_signals", press.public_id, **untouched, **signals)
    press = drawing.asset(press.name)
    assert press.ideal_confirmed is False
    assert [s.tag for s in press.signals.within(drawing.scope)] == ["line1/imm1/strokes"]


def test_a_page_that_was_opened_before_somebody_changed_a_machine_undoes_nothing(
    drawing: Any,
) -> None:
    press = drawing.press(ideal_seconds=24.0)
    opened = {
        "name": press.name, "template": press.template, "path": press.path,
        "parts_per_count": "1", "ideal_seconds": "24", "micro_stop_seconds": "300",
        "shown": shown_of(press),
    }  # fmt: skip
    page = drawing.see("asset_setup", press.public_id)
    assert f'name="shown" value="{escape(opened["shown"])}"' in page
    drawing.send("asset_setup", press.public_id, **opened | {"ideal_seconds": "20"})
    signals = {"s0-role": "counter", "s0-tag": "line1/imm1/strokes"}
    drawing.send("set_signals", press.public_id, **opened, **signals)
    press = drawing.asset(press.name)
    assert press.ideal_seconds == 20.0
    assert [s.tag for s in press.signals.within(drawing.scope)] == ["line1/imm1/strokes"]
    # What is typed on it counts, and nothing else.
    drawing.send("asset_setup", press.public_id, **opened | {"name": "사출 9호기"})
    assert drawing.asset("사출 9호기").ideal_seconds == 20.0


def test_of_a_page_with_a_mistake_nothing_is_kept(drawing: Any) -> None:
    press = drawing.press()
    drawing.send("new_asset", "machine", name="2호기", template="generic", parts_per_count="1")
    form = {"name": "2호기", "template": "generic", "parts_per_count": "1",
            "s0-role": "run", "s0-tag": "line1/imm1/on"}  # fmt: skip
    answer = drawing.send("set_signals", press.public_id, **form)
    assert (answer.status_code, "has a 2호기 already" in answer.content.decode()) == (400, True)
    assert 'value="line1/imm1/on"' in answer.content.decode()  # what was typed stands there still
    assert [s.role for s in press.signals.within(drawing.scope)] == ["counter"]
    assert drawing.asset("사출 1호기").pk == press.pk


def test_a_retired_machine_whose_name_is_used_comes_back_under_another(drawing: Any) -> None:
    old = drawing.press()
    drawing.send("retire_asset", old.public_id)
    drawing.send(
        "new_asset", "machine", name="사출 1호기", template="injection", parts_per_count="1"
    )
    page = drawing.see("structure", state="retired")
    assert "Another one is called 사출 1호기 by now." in page
    assert 'name="name" value="사출 1호기 (2)"' in page
    refused = drawing.send("bring_back_asset", old.public_id)
    assert "사출 1호기 is not back" in refused.content.decode()
    assert refused.request["QUERY_STRING"] == "state=retired"
    drawing.send("bring_back_asset", old.public_id, name="사출 1호기 (2)")
    assert drawing.asset("사출 1호기 (2)").pk == old.pk
    assert drawing.asset("사출 1호기 (2)").retired_at is None


def test_a_retired_line_can_be_brought_back_from_the_list(drawing: Any) -> None:
    drawing.send("new_asset", "line", name="1라인", path="line1")
    row = drawing.asset("1라인")
    drawing.send("retire_asset", row.public_id)
    assert f"/floor/structure/{row.public_id}/bring-back/" in drawing.see(
        "structure", state="retired"
    )


def test_the_arrows_of_a_line_are_not_drawn_out_of_a_phone(drawing: Any) -> None:
    """Elsewhere words of buttons begin where the text does; of a sign half would be cut off."""
    drawing.send("new_asset", "line", name="1라인", path="line1")
    assert '<td class="actions moves">' in drawing.see("structure")
    sheet = finders.find("floor/structure.css")
    assert ".stacked td.actions.moves { margin-left: 0; }" in Path(str(sheet)).read_text("utf-8")
