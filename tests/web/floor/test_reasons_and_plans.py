"""Reasons that operators choose from, plans per shift, and what people said reaches the monitor."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from deungdae import bus
from deungdae.records.environment import Settings
from deungdae.web.core import line
from deungdae.web.floor import reasons, reconciling, telling
from deungdae.web.floor.actions.said import SayScrap, SayStop, UnsayStop
from deungdae.web.floor.models import Plan, Reason, StopSaid
from deungdae.web.floor.working import pasted
from deungdae.web.plant.errors import Refused

HOUR_US = 3_600_000_000


def test_the_list_begins_with_the_usual_reasons_and_becomes_ones_own(drawing: Any) -> None:
    page = drawing.see("reasons")
    assert "금형 교체" in page
    assert "미성형" in drawing.see("reasons", kind="scrap")
    drawing.send("reasons", word_ko="지그 교체", word_en="Jig change", state="setup")
    listed = reasons.of(drawing.scope, drawing.organisation, "stop")
    assert (listed[-1].code, listed[-1].state) == ("jig-change", "setup")
    drawing.send("move_reason", listed[-1].public_id, to="up")
    assert reasons.of(drawing.scope, drawing.organisation, "stop")[-2].code == "jig-change"
    again = drawing.send("reasons", word_ko="지그 교체", state="down")
    assert "There is a reason of this name already" in again.content.decode()
    drawing.send("retire_reason", listed[0].public_id)
    assert listed[0].code not in [
        one.code for one in reasons.of(drawing.scope, drawing.organisation, "stop")
    ]
    assert reasons.words(drawing.scope, drawing.organisation)[listed[0].code]


def test_a_reason_and_its_class_stand_in_the_copy_of_each_machine(drawing: Any) -> None:
    press = drawing.press()
    reasons.of(drawing.scope, drawing.organisation, "stop")
    drawing.send("reasons", word_ko="지그 교체", word_en="Jig change", state="setup")
    record = line.get(bus.ASSETS, drawing.id, str(press.public_id))
    assert record is not None
    assert record.document["reasons"]["jig-change"] == {
        "word": "지그 교체", "word_en": "Jig change", "state": "setup"
    }  # fmt: skip


def test_plans_are_pasted_or_refused_as_a_whole(drawing: Any) -> None:
    press = drawing.press()
    bad = "설비\t날짜\t교대\t수량\n사출 1호기\t2026-11-23\t\t1,200\n사출 7호기\t11/24\t\t9\n"
    answer = drawing.send("paste_plans", text=bad)
    assert answer.status_code == 400
    assert "There is no line or machine called 사출 7호기" in answer.content.decode()
    assert not Plan.objects.within(drawing.scope).exists()
    drawing.send("paste_plans", text="사출 1호기\t2026-11-23\t1,200\nline1/imm1\t2026-11-24\t900")
    rows = Plan.objects.within(drawing.scope).order_by("day").values_list("day", "count")
    assert list(rows) == [(date(2026, 11, 23), 1200), (date(2026, 11, 24), 900)]
    assert str(press.name) in drawing.see("plans", day="2026-11-23")


def test_a_plan_is_kept_for_the_workdays_to_come(drawing: Any) -> None:
    press = drawing.press()
    friday = date(2026, 11, 20)
    form = {f"plan:{press.public_id}:": "500", "until": "2026-11-24", "workdays": "on"}
    drawing.client.post(f"{reverse('floor:plans')}?day={friday}", form)
    days = list(Plan.objects.within(drawing.scope).order_by("day").values_list("day", flat=True))
    assert days == [friday, friday + timedelta(days=3), friday + timedelta(days=4)]
    drawing.client.post(f"{reverse('floor:plans')}?day={friday}", {f"plan:{press.public_id}:": ""})
    assert Plan.objects.within(drawing.scope).count() == 2


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-23", date(2026, 11, 23)), ("26.11.23", date(2026, 11, 23)),
        ("11/23", date(2026, 11, 23)), ("11월 23일", date(2026, 11, 23)),
        ("1/3", date(2027, 1, 3)), ("13/41", None), ("soon", None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    assert pasted.read_day(text, date(2026, 12, 20)) == day


def test_what_was_said_of_a_stop_reaches_the_monitor_and_can_be_taken_back(drawing: Any) -> None:
    press = drawing.press()
    reason = reasons.of(drawing.scope, drawing.organisation, "stop")[0]
    now = int(timezone.now().timestamp()) * 1_000_000
    times = {"began_us": now - HOUR_US, "ended_us": now - HOUR_US // 2}
    said = drawing.do(SayStop, asset=press, reason=reason, **times)
    assert (said.state, said.told, said.revision) == ("setup", 1, 1)
    other = reasons.of(drawing.scope, drawing.organisation, "stop")[3]
    again = drawing.do(SayStop, asset=press, reason=other, **times)
    assert (again.pk, again.reason, again.told) == (said.pk, other.code, 2)
    gone = drawing.do(UnsayStop, said=again)
    assert (gone.told, gone.revision) == (3, 3)
    with pytest.raises(Refused, match="ends after it began"):
        drawing.do(SayStop, asset=press, reason=reason, began_us=now, ended_us=now)
    for began, ended in ((now + HOUR_US, None), (now - HOUR_US, now + HOUR_US)):
        with pytest.raises(Refused, match="not come yet"):
            drawing.do(SayStop, asset=press, reason=reason, began_us=began, ended_us=ended)


def test_what_was_said_while_nobody_listened_is_sent_again(
    drawing: Any, settings: Any, tmp_path: Path
) -> None:
    press = drawing.press()
    scrap = reasons.of(drawing.scope, drawing.organisation, "scrap")[0]
    there = settings.BUS
    settings.BUS = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)}).bus
    line.hang_up()
    now = int(timezone.now().timestamp()) * 1_000_000
    said = drawing.do(SayScrap, asset=press, at_us=now, count=3, reason=scrap)
    assert said.told == 0
    settings.BUS = there
    line.hang_up()
    reconciling.reconcile(timezone.now())
    said.refresh_from_db()
    assert said.told == said.revision


def test_a_monitor_that_forgot_is_told_again(drawing: Any) -> None:
    press = drawing.press()
    reason = reasons.of(drawing.scope, drawing.organisation, "stop")[0]
    # Confirmed once, as the row says, by a monitor whose memory is gone by now.
    lost = StopSaid.objects.create(
        organisation=drawing.organisation, asset=press, began_us=1, ended_us=2, state="setup",
        reason=reason.code, told=1,
    )  # fmt: skip
    # As if it had been asked for the last time half an hour ago.
    reconciling.reconcile(timezone.now() + timedelta(hours=1))
    lost.refresh_from_db()
    assert lost.told == 1
    assert telling.lost(drawing.id, "stops", [[str(lost.public_id), 1]]) == []


def test_a_reason_of_another_kind_or_off_the_list_is_refused(drawing: Any) -> None:
    press = drawing.press()
    scrap = reasons.of(drawing.scope, drawing.organisation, "scrap")[0]
    with pytest.raises(Refused, match="no longer be chosen"):
        drawing.do(SayStop, asset=press, began_us=1, ended_us=None, reason=scrap)
    stop = reasons.of(drawing.scope, drawing.organisation, "stop")[0]
    Reason.objects.within(drawing.scope).filter(pk=stop.pk).update(retired_at=timezone.now())
    stop.refresh_from_db()
    with pytest.raises(Refused, match="no longer be chosen"):
        drawing.do(SayStop, asset=press, began_us=1, ended_us=None, reason=stop)
