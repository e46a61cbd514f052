"""Who may see which page: every address of the project, with what each kind of visitor is told.

A line holds the name of the address, the method, and the status for, in this order: somebody who
has not signed in, a viewer, an engineer, an administrator and an owner of the organisation, and an
owner of another one. Where an address names an object, it is an object of the organisation.

302 for the unknown leads to the sign-in page. 404 for the other tenant: it is not there.
"""

from dataclasses import dataclass, field
from typing import Any

#: The password of everybody in these tests.
PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Line:
    """One address and one method. `names` says of which object the address takes its id."""

    name: str
    method: str
    unknown: int
    viewer: int
    engineer: int
    admin: int
    owner: int
    other: int
    names: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    #: An operator is told the same as a viewer, but where people say something of the shop floor.
    operator: int | None = None

    def told(self, visitor: str) -> int:
        """Return the status for one kind of visitor."""
        if visitor == "operator" and self.operator is None:
            visitor = "viewer"
        status: int = getattr(self, visitor)
        return status


#: Signed in, whoever it is.
ANYBODY = (302, 200, 200, 200, 200, 200)
MANAGERS = (302, 403, 403, 200, 200, 200)
#: A form that leads on once it was taken; forms of others' objects are not there.
MANAGERS_OF_ITS = (302, 403, 403, 302, 302, 404)

CORE = [
    Line("home", "GET", 302, 302, 302, 302, 302, 302),
    Line("set_language", "POST", 302, 302, 302, 302, 302, 302, data={"language": "ko"}),
    Line("core:sign_in", "GET", 200, 302, 302, 302, 302, 302),
    Line("core:sign_in_code", "GET", 302, 302, 302, 302, 302, 302),
    Line("core:sign_out", "POST", 302, 302, 302, 302, 302, 302),
    Line("core:account", "GET", *ANYBODY),
    Line("core:change_password", "GET", *ANYBODY),
    Line("core:organisations", "GET", *ANYBODY),
    Line(
        "core:organisations", "POST", 302, 302, 302, 302, 302, 404,
        data={"organisation": "organisation"},
    ),
    Line("core:second_factor", "GET", *ANYBODY),
    Line("core:change_second_factor", "POST", 302, 302, 302, 302, 302, 302),
    Line("core:tokens", "GET", *ANYBODY),
    # The key is the owner's: nobody else's business, whatever the role.
    Line("core:revoke_token", "POST", 302, 404, 404, 404, 302, 404, {"public_id": "token"}),
    Line("core:members", "GET", *ANYBODY),
    Line(
        "core:invite", "POST", 302, 403, 403, 200, 200, 200,
        data={"email": "new@example.org", "role": "viewer"},
    ),
    Line(
        "core:change_role", "POST", *MANAGERS_OF_ITS,
        {"public_id": "membership"}, {"role": "engineer"},
    ),
    Line("core:remove_member", "POST", *MANAGERS_OF_ITS, {"public_id": "membership"}),
    Line("core:invitations", "GET", *MANAGERS),
    Line("core:withdraw_invitation", "POST", *MANAGERS_OF_ITS, {"public_id": "invitation"}),
    # Whoever holds the link of an invitation may look at it.
    Line("core:invitation", "GET", 200, 200, 200, 200, 200, 200, {"token": "invitation_token"}),
    Line("core:audit", "GET", *MANAGERS),
    Line("core:outgoing", "GET", 302, 403, 200, 200, 200, 200),
    Line("core:try_mail", "POST", 302, 403, 403, 302, 302, 302),
    Line("core:send_again", "POST", *MANAGERS_OF_ITS, {"public_id": "message"}),
]  # fmt: skip

COMPANIES = [
    Line("companies:company", "GET", *ANYBODY),
    Line(
        "companies:change_company", "POST", 302, 403, 403, 302, 302, 302,
        data={"name": "가온정밀"},
    ),
    Line(
        "companies:add_site", "POST", 302, 403, 403, 302, 302, 302,
        data={"name": "2공장", "time_zone": "Asia/Seoul"},
    ),
    Line(
        "companies:change_site", "POST", *MANAGERS_OF_ITS,
        {"public_id": "site"}, {"name": "본사", "time_zone": "Asia/Seoul"},
    ),
    Line("companies:change_site", "GET", 302, 403, 403, 200, 200, 404, {"public_id": "site"}),
    Line("companies:choose_main_site", "POST", *MANAGERS_OF_ITS, {"public_id": "site"}),
    Line("companies:remove_site", "POST", *MANAGERS_OF_ITS, {"public_id": "site"}),
]  # fmt: skip

WORKERS = (302, 403, 200, 200, 200, 200)
#: What belongs to the organisation: read by its people, sent to by those who work.
READ_BY_ITS = (302, 200, 200, 200, 200, 404)
WORKED_BY_ITS = (302, 403, 302, 302, 302, 404)
#: A form that those who work see, and that takes nothing in when nothing is told.
ASKED_BY_ITS = (302, 403, 200, 200, 200, 404)
TOLD_NOTHING = (302, 403, 400, 400, 400, 404)

INSIGHT = [
    Line("insight:home", "GET", *ANYBODY),
    Line("insight:export", "GET", *ANYBODY, {"ending": "csv"}),
    Line("insight:new", "GET", *WORKERS),
    Line(
        "insight:begin", "POST", 302, 403, 201, 201, 201, 201,
        data={"name": "9월.csv", "size": "10"},
    ),
    Line("insight:files", "GET", *ANYBODY),
    Line("insight:remove", "POST", *WORKED_BY_ITS, {"public_id": "upload"}),
    Line("insight:upload", "GET", *READ_BY_ITS, {"public_id": "upload"}),
    Line("insight:content", "GET", 302, 403, 200, 200, 200, 404, {"public_id": "upload"}),
    Line("insight:correct", "POST", *WORKED_BY_ITS, {"public_id": "upload"}, {"what": "target"}),
    Line("insight:start", "POST", *WORKED_BY_ITS, {"public_id": "upload"}),
    Line("insight:drop", "POST", *WORKED_BY_ITS, {"public_id": "upload"}),
    Line("insight:ask", "GET", *ASKED_BY_ITS, {"public_id": "read", "method": "spc"}),
    Line("insight:ask", "POST", *TOLD_NOTHING, {"public_id": "read", "method": "capability"}),
    # Nothing was read of it, so the page leads back.
    Line("insight:machines", "GET", *WORKED_BY_ITS, {"public_id": "upload"}),
    Line("insight:machines", "POST", *WORKED_BY_ITS, {"public_id": "upload"}),
    Line("insight:gauge_sheet", "GET", 302, 200, 200, 200, 200, 200, {"study": "crossed"}),
    # There is no finding in this report, so its page leads back.
    Line("insight:plan", "GET", *WORKED_BY_ITS, {"public_id": "analysis"}),
    Line("insight:plan", "POST", *WORKED_BY_ITS, {"public_id": "analysis"}),
    Line("insight:judge", "POST", *WORKED_BY_ITS, {"public_id": "analysis"}),
    Line("insight:sheet", "GET", *READ_BY_ITS, {"public_id": "planned"}),
    Line("insight:analysis", "GET", *READ_BY_ITS, {"public_id": "analysis"}),
    Line(
        "insight:download", "GET", *READ_BY_ITS, {"public_id": "report", "ending": "html"},
    ),
    Line("insight:renew", "POST", *WORKED_BY_ITS, {"public_id": "report"}),
    Line("insight:events", "GET", *READ_BY_ITS, {"public_id": "job"}),
    Line("insight:progress", "GET", *READ_BY_ITS, {"public_id": "job"}),
    Line("insight:stop", "POST", *WORKED_BY_ITS, {"public_id": "job"}),
    Line("insight:again", "POST", *WORKED_BY_ITS, {"public_id": "job"}),
]  # fmt: skip

_AGENT = {"public_id": "agent"}
_MACHINE = {"public_id": "agent", "machine": "machine"}

PLANT = [
    Line("plant:agents", "GET", *ANYBODY),
    Line("plant:new_agent", "GET", *WORKERS),
    Line("plant:agent", "GET", *READ_BY_ITS, _AGENT),
    Line("plant:agent_state", "GET", *READ_BY_ITS, _AGENT),
    Line("plant:agent_joined", "GET", *READ_BY_ITS, _AGENT),
    Line("plant:agent_code", "POST", *ASKED_BY_ITS, _AGENT),
    Line("plant:change_agent", "POST", *WORKED_BY_ITS, _AGENT, {"name": "PC 2"}),
    Line("plant:revoke_agent", "POST", *MANAGERS_OF_ITS, _AGENT),
    Line("plant:versions", "GET", *READ_BY_ITS, _AGENT),
    Line("plant:go_back", "POST", *WORKED_BY_ITS, {**_AGENT, "number": "version"}),
    Line("plant:new_machine", "GET", *ASKED_BY_ITS, {**_AGENT, "kind": "opcua"}),
    Line("plant:machine", "GET", *ASKED_BY_ITS, _MACHINE),
    Line("plant:remove_machine", "POST", *WORKED_BY_ITS, _MACHINE),
    # This machine has no registers to write down, so the page leads to what it offers.
    Line("plant:values", "GET", *WORKED_BY_ITS, _MACHINE),
    Line("plant:browse", "GET", *ASKED_BY_ITS, _MACHINE),
    Line("plant:found", "GET", *ASKED_BY_ITS, _MACHINE),
    Line("plant:now", "GET", *ASKED_BY_ITS, _MACHINE),
    Line("plant:choose", "POST", *WORKED_BY_ITS, _MACHINE),
    Line("plant:sources", "GET", *ANYBODY),
    Line("plant:new_source", "GET", *MANAGERS),
    Line("plant:source", "GET", *READ_BY_ITS, {"public_id": "line_source"}),
    Line("plant:revoke_source", "POST", *MANAGERS_OF_ITS, {"public_id": "line_source"}),
    Line("plant:new_group", "GET", *MANAGERS),
    Line("plant:group", "GET", *READ_BY_ITS, {"public_id": "group"}),
    Line("plant:renew_group", "POST", 302, 403, 403, 200, 200, 404, {"public_id": "group"}),
    Line("plant:revoke_group", "POST", *MANAGERS_OF_ITS, {"public_id": "group"}),
    Line("plant:tags", "GET", *ANYBODY),
    # No tag is named here.
    Line("plant:describe_tag", "GET", 302, 403, 404, 404, 404, 404),
    Line("plant:tag", "GET", *ASKED_BY_ITS, {"public_id": "tag"}),
    Line("plant:rename_tag", "POST", *WORKED_BY_ITS, {"public_id": "tag"}, {"path": "line9/x"}),
]

#: What came in from machines. In these tests there is no bus: pages say so, and stay; what only the
#: bus can hand out answers 503, and what it alone knows is not there.
PLANT_INTAKE = [
    Line("plant:intake", "GET", *ANYBODY),
    Line("plant:intake_source", "GET", *READ_BY_ITS, _AGENT),
    Line("plant:intake_other", "GET", 302, 404, 404, 404, 404, 404, {"source": "csv"}),
    Line("plant:intake_held", "GET", *ANYBODY),
    Line("plant:intake_held_group", "GET", 302, 503, 503, 503, 503, 503),
    Line("plant:intake_held_export", "GET", 302, 503, 503, 503, 503, 503),
    Line("plant:intake_name", "POST", 302, 403, 302, 302, 302, 302),
    Line("plant:intake_replay", "POST", 302, 403, 302, 302, 302, 302),
    Line("plant:intake_books", "GET", *ANYBODY),
    Line("plant:intake_clocks", "GET", *ANYBODY),
    Line("plant:intake_repair", "GET", 302, 403, 404, 404, 404, 404),
    Line("plant:intake_carry_out", "POST", *TOLD_NOTHING, data={"source": "edge"}),
    Line("plant:intake_end", "POST", *WORKED_BY_ITS, {"public_id": "clock_shift"}),
    Line("plant:intake_undo", "POST", 302, 403, 302, 302, 302, 302, {"number": "version"}),
]  # fmt: skip

#: Live values and their history. Without a bus the pages stay; these addresses name no tag.
PLANT_LIVE = [
    Line("plant:live", "GET", *ANYBODY),
    Line("plant:live_rows", "GET", 302, 404, 404, 404, 404, 404),
    Line("plant:live_today", "GET", 302, 404, 404, 404, 404, 404),
    Line("plant:live_events", "GET", *ANYBODY),
    Line("plant:history", "GET", *ANYBODY),
    Line("plant:history_tags", "GET", *ANYBODY),
    Line("plant:history_export", "GET", 302, 404, 404, 404, 404, 404),
]

_ASSET = {"public_id": "asset"}
_CALENDAR = {"public_id": "calendar"}
_REASON = {"public_id": "stop_reason"}

#: Lines and machines as they are drawn, shifts, reasons, plans. No monitor answers in these tests.
FLOOR_STRUCTURE = [
    Line("floor:structure", "GET", *ANYBODY),
    Line("floor:from_data", "GET", *WORKERS),
    # Nobody answers here, and the piece of the page says so.
    Line("floor:found", "GET", *WORKERS),
    Line("floor:take", "POST", 302, 403, 302, 302, 302, 302),
    Line("floor:new_asset", "GET", *WORKERS, {"kind": "drawn_kind"}),
    Line("floor:asset_setup", "GET", *ASKED_BY_ITS, _ASSET),
    Line("floor:set_signals", "POST", *WORKED_BY_ITS, _ASSET),
    # It has no signal of its state, so the page leads back.
    Line("floor:state_map", "GET", *WORKED_BY_ITS, _ASSET),
    Line("floor:cycle", "GET", *ASKED_BY_ITS, _ASSET),
    Line("floor:confirm_cycle", "POST", *WORKED_BY_ITS, _ASSET, {"seconds": "24"}),
    Line("floor:move_asset", "POST", *WORKED_BY_ITS, _ASSET, {"to": "down"}),
    Line("floor:retire_asset", "POST", *WORKED_BY_ITS, _ASSET),
    Line("floor:bring_back_asset", "POST", *WORKED_BY_ITS, _ASSET),
    Line("floor:calendars", "GET", *ANYBODY),
    Line("floor:new_calendar", "GET", *WORKERS),
    Line("floor:calendar", "GET", *READ_BY_ITS, _CALENDAR),
    Line("floor:calendar", "POST", *TOLD_NOTHING, _CALENDAR),
    Line("floor:calendar_pattern", "GET", *ASKED_BY_ITS, _CALENDAR),
    Line("floor:add_exception", "POST", *TOLD_NOTHING, _CALENDAR),
    Line("floor:remove_version", "POST", *WORKED_BY_ITS, _CALENDAR),
    Line("floor:retire_calendar", "POST", *WORKED_BY_ITS, _CALENDAR),
    Line("floor:remove_exception", "POST", *WORKED_BY_ITS, {"public_id": "exception"}),
    Line("floor:power_contract", "GET", *READ_BY_ITS, {"public_id": "site"}),
    Line(
        "floor:power_contract",
        "POST",
        *MANAGERS_OF_ITS,
        {"public_id": "site"},
        {"since": "2026-01-01", "contract_kw": "300"},
    ),
    Line(
        "floor:remove_power_contract",
        "POST",
        *MANAGERS_OF_ITS,
        {"public_id": "site"},
        {"since": "2026-01-01"},
    ),
    Line("floor:reasons", "GET", *ANYBODY),
    Line("floor:reasons", "POST", 302, 403, 400, 400, 400, 400),
    Line("floor:change_reason", "GET", *ASKED_BY_ITS, _REASON),
    Line("floor:move_reason", "POST", *WORKED_BY_ITS, _REASON),
    Line("floor:retire_reason", "POST", *WORKED_BY_ITS, _REASON),
    Line("floor:plans", "GET", *ANYBODY),
    Line("floor:plans", "POST", 302, 403, 302, 302, 302, 302),
    Line("floor:paste_plans", "POST", 302, 403, 400, 400, 400, 400),
]

_FLOOR_MACHINE = {"public_id": "floor_machine"}
#: What operators say; 403 for a viewer.
SAID_BY_ITS = (302, 403, 302, 302, 302, 404)

#: What the lines are doing, and where operators say why. Without a monitor the pages say so.
FLOOR_PAGES = [
    Line("floor:site", "GET", *ANYBODY),
    Line("floor:events", "GET", *ANYBODY),
    Line("floor:line", "GET", *READ_BY_ITS, {"public_id": "floor_line"}),
    Line("floor:machine", "GET", *READ_BY_ITS, _FLOOR_MACHINE),
    Line("floor:boards", "GET", *ANYBODY),
    Line("floor:board", "GET", *READ_BY_ITS, {"public_id": "floor_line"}),
    Line("floor:stops", "GET", *ANYBODY),
    Line("floor:stop", "GET", *READ_BY_ITS, {**_FLOOR_MACHINE, "start_us": "floor_stop_start"}),
    Line(
        "floor:say_stop", "POST", *SAID_BY_ITS, operator=302,
        data={"stop": "floor_stop", "reason": "no-material"},
    ),
    Line("floor:undo_stop", "POST", *SAID_BY_ITS, operator=302, data={"said": "floor_said"}),
    Line("floor:scrap", "GET", *ANYBODY),
    Line(
        "floor:say_scrap", "POST", *SAID_BY_ITS, operator=302,
        data={"machine": "floor_machine", "reason": "floor_scrap", "change": "1"},
    ),
]  # fmt: skip

_RULE = {"public_id": "alarm_rule"}
_OCCURRENCE = {"rule": "alarm_rule", "number": "alarm_number"}

#: What stands, what became of it, and the rules. Without a monitor the pages say so.
ALARMS = [
    Line("alarms:standing", "GET", *ANYBODY),
    Line("alarms:now", "GET", *ANYBODY),
    Line("alarms:waiting", "GET", *ANYBODY),
    Line("alarms:events", "GET", *ANYBODY),
    Line(
        "alarms:act", "POST", *SAID_BY_ITS, operator=302,
        data={"occurrence": "alarm_occurrence", "do": "acknowledge"},
    ),
    Line("alarms:history", "GET", *ANYBODY),
    Line("alarms:figures", "GET", *ANYBODY),
    Line("alarms:occurrence", "GET", *READ_BY_ITS, _OCCURRENCE),
    Line(
        "alarms:note", "POST", *SAID_BY_ITS, _OCCURRENCE, {"text": "퓨즈를 갈았음"}, operator=302
    ),
    Line("alarms:rules", "GET", *ANYBODY),
    Line("alarms:choose_rule", "GET", *WORKERS),
    Line("alarms:new_rule", "GET", *WORKERS, {"kind": "alarm_kind"}),
    Line("alarms:rule", "GET", *READ_BY_ITS, _RULE),
    Line("alarms:tried_rule", "GET", *READ_BY_ITS, _RULE),
    Line("alarms:change_rule", "GET", *ASKED_BY_ITS, _RULE),
    Line("alarms:serve_rule", "POST", *WORKED_BY_ITS, _RULE, {"do": "take_out"}),
    Line("alarms:retire_rule", "POST", *WORKED_BY_ITS, _RULE),
]  # fmt: skip

_SHIFT = {"public_id": "floor_machine", "day": "floor_day", "shift": "floor_shift"}

#: Shift reports. Without a monitor there is nothing to say of a shift that was not kept.
FLOOR_SHIFTS = [
    Line("floor:shifts", "GET", *ANYBODY),
    Line("floor:shift", "GET", 302, 404, 404, 404, 404, 404, _SHIFT),
    Line("floor:shift_note", "POST", *WORKED_BY_ITS, _SHIFT, {"text": "금형"}, operator=302),
    Line("floor:subscribe", "POST", 302, 302, 302, 302, 302, 404, _FLOOR_MACHINE),
    Line("floor:unsubscribe", "POST", 302, 302, 302, 302, 302, 404, _FLOOR_MACHINE),
]

_CHANNEL = {"public_id": "channel"}
_POLICY = {"public_id": "telling_policy"}
_STEP = {"public_id": "telling_step"}

#: Who is told of alarms, and by which way.
ALARMS_TELLING = [
    Line("alarms:channels", "GET", *ANYBODY),
    Line("alarms:choose_mail", "POST", 302, 302, 302, 302, 302, 302, data={"wants": "none"}),
    Line("alarms:new_channel", "GET", *WORKERS, {"kind": "channel_kind"}),
    Line("alarms:channel", "GET", *ASKED_BY_ITS, _CHANNEL),
    Line("alarms:try_channel", "POST", *WORKED_BY_ITS, _CHANNEL),
    # Only a program's channel has a secret, and this one is a mailbox.
    Line("alarms:renew_secret", "POST", 302, 403, 404, 404, 404, 404, _CHANNEL),
    Line("alarms:retire_channel", "POST", *WORKED_BY_ITS, _CHANNEL),
    Line("alarms:policies", "GET", *ANYBODY),
    Line("alarms:new_policy", "GET", *WORKERS),
    Line("alarms:policy", "GET", *READ_BY_ITS, _POLICY),
    Line(
        "alarms:policy", "POST", 302, 403, 302, 302, 302, 404, _POLICY,
        {"name": "에너지", "quiet_below": ""},
    ),
    Line(
        "alarms:add_step", "POST", *WORKED_BY_ITS, _POLICY,
        {"after_minutes": 0, "roles": "owner"},
    ),
    Line("alarms:change_step", "POST", *WORKED_BY_ITS, _STEP),
    Line("alarms:remove_step", "POST", *WORKED_BY_ITS, _STEP),
    Line("alarms:retire_policy", "POST", *WORKED_BY_ITS, _POLICY),
]  # fmt: skip

_WATCH = {"public_id": "watch"}
_ANOMALY = {**_WATCH, "began_us": "floor_stop_start"}

#: Anomaly watches. Without a monitor the pages say so.
WATCHES = [
    Line("watches:index", "GET", *ANYBODY),
    Line("watches:events", "GET", *ANYBODY),
    Line("watches:new", "GET", *WORKERS),
    Line("watches:watch", "GET", *READ_BY_ITS, _WATCH),
    Line("watches:again", "GET", *ASKED_BY_ITS, _WATCH),
    Line("watches:again", "POST", *TOLD_NOTHING, _WATCH),
    Line("watches:learn", "POST", *WORKED_BY_ITS, _WATCH),
    Line("watches:retire", "POST", *WORKED_BY_ITS, _WATCH),
    Line("watches:anomaly", "GET", *READ_BY_ITS, _ANOMALY),
    Line(
        "watches:judge", "POST", *SAID_BY_ITS, _ANOMALY, {"verdict": "real"}, operator=302,
    ),
]  # fmt: skip

LINES = [
    *CORE,
    *COMPANIES,
    *INSIGHT,
    *PLANT_INTAKE,
    *PLANT,
    *PLANT_LIVE,
    *FLOOR_STRUCTURE,
    *FLOOR_PAGES,
    *ALARMS,
    *ALARMS_TELLING,
    *FLOOR_SHIFTS,
    *WATCHES,
]

#: Addresses that check who calls by themselves, tested where they live.
SELF_GUARDED = {"api"}
