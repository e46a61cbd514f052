"""axe-core on every page of the product, light and dark, at a desk and on a phone: nobody is shut
out; and in both languages nothing is wider than the window.

A page is opened once in each language: in Korean it is held to all rules in light at a desk, in
English to all rules in the dark on a phone. Every part that pages are made of, what lies over a
page, and what only a press brings are seen in both themes at both widths: theme and width then
change under the reader's eyes, as they do when a phone is turned or the evening comes.
"""

from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from access_table import PASSWORD
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.utils import translation
from reader import DESKTOP, PHONE, Reader

OWNER, VIEWER, EMPTY = "owner@hanbit.example", "viewer@hanbit.example", "owner@empty.example"

#: Who looks, and at which page. A word in braces is an address that `furnish.py` tells.
PAGES = [
    (None, "/sign-in/"),
    (None, "/invitation/no-such-invitation/"),
    (None, "/no-such-page/"),
    ("alone@example.com", "/"),
    ("new@example.com", "/account/password/"),
    (EMPTY, "/causes/"),
    (EMPTY, "/account/keys/"),
    (EMPTY, "/causes/?q=nothing+is+called+so"),
    (OWNER, "/causes/"),
    (OWNER, "/causes/?sort=-bad&verdict=clear"),
    (OWNER, "/causes/new/"),
    (OWNER, "/causes/files/"),
    (EMPTY, "/causes/files/"),
    (EMPTY, "/plant/live/"),
    (OWNER, "/plant/live/"),
    (EMPTY, "/plant/history/"),
    (OWNER, "{history}"),
    (EMPTY, "/plant/agents/"),
    (EMPTY, "/plant/tags/"),
    (EMPTY, "/plant/sources/"),
    (OWNER, "/plant/agents/"),
    (OWNER, "/plant/agents/new/"),
    (OWNER, "{agent}"),
    (VIEWER, "{agent}"),
    (OWNER, "{waiting_agent}"),
    (OWNER, "{versions}"),
    (OWNER, "{new_machine}"),
    (OWNER, "{machine}"),
    (OWNER, "{values}"),
    (OWNER, "{browse}"),
    (OWNER, "/plant/tags/"),
    (OWNER, "{tag}"),
    (OWNER, "/plant/sources/"),
    (OWNER, "/plant/sources/new/"),
    (OWNER, "{line_source}"),
    (OWNER, "/plant/groups/new/"),
    (OWNER, "{group}"),
    (EMPTY, "/plant/intake/"),
    (OWNER, "/plant/intake/"),
    (OWNER, "{intake_agent}"),
    (OWNER, "{intake_program}"),
    (OWNER, "/plant/intake/quarantine/"),
    (OWNER, "{intake_group}"),
    (OWNER, "/plant/intake/books/"),
    (OWNER, "/plant/intake/clocks/"),
    (OWNER, "{intake_repair}"),
    (EMPTY, "/floor/"),
    (EMPTY, "/floor/stops/"),
    (EMPTY, "/floor/scrap/"),
    (EMPTY, "/floor/board/"),
    (OWNER, "/floor/"),
    (OWNER, "{floor_line}"),
    (OWNER, "{floor_machine}"),
    (OWNER, "{floor_week}"),
    (OWNER, "/floor/stops/?choose"),
    (OWNER, "{floor_stops}"),
    (OWNER, "{floor_stop}"),
    (OWNER, "{floor_scrap}"),
    (OWNER, "/floor/board/"),
    (OWNER, "{floor_board}"),
    (VIEWER, "{floor_stops}"),
    (EMPTY, "/floor/structure/"),
    (OWNER, "/floor/structure/"),
    (VIEWER, "/floor/structure/"),
    (OWNER, "/floor/structure/new/machine/"),
    (OWNER, "/floor/structure/from-data/"),
    (OWNER, "{asset_setup}"),
    (OWNER, "{line_setup}"),
    (OWNER, "{state_map}"),
    (EMPTY, "/floor/calendars/"),
    (OWNER, "/floor/calendars/"),
    (OWNER, "/floor/calendars/new/"),
    (OWNER, "/floor/calendars/new/?preset=own"),
    (OWNER, "{calendar}"),
    (OWNER, "{calendar_pattern}"),
    (OWNER, "/floor/reasons/"),
    (OWNER, "{change_reason}"),
    (EMPTY, "/floor/plans/"),
    (OWNER, "/floor/plans/"),
    (EMPTY, "/floor/shifts/"),
    (OWNER, "/floor/shifts/"),
    (EMPTY, "/watches/"),
    (OWNER, "/watches/"),
    (OWNER, "/watches/new/"),
    (OWNER, "{watch_period}"),
    (OWNER, "{watch}"),
    (VIEWER, "{watch}"),
    (OWNER, "{watch_again}"),
    (EMPTY, "/alarms/"),
    (OWNER, "/alarms/"),
    (VIEWER, "/alarms/"),
    (OWNER, "{alarm_occurrence}"),
    (EMPTY, "/alarms/history/"),
    (OWNER, "/alarms/history/"),
    (OWNER, "/alarms/figures/"),
    (EMPTY, "/alarms/rules/"),
    (OWNER, "/alarms/rules/"),
    (OWNER, "{alarm_rule}"),
    (OWNER, "{alarm_change}"),
    (OWNER, "/alarms/rules/new/"),
    (OWNER, "/alarms/rules/new/machine/"),
    (OWNER, "/alarms/rules/new/spc/"),
    (OWNER, "/alarms/channels/"),
    (OWNER, "/alarms/channels/new/webhook/"),
    (OWNER, "{alarm_channel}"),
    (VIEWER, "/alarms/channels/"),
    (OWNER, "/alarms/policies/"),
    (OWNER, "/alarms/policies/new/"),
    (OWNER, "{alarm_policy}"),
    (VIEWER, "{alarm_policy}"),
    (OWNER, "{shift_report}"),
    (EMPTY, "/messages/"),
    (OWNER, "/messages/"),
    (OWNER, "/account/"),
    (OWNER, "/account/password/"),
    (OWNER, "/account/organisations/"),
    (OWNER, "/account/second-factor/"),
    (OWNER, "/members/"),
    (VIEWER, "/members/"),
    (OWNER, "/invitations/"),
    (OWNER, "/company/"),
    (OWNER, "{site}"),
    (OWNER, "{power_contract}"),
    (OWNER, "/audit/"),
    (VIEWER, "/audit/"),  # 403
    (OWNER, "/no-such-page/"),
    (OWNER, "/styleguide/"),
    # The worker had to do its part for these.
    (OWNER, "{receiving}"),
    (OWNER, "{reading}"),
    (OWNER, "{understood}"),
    (OWNER, "{question}"),
    (OWNER, "{unusable}"),
    (OWNER, "{running}"),
    (OWNER, "{failed}"),
    (OWNER, "{lost}"),
    (OWNER, "{cancelled}"),
    (OWNER, "{removed}"),
    (OWNER, "{gone}"),
    (OWNER, "{report}"),
    (OWNER, "{compared}"),
    (OWNER, "{ask_spc}"),
    (OWNER, "{ask_capability}"),
    (OWNER, "{ask_gauge}"),
    (OWNER, "{ask_machines}"),
    (OWNER, "{ask_plan}"),
    (OWNER, "{charts}"),
    (OWNER, "{planned}"),
    (VIEWER, "{understood}"),
]
#: Addresses that show no page of their own, or whose page stands in a test below.
ELSEWHERE = {
    "home", "set_language", "core:sign_out", "core:change_second_factor", "core:revoke_token",
    "core:invite", "core:change_role", "core:remove_member", "core:withdraw_invitation",
    "core:sign_in_code", "companies:change_company", "companies:add_site",
    "insight:export", "insight:begin", "insight:content", "insight:correct", "insight:start",
    "insight:drop", "insight:download", "insight:events", "insight:progress", "insight:stop",
    "insight:again", "insight:judge", "insight:sheet", "insight:gauge_sheet", "insight:remove",
    "insight:renew", "companies:choose_main_site",
    "companies:remove_site", "plant:agent_state", "plant:agent_joined", "plant:agent_code",
    "plant:change_agent", "plant:revoke_agent", "plant:go_back", "plant:remove_machine",
    "plant:found", "plant:now", "plant:choose", "plant:revoke_source", "plant:renew_group",
    "plant:revoke_group", "plant:describe_tag", "plant:rename_tag",
    "plant:live_rows", "plant:live_today", "plant:live_events", "plant:history_tags",
    "plant:history_export", "plant:intake_name", "plant:intake_replay", "plant:intake_held_export",
    "plant:intake_carry_out", "plant:intake_end", "plant:intake_undo", "plant:intake_other",
    "alarms:now", "alarms:act", "alarms:events", "alarms:note", "alarms:tried_rule",
    "alarms:retire_rule", "alarms:serve_rule", "alarms:waiting",
    "core:try_mail", "core:send_again", "alarms:choose_mail", "alarms:try_channel",
    "alarms:renew_secret", "alarms:retire_channel", "alarms:add_step", "alarms:change_step",
    "alarms:remove_step", "alarms:retire_policy", "floor:shift_note", "floor:subscribe",
    "floor:unsubscribe",
    "floor:found", "floor:take", "floor:set_signals", "floor:cycle", "floor:confirm_cycle",
    "floor:move_asset", "floor:retire_asset", "floor:bring_back_asset", "floor:remove_version",
    "floor:remove_power_contract",
    "floor:add_exception", "floor:retire_calendar", "floor:remove_exception",
    "floor:move_reason", "floor:retire_reason", "floor:paste_plans",
    "watches:learn", "watches:retire", "watches:judge", "watches:anomaly", "watches:events",
    "floor:events", "floor:say_stop", "floor:undo_stop", "floor:say_scrap",
}  # fmt: skip


#: Width, and the themes there. All rules are held in the first, those of colours in any other.
AT_A_DESK = (DESKTOP, "light", "dark")
ON_A_PHONE = (PHONE, "dark", "light")
FOLDS_OPEN = "document.querySelectorAll('main details:not(.menu)').forEach(d => d.open = true)"


def look(reader: Reader, width: int, *themes: str, covered: bool = False) -> None:
    """Look at the page that is open in one way; `covered`: a menu lies over part of it."""
    reader.width(width)
    found: dict[Any, Any] = {
        (width, theme): [one for one in violations if not (covered and _obscured(one))]
        for theme, violations in reader.shut_out_by_theme(*themes).items()
    }
    for pixels in (width, DESKTOP + PHONE - width):
        reader.width(pixels)
        widest = reader.run("return document.documentElement.scrollWidth")
        found[pixels, "too wide"] = widest if widest > pixels else None
    unlike = {way: what for way, what in found.items() if what}
    assert unlike == {}, (reader.at, reader.run("return document.documentElement.lang"))


def _obscured(violation: list[Any]) -> bool:
    """What a menu covers comes back when it closes."""
    return violation[1] == "target-size" and "obscured" in str(violation)


def look_all_ways(reader: Reader, *, covered: bool = False) -> None:
    """Look at the page that is open: at a desk and on a phone, in light and in the dark."""
    look(reader, *AT_A_DESK, covered=covered)
    look(reader, *ON_A_PHONE, covered=covered)


def in_both_languages(reader: Reader) -> None:
    """Look at the page that is open in Korean at a desk, and in English on a phone; folds opened.

    The language that the reader has comes first: so each is opened once.
    """
    ways = {"ko": AT_A_DESK, "en": ON_A_PHONE}
    spoken = reader.run("return document.documentElement.lang")
    for language in sorted(ways, key=lambda language: language != spoken):
        reader.speak(language)
        reader.run(FOLDS_OPEN)
        width, theme, _ = ways[language]
        look(reader, width, theme)


def test_nobody_is_shut_out_of_any_part_of_a_page(reader: Reader, furnished: Any) -> None:
    furnished.begin("plant", "work")  # the worker is at it while pages are looked at
    reader.become(OWNER)
    reader.open("/styleguide/")
    reader.run(FOLDS_OPEN)
    look_all_ways(reader)


@pytest.mark.parametrize(("who", "path"), PAGES)
def test_nobody_is_shut_out_of_a_page(
    seated: Reader, furnished: Any, who: str | None, path: str
) -> None:
    seated.become(who)  # most pages are looked at by whom the page before was
    furnished.begin("plant", "work")
    if path.startswith("{"):
        kind = path[1:-1]
        path = furnished.plant.get(kind) or furnished.work[kind]
    seated.open(path)
    in_both_languages(seated)


def test_every_address_that_shows_a_page_was_looked_at() -> None:
    def names(resolver: Any, space: str = "") -> Any:
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else space)
            elif pattern.name:
                yield space + pattern.name, str(pattern.pattern)

    looked = {
        "styleguide", "core:sign_in", "core:account", "core:change_password", "core:organisations",
        "core:second_factor", "core:tokens", "core:members", "core:invitation", "core:audit",
        "core:invitations", "companies:company", "companies:change_site", "insight:home",
        "insight:files", "insight:new", "insight:upload", "insight:analysis",
        "insight:ask", "insight:machines", "insight:plan", "plant:agents", "plant:tags",
        "plant:live", "plant:history", "plant:new_agent", "plant:agent", "plant:versions",
        "plant:new_machine", "plant:machine",
        "plant:values", "plant:browse", "plant:sources", "plant:new_source", "plant:source",
        "plant:new_group", "plant:group", "plant:tag",
        "plant:intake", "plant:intake_source", "plant:intake_held", "plant:intake_held_group",
        "plant:intake_books", "plant:intake_clocks", "plant:intake_repair",
        "watches:index", "watches:new", "watches:watch", "watches:again",
        "alarms:standing", "alarms:occurrence", "alarms:history", "alarms:figures", "alarms:rules",
        "alarms:rule", "alarms:change_rule", "alarms:choose_rule", "alarms:new_rule",
        "core:outgoing", "alarms:channels", "alarms:new_channel", "alarms:channel",
        "alarms:policies", "alarms:new_policy", "alarms:policy", "floor:shifts", "floor:shift",
        "floor:site", "floor:line", "floor:machine", "floor:stops", "floor:stop", "floor:scrap",
        "floor:boards", "floor:board", "floor:structure", "floor:from_data", "floor:new_asset",
        "floor:asset_setup", "floor:state_map", "floor:calendars", "floor:new_calendar",
        "floor:calendar", "floor:calendar_pattern", "floor:reasons", "floor:change_reason",
        "floor:plans", "floor:power_contract",
    }  # fmt: skip
    known = {name for name, _ in names(get_resolver()) if not name.startswith("api:")}
    assert known - ELSEWHERE <= looked


def test_nobody_is_shut_out_of_the_second_factor(reader: Reader) -> None:
    who = "phone@example.com"
    reader.become(who)
    reader.open("/account/second-factor/")
    secret = reader.text("#secret").replace(" ", "")
    reader.one("[name=code]").send_keys("000000")
    reader.press_and_leave("main .button.main")
    look_all_ways(reader)  # a code that does not match
    reader.one("[name=code]").clear()
    reader.one("[name=code]").send_keys(pyotp.TOTP(secret).now())
    reader.press_and_leave("main .button.main")
    assert len(reader.all("#codes li")) > 5
    recovery = reader.text("#codes li")
    look_all_ways(reader)
    reader.open("/account/second-factor/")
    in_both_languages(reader)
    reader.become(None)
    reader.forget(who)
    reader.open("/sign-in/")
    reader.sign_in(who)
    assert reader.at == "/sign-in/code/"
    in_both_languages(reader)
    reader.one("[name=code]").send_keys(recovery)
    reader.press_and_leave("main .button.main")
    assert reader.at == "/floor/", "where the lines of the company are"


def test_nobody_is_shut_out_of_an_invitation(reader: Reader) -> None:
    reader.become(OWNER)
    reader.open("/members/")
    reader.one("#invite [name=email]").send_keys(OWNER)  # is a member already
    reader.press_and_leave("#invite button.main")
    assert reader.all(".field .error")
    look_all_ways(reader)
    reader.one("#invite [name=email]").clear()
    reader.one("#invite [name=email]").send_keys("coming@hanbit.example")
    reader.press_and_leave("#invite button.main")
    look_all_ways(reader)
    link = reader.text("#link")
    reader.open(link)  # signed in as somebody else
    look_all_ways(reader)
    reader.become(VIEWER)
    reader.become(None)
    reader.open(link)
    in_both_languages(reader)
    reader.become(OWNER)
    reader.open("/members/")
    in_both_languages(reader)  # with an open invitation
    reader.one("[data-dialog-open]").click()
    look_all_ways(reader)


def test_nobody_is_shut_out_of_a_key_that_is_shown_once(reader: Reader) -> None:
    reader.become(OWNER)
    reader.open("/account/keys/")
    reader.one("main [name=name]").send_keys("검사기 PC")
    reader.press_and_leave("main form.form .button.main")
    assert reader.text("#new-key")
    look_all_ways(reader)
    reader.open("/account/keys/")
    in_both_languages(reader)


def test_nobody_is_shut_out_of_a_refusal(reader: Reader) -> None:
    reader.open("/sign-in/")
    reader.sign_in("nobody@example.com", PASSWORD)
    assert reader.all("[role=alert]")
    look_all_ways(reader)
    reader.become(OWNER)
    reader.open("/company/")
    reader.run(
        "for (const i of document.querySelectorAll('[name=csrfmiddlewaretoken]')) i.value='x'"
    )
    reader.press_and_leave("main form .button.main")
    assert {"ko": "너무 오래", "en": "too long"}[
        reader.run("return document.documentElement.lang")
    ] in reader.text("h1")
    look_all_ways(reader)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_nobody_is_shut_out_when_something_broke(reader: Reader, language: str) -> None:
    with translation.override(language):
        page = render_to_string("500.html")
    reader.open("/sign-in/")
    reader.run("document.open(); document.write(arguments[0]); document.close()", page)
    reader.until(lambda: reader.run("return getComputedStyle(document.body).margin") == "0px")
    look_all_ways(reader)


def test_what_shuts_people_out_would_be_found(reader: Reader) -> None:
    reader.open("/sign-in/")
    reader.run(
        "const i = document.createElement('input'); document.querySelector('main').append(i);"
        "const p = document.createElement('p'); p.textContent = 'pale'; p.style.color = '#ccc';"
        "document.querySelector('main').append(p);"
    )
    assert [violation[1] for violation in reader.shut_out()] == ["color-contrast", "label"]


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(lambda r: r.one("[aria-label^='Account of']").click(), id="account"),
        pytest.param(
            lambda r: r.one(".menu summary[aria-label='Light or dark']").click(), id="theme"
        ),
        pytest.param(lambda r: r.one("#q-target summary").click(), id="choices"),
    ],
)
def test_nobody_is_shut_out_of_an_open_menu(
    reader: Reader, furnished: Any, step: Callable[[Reader], None]
) -> None:
    reader.become(OWNER)
    reader.open(furnished.work["understood"])
    reader.speak("en")
    step(reader)
    assert reader.all("details.menu[open]")
    look_all_ways(reader, covered=True)
