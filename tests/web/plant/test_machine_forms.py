"""What is typed about a machine becomes its table, or is sent back with a reason."""

from typing import Any

import pytest

from deungdae.web.plant.forms.machines import MachineForm, parts_of
from deungdae.web.plant.machines import KINDS


def form(kind: str, of_site: str = "", **typed: Any) -> MachineForm:
    return MachineForm(KINDS[kind], of_site, None, ["press1"], {"name": "press3", **typed})


def refused(kind: str, **typed: Any) -> dict[str, list[str]]:
    return dict(form(kind, **typed).errors)


def rows(kind: str, *typed: dict[str, str], driver: Any = None) -> Any:
    data = {"part-TOTAL_FORMS": str(len(typed)), "part-INITIAL_FORMS": "0"}
    for number, row in enumerate(typed):
        data |= {f"part-{number}-{name}": value for name, value in row.items()}
    return parts_of(KINDS[kind], "", driver or {"kind": kind}, {}, data)


def test_what_is_left_to_its_default_is_left_out() -> None:
    typed = form("modbus", host="192.168.0.10", port="502", every_seconds="2.5")
    assert typed.is_valid(), typed.errors
    assert typed.driver() == {
        "kind": "modbus", "name": "press3", "host": "192.168.0.10", "every_seconds": 2.5,
    }  # fmt: skip


def test_line_and_asset_of_an_opc_ua_server_stand_there_for_the_pages() -> None:
    typed = form("opcua", "2공장", url="opc.tcp://h:4840", security="none", below="line1/press3")
    assert typed.is_valid(), typed.errors
    assert typed.driver() == {
        "kind": "opcua", "name": "press3", "url": "opc.tcp://h:4840", "security": "none",
        "_below": "2공장/line1/press3",
    }  # fmt: skip


def test_certificates_belong_to_security_and_to_nothing_else() -> None:
    told = {"url": "opc.tcp://h:4840", "below": "l/p", "certificate_file": "c.der",
            "key_file": "c.pem", "application_uri": "urn:x"}  # fmt: skip
    without = form("opcua", security="none", **told)
    assert without.is_valid() and "certificate_file" not in without.driver()
    secured = form("opcua", security="Basic256Sha256", mode="Sign", **told)
    assert secured.is_valid()
    assert (secured.driver()["certificate_file"], secured.driver()["mode"]) == ("c.der", "Sign")
    assert "key_file" in refused("opcua", security="Basic256Sha256", **{**told, "key_file": ""})


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("opcua", {"url": "http://h", "security": "none", "below": "l"}, "url"),
        ("opcua", {"url": "opc.tcp://me:secret@h", "security": "none", "below": "l"}, "url"),
        ("mqtt", {"host": "h", "client_id": "c", "password_file": "p"}, "password_file"),
        ("mqtt", {"host": "h", "client_id": "c", "tls": "on", "password_file": "../p"},
         "password_file"),
        ("files", {"folder": "f", "prefix": "l", "time_column": "t", "layout": "long"},
         "tag_column"),
        ("sql", {"url_file": "u", "query": "SELECT 1", "cursor_column": "id", "time_column": "t",
                 "prefix": "l"}, "query"),
        ("modbus", {"host": "h", "port": "70000"}, "port"),
        ("simulator", {"name": "press1"}, "name"),
        ("simulator", {"name": "a/b"}, "name"),
        ("simulator", {"prefix": "a//b"}, "prefix"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_sent_back(kind: str, typed: dict[str, str], field: str) -> None:
    assert field in refused(kind, **typed)


def test_registers_are_written_one_by_one_and_empty_lines_are_left_out() -> None:
    written = rows(
        "modbus",
        {"tag": "l/melt", "table": "holding", "address": "100", "type": "int16", "scale": "0.1",
         "said_unit": "°C"},
        {"table": "holding", "order": "ABCD"},
        {"tag": "l/door", "table": "coil", "address": "3"},
    )  # fmt: skip
    assert written.is_valid(), written.errors
    assert written.tables() == [
        {"tag": "l/melt", "address": 100, "type": "int16", "scale": 0.1},
        {"tag": "l/door", "table": "coil", "address": 3},
    ]
    assert [(said.path, said.unit) for said in written.said()] == [("l/melt", "°C")]


@pytest.mark.parametrize(
    "row",
    [
        {"tag": "l/x", "table": "holding", "address": "1"},
        {"tag": "l/x", "table": "coil", "address": "1", "type": "int16"},
        {"tag": "l/x", "table": "holding", "address": "1", "type": "int16", "bit": "3"},
        {"tag": "l/x", "table": "holding", "address": "1", "type": "bool", "scale": "2"},
        {"tag": "l/x", "table": "holding", "address": "70000", "type": "int16"},
        {"table": "holding", "address": "1", "type": "int16"},
    ],
)
def test_a_register_that_cannot_be_is_sent_back(row: dict[str, str]) -> None:
    assert not rows("modbus", row).is_valid()


def test_a_tag_of_two_registers_is_sent_back() -> None:
    row = {"tag": "l/x", "table": "holding", "address": "1", "type": "int16"}
    twice = rows("modbus", row, {**row, "address": "2"})
    assert not twice.is_valid()


def test_topics_may_share_the_beginning_of_their_tags() -> None:
    topics = rows(
        "mqtt",
        {"filter": "press/+/melt", "tag": "line1", "payload": "number"},
        {"filter": "press/#", "tag": "line1", "payload": "json", "fields": "temp, pressure"},
    )
    assert topics.is_valid(), topics.errors
    assert topics.tables()[1] == {
        "filter": "press/#", "tag": "line1", "payload": "json", "fields": ["temp", "pressure"],
    }  # fmt: skip
    assert not rows("mqtt", {"filter": "a", "tag": "l", "payload": "json"}).is_valid()
