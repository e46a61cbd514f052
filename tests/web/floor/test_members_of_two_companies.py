"""Who belongs to two companies: the right is asked where the row belongs, not where one looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from deungdae.records.environment import Settings
from deungdae.web.alarms.actions.acting import Acknowledge
from deungdae.web.alarms.actions.rules import ChangeRule
from deungdae.web.alarms.models import AlarmRule
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.access import CURRENT, scope_of
from deungdae.web.core.action import Action, NotThere
from deungdae.web.core.models import AuditEntry, Membership, Person
from deungdae.web.floor.actions.assets import ChangeAsset
from deungdae.web.floor.actions.reasons import RetireReason
from deungdae.web.floor.actions.said import UnsayScrap, UnsayStop
from deungdae.web.floor.models import Asset, Reason, ScrapSaid, ShiftReport, StopSaid
from deungdae.web.watches.actions.watches import LearnAgain, LearnSameAgain
from deungdae.web.watches.models import Watch

pytestmark = pytest.mark.django_db
BEGAN_US = 1_790_000_000_000_000


@dataclass
class Rows:
    """What one company has."""

    organisation: Any
    line: Asset
    machine: Asset
    stop: StopSaid
    scrap: ScrapSaid
    rule: AlarmRule
    watch: Watch
    reason: Reason

    def chain(self) -> list[str]:
        """Return what stands in the company's record."""
        entries = AuditEntry._base_manager.filter(organisation=self.organisation)
        return list(entries.order_by("pk").values_list("action", flat=True))


def rows_of(house: Any) -> Rows:
    """Draw a line with a machine, and say something of it."""
    own: dict[str, Any] = {"organisation": house.organisation}
    site = Site.objects.within(scope_of(house.people["owner"])).get()
    name = house.organisation.name
    lane = Asset.objects.create(**own, site=site, kind="line", name=f"{name} 1라인")
    machine = Asset.objects.create(**own, site=site, kind="machine", name=f"{name} 1호기")
    about: dict[str, Any] = {**own, "asset": machine}
    return Rows(
        house.organisation,
        lane,
        machine,
        StopSaid.objects.create(
            **about, began_us=BEGAN_US, ended_us=BEGAN_US + 60_000_000, state="down", reason="mould"
        ),
        ScrapSaid.objects.create(**about, at_us=BEGAN_US, count=3, reason="burr", kind="scrapped"),
        AlarmRule.objects.create(
            **about, name="과열", kind="limits", condition={"high": 80.0}, tag="line1/imm1/temp"
        ),
        Watch.objects.create(
            **about, name="펌프", tags=["pump/speed"], start_us=1, end_us=BEGAN_US
        ),
        Reason.objects.create(
            **own, kind="stop", code="mould", state="down", word_ko=f"{name} 금형", word_en="x"
        ),
    )


@dataclass
class Both:
    """A person of two companies, and what is in them; the pages of `shown` are shown."""

    person: Person
    client: Client
    other: Rows
    shown: Rows


@pytest.fixture
def both(
    house: Any, neighbour: Any, settings: Any, enter: Callable[..., Client], tmp_path: Path
) -> Any:
    """An engineer of 누리사출, which is shown; of 가온정밀 a viewer. There is no bus."""
    settings.BUS = Settings.from_environment({"DEUNGDAE_HOME": str(tmp_path)}).bus
    line.hang_up()
    person = Person.objects.create(email="both@gaon.example", name="양사", language="en")
    Membership.objects.create(organisation=house.organisation, person=person, role="viewer")
    Membership.objects.create(organisation=neighbour.organisation, person=person, role="engineer")
    client = enter(person)
    session = client.session
    session[CURRENT] = str(neighbour.organisation.public_id)
    session.save()
    yield Both(person, client, rows_of(house), rows_of(neighbour))
    line.hang_up()


def promoted(both: Both) -> Any:
    """Let the person be an engineer of both; return the scope in which 누리사출 is shown."""
    Membership._base_manager.filter(person=both.person).update(role="engineer")
    return scope_of(both.person, str(both.shown.organisation.public_id))


def test_an_engineer_of_the_shown_company_is_refused_where_he_only_looks(both: Both) -> None:
    other = both.other
    asset, rule, watch = other.machine.public_id, other.rule.public_id, other.watch.public_id
    before = both.shown.chain(), other.chain()
    asked: list[tuple[str, dict[str, Any]]] = [
        (reverse("floor:undo_stop"), {"said": str(other.stop.public_id)}),
        (other.machine.get_absolute_url(), {"name": "x", "parts_per_count": "1"}),
        (reverse("floor:set_signals", args=(asset,)), {}),
        (reverse("alarms:change_rule", args=(rule,)), {"name": "x"}),
        (reverse("alarms:retire_rule", args=(rule,)), {}),
        (reverse("alarms:act"), {"do": "acknowledge", "occurrence": f"{rule}:1"}),
        (reverse("watches:learn", args=(watch,)), {}),
        (reverse("watches:retire", args=(watch,)), {}),
    ]
    told = {address: both.client.post(address, form).status_code for address, form in asked}
    assert told == {address: 403 for address, _ in asked}
    other.stop.refresh_from_db()
    assert other.stop.withdrawn_at is None
    assert (both.shown.chain(), other.chain()) == before
    # In the company where the same person is an engineer it goes.
    mine = {"said": str(both.shown.stop.public_id)}
    assert both.client.post(reverse("floor:undo_stop"), mine).status_code == 302
    assert both.shown.chain() == [*before[0], "floor.stop_unsaid"]


def test_what_is_done_stands_in_the_record_of_the_company_that_it_belongs_to(both: Both) -> None:
    promoted(both)
    before = both.shown.chain(), both.other.chain()
    asked = {"said": str(both.other.stop.public_id)}
    assert both.client.post(reverse("floor:undo_stop"), asked).status_code == 302
    both.other.stop.refresh_from_db()
    assert both.other.stop.withdrawn_at is not None
    assert both.shown.chain() == before[0]
    assert both.other.chain() == [*before[1], "floor.stop_unsaid"]


def test_an_action_in_one_company_touches_no_row_of_another(both: Both) -> None:
    scope, other = promoted(both), both.other
    own: dict[str, Any] = {"scope": scope, "organisation": both.shown.organisation}
    period: dict[str, Any] = {"tags": ["a"], "start_us": 1, "end_us": 2, "per_week": 1.0}
    rule: dict[str, Any] = {"name": "x", "kind": "limits", "condition": {"high": 1.0}}
    before = both.shown.chain(), other.chain()
    actions: tuple[Action[Any], ...] = (
        UnsayStop(**own, said=other.stop),
        UnsayScrap(**own, said=other.scrap),
        ChangeAsset(**own, asset=other.machine, values={"name": "x"}),
        ChangeAsset(**own, asset=both.shown.machine, values={"line": other.line}),
        ChangeRule(**own, rule=other.rule, **rule),
        ChangeRule(**own, rule=both.shown.rule, **rule, asset=other.machine),
        ChangeRule(**own, rule=both.shown.rule, **rule, causes=[str(other.rule.public_id)]),
        LearnAgain(**own, watch=other.watch, **period),
        LearnSameAgain(**own, watch=other.watch),
        Acknowledge(**own, occurrences=[f"{other.rule.public_id}:1"]),
        RetireReason(**own, reason=other.reason),
    )
    for action in actions:
        with pytest.raises(NotThere):
            action.perform()
    assert (both.shown.chain(), other.chain()) == before
    both.shown.machine.refresh_from_db()
    assert both.shown.machine.line is None


def test_a_form_offers_what_belongs_to_the_company_of_its_row(both: Both) -> None:
    promoted(both)
    page = both.client.get(both.other.machine.get_absolute_url())
    form = page.context["form"]
    assert [one.name for one in form.fields["line"].queryset] == ["가온정밀 1라인"]
    page = both.client.get(reverse("alarms:change_rule", args=(both.other.rule.public_id,)))
    offered = page.context["form"].fields["asset"].queryset
    assert {one.name for one in offered} == {"가온정밀 1라인", "가온정밀 1호기"}


def test_what_is_no_id_is_not_there(both: Both) -> None:
    both_kinds = (
        (reverse("floor:undo_stop"), {"said": "no-id"}),
        (reverse("alarms:act"), {"do": "acknowledge", "occurrence": f"{'x' * 36}:1"}),
    )
    assert [both.client.post(*one).status_code for one in both_kinds] == [404, 404]


def kept_report(rows: Rows) -> ShiftReport:
    """Keep the report of a shift of the line, in which its machine stood ten minutes."""
    began, key = BEGAN_US - 3600 * 1_000_000, str(rows.machine.public_id)
    shift = {"start": began, "end": began + 8 * 3600 * 1_000_000, "counts": {}, "scrap": []}
    stop = [key, BEGAN_US, BEGAN_US + 600_000_000, "down", "mould", None, ""]
    rows.machine.line = rows.line
    rows.machine.save()
    kept: ShiftReport = ShiftReport.objects.create(
        organisation=rows.organisation, asset=rows.line, day="2026-09-21", shift="주간",
        revision=1, current=True,
        made_at=datetime.fromtimestamp(began / 1e6, UTC),
        began_at=datetime.fromtimestamp(began / 1e6, UTC),
        ended_at=datetime.fromtimestamp(began / 1e6 + 28_800, UTC),
        document={
            "shift": shift, "members": [[key, rows.machine.name, {**shift, "stops": 1}]],
            "stops": [stop], "names": {key: rows.machine.name},
        },
    )  # fmt: skip
    return kept


def test_a_page_of_a_row_speaks_the_words_of_the_rows_company(both: Both) -> None:
    of_line = kept_report(both.other).get_absolute_url()
    page = both.client.get(of_line).content.decode()
    assert ">가온정밀 금형" not in page  # the person reads English
    Reason._base_manager.filter(organisation=both.other.organisation).update(word_en="Tool of A")
    Reason._base_manager.filter(organisation=both.shown.organisation).update(word_en="Tool of B")
    page = both.client.get(of_line).content.decode()
    assert "Tool of A" in page and "Tool of B" not in page
    crumbs = {
        address: both.client.get(address)
        .content.decode()
        .split('class="crumbs"')[1]
        .split("</ol>")[0]
        for address in (
            of_line,
            reverse("floor:line", args=(both.other.line.public_id,)),
            reverse("floor:machine", args=(both.other.machine.public_id,)),
            reverse("alarms:rule", args=(both.other.rule.public_id,)),
        )
    }
    assert all("가온정밀" in crumb for crumb in crumbs.values()), crumbs
    own = both.client.get(reverse("floor:machine", args=(both.shown.machine.public_id,)))
    assert "The floor" in own.content.decode().split('class="crumbs"')[1].split("</ol>")[0]


def test_each_machine_has_its_part_of_the_kept_report_of_its_line(both: Both) -> None:
    kept = kept_report(both.shown)
    machine = both.shown.machine
    its = reverse("floor:shift", args=(machine.public_id, "2026-09-21", "주간"))
    assert f'href="{its}"' in both.client.get(kept.get_absolute_url()).content.decode()
    answer = both.client.get(its)  # no monitor is there: it is the kept report that speaks
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["of_line"] == kept
    assert [row["lasted"] for row in answer.context["stops"]] == ["10 min"]
    assert f'href="{kept.get_absolute_url()}"' in page
