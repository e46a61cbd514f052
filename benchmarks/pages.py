"""First content and weight of each page, with 1,000 reports in a company on SQLite.

    python benchmarks/pages.py [--reports 1000] [--loads 20]

Three tables are handed in and analysed by a real worker; the other reports are copies of their rows
in the database (name and day of their own, files shared). Each page is loaded by Chromium with an
empty cache, again and again, page after page in turn. Beside it the peer: the list of the same rows
in Django's own admin, over the same database, by the same server, in the same browser.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from deungdae.tables import demo
from planting.tables import grid
from serving.browser import Browser, Load, browser
from serving.programs import environment, serving

FIRST_CONTENT = 300.0  #: ms, what issue 3 promises for each page
WEIGHT = 300_000  #: bytes of a page, compressed, before charts
OVER = "over"
REAL = 3  #: reports that real runs made
#: Name of the address → what is asked of it; {…} come from the filled company.
ENTRY = {"core:sign_in": "sign-in/", "core:invitation": "invitation/not-open-any-more/"}
PAGES = {
    "insight:home": "causes/",
    "insight:home, last page": "causes/?page=40",
    "insight:home, looked for": "causes/?q=검사기록-0&verdict=clear&sort=-bad",
    "insight:new": "causes/new/",
    "insight:files": "causes/files/",
    "insight:files, last page": "causes/files/?page=40",
    "insight:upload": "causes/uploads/{upload}/",
    "insight:ask": "causes/uploads/{upload}/ask/spc/",
    "insight:plan": "causes/reports/{report}/plan/",
    "insight:analysis": "causes/reports/{report}/",
    "insight:analysis, running": "causes/reports/{running}/",
    "plant:live": "plant/live/",
    "floor:site": "floor/",
    "floor:stops": "floor/stops/",
    "floor:boards": "floor/board/",
    "floor:shifts": "floor/shifts/",
    "alarms:standing": "alarms/",
    "alarms:now": "alarms/now/",
    "alarms:waiting": "alarms/waiting/",
    "alarms:history": "alarms/history/",
    "alarms:figures": "alarms/figures/",
    "alarms:rules": "alarms/rules/",
    "alarms:choose_rule": "alarms/rules/new/",
    "watches:index": "watches/",
    "watches:new": "watches/new/",
    "floor:structure": "floor/structure/",
    "floor:new_asset": "floor/structure/new/machine/",
    "floor:from_data": "floor/structure/from-data/",
    "floor:calendars": "floor/calendars/",
    "floor:new_calendar": "floor/calendars/new/",
    "floor:reasons": "floor/reasons/",
    "floor:plans": "floor/plans/",
    "alarms:channels": "alarms/channels/",
    "alarms:policies": "alarms/policies/",
    "core:outgoing": "messages/",
    "plant:history": "plant/history/",
    "plant:agents": "plant/agents/",
    "plant:new_agent": "plant/agents/new/",
    "plant:sources": "plant/sources/",
    "plant:new_source": "plant/sources/new/",
    "plant:new_group": "plant/groups/new/",
    "plant:tags": "plant/tags/",
    "plant:intake": "plant/intake/",
    "plant:intake_held": "plant/intake/quarantine/",
    "plant:intake_books": "plant/intake/books/",
    "plant:intake_clocks": "plant/intake/clocks/",
    "core:members": "members/",
    "core:invitations": "invitations/",
    "core:audit": "audit/",
    "core:audit, last page": "audit/?page=100",
    "core:account": "account/",
    "core:change_password": "account/password/",
    "core:organisations": "account/organisations/",
    "core:second_factor": "account/second-factor/",
    "core:tokens": "account/keys/",
    "companies:company": "company/",
    "companies:change_site": "company/sites/{site}/",
}
#: Addresses that are no pages: they lead on, take a form, or hand out a file or a stream.
NO_PAGES = {
    *("home", "set_language", "core:sign_out", "core:sign_in_code", "core:change_second_factor"),
    *("core:revoke_token", "core:invite", "core:change_role", "core:remove_member"),
    *("core:withdraw_invitation", "companies:change_company", "companies:add_site"),
    *("companies:choose_main_site", "companies:remove_site"),
    *("insight:export", "insight:begin", "insight:content"),
    *("insight:correct", "insight:start", "insight:drop", "insight:download", "insight:renew"),
    *("insight:gauge_sheet", "insight:sheet", "insight:judge"),
    # Without a gateway it has nothing to offer.
    "insight:machines",
    # These name an agent, a tag or a source; no such thing was filled in.
    *("plant:agent", "plant:agent_state", "plant:agent_code", "plant:agent_joined"),
    *("plant:change_agent", "plant:revoke_agent", "plant:versions", "plant:go_back"),
    *("plant:new_machine", "plant:machine", "plant:remove_machine", "plant:values"),
    *("plant:browse", "plant:found", "plant:now", "plant:choose"),
    *("plant:source", "plant:revoke_source"),
    *("plant:group", "plant:renew_group", "plant:revoke_group"),
    *("plant:tag", "plant:describe_tag", "plant:rename_tag"),
    *("plant:live_rows", "plant:live_today", "plant:live_events"),
    *("plant:history_tags", "plant:history_export"),
    # These name a source; without a gateway there is none.
    *("plant:intake_source", "plant:intake_other", "plant:intake_held_group"),
    *("plant:intake_replay", "plant:intake_held_export", "plant:intake_repair"),
    *("plant:intake_carry_out", "plant:intake_end", "plant:intake_undo", "plant:intake_name"),
    # These name a line or a machine; none was drawn.
    *("floor:line", "floor:machine", "floor:board", "floor:stop", "floor:scrap"),
    *("floor:events", "floor:say_stop", "floor:undo_stop", "floor:say_scrap"),
    # These name a machine, a calendar or a reason, or are pieces of other pages.
    *("floor:asset_setup", "floor:set_signals", "floor:state_map", "floor:cycle"),
    *("floor:confirm_cycle", "floor:move_asset", "floor:retire_asset", "floor:bring_back_asset"),
    *("floor:found", "floor:take", "floor:calendar", "floor:calendar_pattern"),
    *("floor:remove_version", "floor:add_exception", "floor:retire_calendar"),
    *("floor:remove_exception", "floor:change_reason", "floor:move_reason"),
    *("floor:retire_reason", "floor:paste_plans"),
    *("core:try_mail", "core:send_again", "alarms:choose_mail", "alarms:new_channel"),
    *("alarms:channel", "alarms:try_channel", "alarms:renew_secret", "alarms:retire_channel"),
    # These name a watch; none was made.
    *("watches:watch", "watches:again", "watches:learn", "watches:retire", "watches:anomaly"),
    *("watches:judge", "watches:events"),
    # These name the rule of an alarm, or an alarm; none was set up.
    *("alarms:act", "alarms:events", "alarms:occurrence", "alarms:note", "alarms:new_rule"),
    *("alarms:rule", "alarms:tried_rule", "alarms:change_rule", "alarms:retire_rule"),
    "alarms:serve_rule",
    *("alarms:new_policy", "alarms:policy", "alarms:add_step", "alarms:change_step"),
    *("alarms:remove_step", "alarms:retire_policy"),
    # No shift has ended.
    *("floor:shift", "floor:shift_note", "floor:subscribe", "floor:unsubscribe"),
    *("insight:events", "insight:progress", "insight:stop", "insight:again", "insight:remove"),
}
PEER = {
    "admin changelist": "admin/insight/analysis/",
    "admin changelist, last page": "admin/insight/analysis/?p=40",
    "admin changelist, looked for": "admin/insight/analysis/?q=검사기록-0&verdict=clear&o=-4",
}


def main(words: list[str] | None = None) -> int:
    """Fill, measure, print; 1 when a page's median is over a bar or a page is not measured."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reports", type=int, default=1000)
    parser.add_argument("--loads", type=int, default=20)
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="deungdae-pages-") as name:
        home = Path(name) / "home"
        filled = fill(home, asked.reports)
        unknown = set(filled["addresses"]) - {n.split(",")[0] for n in (*ENTRY, *PAGES)} - NO_PAGES
        if unknown:
            print(f"Neither measured nor known to be no page: {', '.join(sorted(unknown))}")
        print(
            f"{filled['reports']} reports, {REAL} of them by real runs, {asked.loads} loads each;"
        )
        print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        with (
            serving(home, "deungdae.cli.part", "web", "--port", "0") as ours,
            serving(home, "serving.peer") as peer,
            browser(Path(name) / "browser") as chromium,
        ):
            loads = measure(chromium, ours.url, ENTRY, asked.loads)
            chromium.sign_in(ours.url, filled["email"], filled["password"])
            pages = {n: path.format(**filled) for n, path in PAGES.items()}
            loads |= measure(chromium, ours.url, pages, asked.loads)
            theirs = measure(chromium, peer.url, PEER, asked.loads)
    head = ("page", "first byte", "p95", "first paint", "p95", "kB sent", "before charts", "")
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}\n")
    print(grid(head, [row(n, found) for n, found in (loads | theirs).items()]))
    print(
        f"\nTimes in ms; the bars: first paint {FIRST_CONTENT:.0f} ms, "
        f"{WEIGHT // 1000} kB before charts."
    )
    return int(bool(unknown) or any(verdict(found) == OVER for found in loads.values()))


def fill(home: Path, reports: int) -> dict[str, str]:
    """Make the company in a process of its own; return what it says."""
    tables = [
        demo.write(home / "tables" / str(seed), seed=seed, rows=2000).path for seed in range(REAL)
    ]
    command = [sys.executable, "-m", "serving.fill", str(reports), *map(str, tables)]
    made = subprocess.run(command, env=environment(home), stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(made.stdout.splitlines()[-1])
    return found


def measure(
    chromium: Browser, url: str, pages: dict[str, str], loads: int
) -> dict[str, list[Load]]:
    """Load each page so often, one after another in turn; the first turn does not count."""
    found: dict[str, list[Load]] = {name: [] for name in pages}
    for turn in range(loads + 1):
        for name, path in pages.items():
            load = chromium.load(url + path)
            if load.status >= 500:
                raise SystemExit(f"{name} answers {load.status}")
            if turn:
                found[name].append(load)
    return found


def verdict(loads: list[Load]) -> str:
    """Say whether a page keeps both bars; its slowest loads are those of a busy machine, too."""
    paint = [x.paint for x in loads]
    if statistics.median(paint) > FIRST_CONTENT or _weight(loads) > WEIGHT:
        return OVER
    return "p95 over" if _p95(paint) > FIRST_CONTENT else ""


def row(name: str, loads: list[Load]) -> tuple[str, ...]:
    """Return a page's line of the table."""
    byte, paint = [x.byte for x in loads], [x.paint for x in loads]
    return (
        name,
        f"{statistics.median(byte):.0f}",
        f"{_p95(byte):.0f}",
        f"{statistics.median(paint):.0f}",
        f"{_p95(paint):.0f}",
        f"{max(x.sent for x in loads) / 1000:.0f}",
        f"{_weight(loads) / 1000:.0f}",
        verdict(loads),
    )


def _p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, round(0.95 * len(values)))]


def _weight(loads: list[Load]) -> int:
    return max(x.sent - x.charts for x in loads)


if __name__ == "__main__":
    raise SystemExit(main())
