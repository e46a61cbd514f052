"""The state machine of a Sparkplug B host: order, births and deaths, aliases, what is refused."""

import base64
import csv
from pathlib import Path

import pytest
from sparkplug_edge import BEGIN_MS, SECOND, Edge, at, by_alias

from deungdae.gateway.sparkplug.machine import Machine
from deungdae.gateway.sparkplug.outcomes import Kind, Moment, Outcome, Rules, refused_message
from deungdae.gateway.sparkplug.payloads import Payload, decode, encode, metric
from deungdae.gateway.sparkplug.values import DataType
from deungdae.records.readings import Quality, Reading, TagPath

TEMPERATURE, PRESSURE = "공장/사출1/온도", "공장/사출1/금형/압력"
NOW = BEGIN_MS * 1000


def values(out: Outcome) -> list[tuple[str, object]]:
    return [(reading.tag, reading.value) for reading in out.readings]


def kinds(out: Outcome) -> list[str]:
    return [event.kind.value for event in out.events]


def reasons(out: Outcome) -> list[tuple[str, int]]:
    return [(refusal.reason, refusal.points) for refusal in out.refused]


@pytest.fixture
def edge() -> Edge:
    return Edge()


@pytest.fixture
def machine(edge: Edge) -> Machine:
    """A host that knows the node and its device."""
    machine = Machine(Rules(reorder_us=2 * SECOND, rebirth_every_us=60 * SECOND))
    machine.receive(*edge.nbirth(), at(0))
    machine.receive(*edge.dbirth(), at(0))
    return machine


def test_births_give_readings_named_after_group_node_device_and_metric(edge: Edge) -> None:
    machine = Machine()
    born = machine.receive(*edge.nbirth(), at(1))
    assert born.readings == [Reading(TagPath(TEMPERATURE), NOW, 21.5, Quality.GOOD, NOW + SECOND)]
    assert values(machine.receive(*edge.dbirth(), at(1))) == [(PRESSURE, -5)]
    assert kinds(born) == ["online"] and not born.commands


def test_data_is_read_by_alias_with_the_datatype_of_the_birth(edge: Edge, machine: Machine) -> None:
    assert values(machine.receive(*edge.ndata(22.5), at(1))) == [(TEMPERATURE, 22.5)]
    assert values(machine.receive(*edge.ddata(-300), at(1))) == [(PRESSURE, -300)]


def test_two_messages_that_changed_places_are_put_in_order_without_a_gap(
    edge: Edge, machine: Machine
) -> None:
    first, second, third = edge.ndata(1.0), edge.ddata(2), edge.ndata(3.0)
    early = machine.receive(*second, at(1), "second")
    assert (early.readings, early.settled) == ([], [])
    assert machine.receive(*third, at(1.5), "third").settled == []
    out = machine.receive(*first, at(2), "first")
    assert values(out) == [(TEMPERATURE, 1.0), (PRESSURE, 2), (TEMPERATURE, 3.0)]
    assert out.settled == ["first", "second", "third"]
    assert machine.next_us() is None and not machine.tick(at(100)).events


def test_a_missing_message_is_given_up_after_the_reorder_timeout_and_a_rebirth_is_asked(
    edge: Edge, machine: Machine
) -> None:
    edge.ndata(1.0)
    machine.receive(*edge.ndata(2.0), at(1), "held")
    assert machine.next_us() == 3 * SECOND
    assert not machine.tick(at(2.9)).events
    out = machine.tick(at(3))
    assert values(out) == [(TEMPERATURE, 2.0)] and out.settled == ["held"]
    assert [(event.kind, event.count) for event in out.events] == [
        (Kind.GAP, 1),
        (Kind.REBIRTH_ASKED, 0),
    ]
    (command,) = out.commands
    assert command.topic == "spBv1.0/공장/NCMD/사출1"
    asked = decode(command.payload)
    assert (asked.seq, asked.timestamp_ms) == (None, BEGIN_MS + 3000)
    (wanted,) = asked.metrics
    assert (wanted.name, wanted.datatype, wanted.value()) == ("Node Control/Rebirth", 11, True)
    assert values(machine.receive(*edge.ndata(3.0), at(4))) == [(TEMPERATURE, 3.0)]


def test_numbers_go_on_from_255_to_0_without_a_gap(edge: Edge, machine: Machine) -> None:
    for number in range(600):
        assert values(machine.receive(*edge.ndata(float(number)), at(1)))
    assert machine.next_us() is None


def test_a_message_that_comes_too_late_is_still_kept(edge: Edge, machine: Machine) -> None:
    late = edge.ndata(1.0)
    machine.receive(*edge.ndata(2.0), at(1))
    machine.tick(at(4))
    out = machine.receive(*late, at(5))
    assert values(out) == [(TEMPERATURE, 1.0)] and kinds(out) == ["repeated"]


def test_a_late_death_of_a_device_does_not_undo_its_birth(edge: Edge, machine: Machine) -> None:
    death = edge.ddeath()
    machine.receive(*edge.dbirth(), at(1))
    machine.tick(at(4))
    out = machine.receive(*death, at(5))
    assert reasons(out) == [("out_of_order", 1)]
    assert values(machine.receive(*edge.ddata(3), at(6))) == [(PRESSURE, 3)]


def test_rebirths_are_asked_for_no_oftener_than_the_rules_say(edge: Edge) -> None:
    machine = Machine(Rules(rebirth_every_us=60 * SECOND))
    asked = [
        second
        for second in range(130)
        if machine.receive(*edge.ndata(1.0), at(second)).commands
        or machine.tick(at(second)).commands
    ]
    assert asked == [0, 60, 120]


def test_a_rebirth_that_was_put_off_is_asked_later_unless_a_birth_came(edge: Edge) -> None:
    machine = Machine(Rules(rebirth_every_us=60 * SECOND))
    machine.receive(*edge.ndata(1.0), at(0))
    machine.receive(*edge.ndata(1.0), at(1))
    assert machine.next_us() == 60 * SECOND
    assert len(machine.tick(at(60)).commands) == 1
    machine.receive(*edge.ndata(1.0), at(61))
    machine.receive(*edge.nbirth(), at(62))
    assert not machine.tick(at(200)).commands and machine.next_us() is None


def test_data_before_the_birth_is_set_aside_and_can_be_received_again(edge: Edge) -> None:
    machine = Machine()
    edge.seq = 1
    out = machine.receive(*edge.ndata(22.5), at(0), "ticket")
    assert reasons(out) == [("no_birth", 1)] and out.settled == ["ticket"]
    assert [command.topic for command in out.commands] == ["spBv1.0/공장/NCMD/사출1"]
    machine.receive(*edge.nbirth(), at(1))
    again = machine.receive(*refused_message(out.refused[0].body()), at(2))
    assert values(again) == [(TEMPERATURE, 22.5)]


def test_data_of_a_device_before_its_birth_asks_for_a_rebirth(edge: Edge) -> None:
    machine = Machine()
    machine.receive(*edge.nbirth(), at(0))
    out = machine.receive(*edge.ddata(5), at(1))
    assert reasons(out) == [("no_birth", 1)] and len(out.commands) == 1


def test_an_unknown_alias_asks_for_a_rebirth_and_the_others_are_kept(
    edge: Edge, machine: Machine
) -> None:
    metrics = [by_alias(1, DataType.DOUBLE, 9.0), by_alias(77, DataType.DOUBLE, 1.0)]
    out = machine.receive(*edge._numbered("NDATA", None, metrics), at(1))
    assert values(out) == [(TEMPERATURE, 9.0)] and reasons(out) == [("unknown_alias", 1)]
    assert len(out.commands) == 1
    kept = decode(refused_message(out.refused[0].body())[1])
    assert [each.alias for each in kept.metrics] == [77]


def test_an_alias_of_the_node_says_nothing_in_data_of_its_device(
    edge: Edge, machine: Machine
) -> None:
    metrics = [by_alias(1, DataType.DOUBLE, 9.0)]
    out = machine.receive(*edge._numbered("DDATA", "금형", metrics), at(1))
    assert not out.readings and reasons(out) == [("unknown_alias", 1)]


def test_aliases_end_with_the_next_birth_of_the_node(edge: Edge, machine: Machine) -> None:
    machine.receive(*edge.nbirth(metric("속도", DataType.DOUBLE, 1.0, alias=2)), at(1))
    out = machine.receive(
        *edge._numbered("NDATA", None, [by_alias(2, DataType.DOUBLE, 4.0)]), at(2)
    )
    assert values(out) == [("공장/사출1/속도", 4.0)]


def test_one_alias_of_two_metrics_says_nothing_but_their_names_do(edge: Edge) -> None:
    machine = Machine()
    twin = metric("속도", DataType.DOUBLE, 1.0, alias=1)
    assert len(machine.receive(*edge.nbirth(twin), at(0)).readings) == 2
    metrics = [by_alias(1, DataType.DOUBLE, 4.0), metric("속도", DataType.DOUBLE, 5.0)]
    out = machine.receive(*edge._numbered("NDATA", None, metrics), at(1))
    assert values(out) == [("공장/사출1/속도", 5.0)] and reasons(out) == [("alias_taken", 1)]


def test_a_metric_of_the_node_and_one_of_its_device_are_never_one_tag(edge: Edge) -> None:
    machine = Machine()
    machine.receive(*edge.nbirth(metric("금형/압력", DataType.DOUBLE, 1.0)), at(0))
    out = machine.receive(*edge.dbirth(), at(0))
    assert not out.readings and reasons(out) == [("tag_taken", 1)]


def test_the_death_of_the_node_makes_all_its_metrics_stale_at_the_hosts_time(
    edge: Edge, machine: Machine
) -> None:
    out = machine.receive(*edge.ndeath(), at(9))
    stale = NOW + 9 * SECOND
    assert out.readings == [
        Reading(TagPath(TEMPERATURE), stale, None, Quality.UNCERTAIN, stale),
        Reading(TagPath(PRESSURE), stale, None, Quality.UNCERTAIN, stale),
    ]
    assert kinds(out) == ["offline"]
    assert reasons(machine.receive(*edge.ndata(1.0), at(10))) == [("no_birth", 1)]


def test_the_death_of_an_earlier_session_changes_nothing(edge: Edge, machine: Machine) -> None:
    old = edge.ndeath()
    edge.bd_seq += 1
    machine.receive(*edge.nbirth(), at(1))
    out = machine.receive(*old, at(2))
    assert kinds(out) == ["old_death"] and not out.readings
    assert values(machine.receive(*edge.ndata(1.0), at(3))) == [(TEMPERATURE, 1.0)]


def test_the_death_of_a_device_counts_from_the_time_it_says(edge: Edge, machine: Machine) -> None:
    out = machine.receive(*edge.ddeath(), at(5))
    assert out.readings == [
        Reading(TagPath(PRESSURE), NOW, None, Quality.UNCERTAIN, NOW + 5 * SECOND)
    ]
    assert values(machine.receive(*edge.ndata(1.0), at(6))) == [(TEMPERATURE, 1.0)]


def test_a_device_that_is_not_born_again_with_its_node_becomes_stale(
    edge: Edge, machine: Machine
) -> None:
    machine.receive(*edge.nbirth(), at(1))
    assert machine.next_us() == 11 * SECOND
    out = machine.tick(at(11))
    assert [(each.tag, each.value) for each in out.readings] == [(PRESSURE, None)]
    assert [(each.kind, each.device, each.reason) for each in out.events] == [
        (Kind.OFFLINE, "금형", "not_reborn")
    ]
    assert machine.next_us() is None


def test_historical_transient_null_and_bad_values_go_their_own_ways(
    edge: Edge, machine: Machine
) -> None:
    kind = DataType.DOUBLE
    metrics = [
        metric("온도", kind, 1.0, historical=True, timestamp_ms=BEGIN_MS - 60_000),
        metric("온도", kind, 2.0, transient=True),
        metric("온도", kind, None),
        metric("온도", kind, 3.0, quality=500),
        metric("온도", kind, float("nan")),
    ]
    out = machine.receive(*edge._numbered("NDATA", None, metrics), at(1))
    assert [(each.value, each.time_us) for each in out.historical] == [(1.0, NOW - 60 * SECOND)]
    assert [each.value for each in out.transient] == [2.0]
    assert [(each.value, each.quality) for each in out.readings] == [
        (None, Quality.GOOD),
        (3.0, Quality.UNCERTAIN),
        (None, Quality.BAD),
    ]


def test_arrays_become_text_and_bytes_are_set_aside(edge: Edge) -> None:
    metrics = [
        metric("배열", DataType.DOUBLE_ARRAY, [1.5, float("inf")]),
        metric("이름", DataType.STRING_ARRAY, ["가", "나"]),
        metric("그림", DataType.BYTES, b"\x89PNG"),
    ]
    out = Machine().receive(*edge.nbirth(*metrics), at(0))
    assert values(out)[1:] == [
        ("공장/사출1/배열", "[1.5,null]"),
        ("공장/사출1/이름", '["가","나"]'),
    ]
    assert reasons(out) == [("bytes", 1)]


@pytest.mark.parametrize(
    ("topic", "data", "reason"),
    [
        ("spBv1.0/g/NDATA/e/d", b"", "topic"),
        ("spBv1.0/g/DDATA/e", b"", "topic"),
        ("spBv1.0/g/WHAT/e", b"", "topic"),
        ("spBv1.0/g//e", b"", "topic"),
        ("spAv1.0/g/NDATA/e", b"", "topic"),
        ("spBv1.0/g/NDATA/e", b"\xff", "truncated"),
    ],
)
def test_what_cannot_be_read_is_set_aside_as_it_came(topic: str, data: bytes, reason: str) -> None:
    out = Machine().receive(topic, data, at(0), "ticket")
    assert reasons(out) == [(reason, 1)] and out.settled == ["ticket"]
    assert refused_message(out.refused[0].body()) == (topic, data)


def test_commands_and_states_are_nobodys_readings() -> None:
    machine = Machine()
    for topic in ("spBv1.0/g/NCMD/e", "spBv1.0/g/DCMD/e/d", "spBv1.0/STATE/other"):
        out = machine.receive(topic, b"{not a payload", at(0), "ticket")
        assert out == Outcome(settled=["ticket"])


def test_a_node_that_stays_silent_after_a_broken_connection_is_taken_for_offline(
    edge: Edge, machine: Machine
) -> None:
    machine.doubt(at(100))
    assert len(machine.tick(at(100)).commands) == 1
    out = machine.tick(at(160))
    assert kinds(out) == ["offline"] and {value for _, value in values(out)} == {None}
    assert machine.next_us() is None


def test_a_node_that_answers_after_a_broken_connection_stays_online(
    edge: Edge, machine: Machine
) -> None:
    machine.doubt(at(100))
    machine.tick(at(100))
    machine.receive(*edge.nbirth(), at(101))
    machine.receive(*edge.dbirth(), at(101))
    assert not machine.tick(at(400)).events and machine.next_us() is None


def test_what_is_held_is_bounded(edge: Edge) -> None:
    machine = Machine(Rules(most_held_bytes=1000))
    machine.receive(*edge.nbirth(), at(0))
    edge.ndata(0.0)
    held = 0
    while not machine.receive(*edge.ndata(1.0), at(1)).readings:
        held += 1
        assert held < 100


def test_too_many_nodes_are_refused() -> None:
    machine = Machine(Rules(most_nodes=2))
    outs = [machine.receive(*Edge(edge=f"e{number}").nbirth(), at(0)) for number in range(3)]
    assert [reasons(out) for out in outs] == [[], [], [("too_many_nodes", 1)]]


def test_the_public_payloads_lead_where_their_names_say(shared_data: Path) -> None:
    with (shared_data / "sparkplug-vectors" / "payload_vectors.csv").open() as file:
        rows = list(csv.DictReader(file))
    data = {row["name"]: base64.b64decode(row["payload_base64"]) for row in rows}

    def go(machine: Machine, name: str, seconds: float = 0) -> Outcome:
        return machine.receive(f"spBv1.0/g/{name.split('_')[0]}/e", data[name], at(seconds))

    machine = Machine()
    assert reasons(go(machine, "NDATA_BEFORE_BIRTH")) == [("no_birth", 1)]
    assert values(go(machine, "NBIRTH_V1")) == [("g/e/Temperature", 21.5)]
    assert values(go(machine, "NDATA_V1")) == [("g/e/Temperature", 22.5)]
    assert values(go(machine, "NDATA_GAP")) == []  # 2, 3 and 4 may still come
    out = machine.tick(at(2))
    assert values(out) == [("g/e/Temperature", 27.0)]
    assert [event.count for event in out.events if event.kind is Kind.GAP] == [3]
    assert kinds(go(machine, "NDEATH_V1", 3)) == ["old_death"]  # its bdSeq is 0, the birth's 88
    machine.receive("spBv1.0/g/NDATA/e", encode(Payload(seq=255)), at(3))
    assert len(go(machine, "NBIRTH_LARGE", 4).readings) == 100
    assert machine.node("g", "e") is not None


@pytest.mark.parametrize(
    ("absent_is_zero", "gaps", "missing"),
    [(False, 16, 18), (True, 14, 16)],
)
@pytest.mark.parametrize("born", [False, True])
def test_the_gaps_of_a_real_plant_are_counted_over_all_types_of_messages(
    shared_data: Path, absent_is_zero: bool, gaps: int, missing: int, born: bool
) -> None:
    """Node 702 leaves its number out twice, both times where 0 was due (frames 355 and 671)."""
    machine = Machine(Rules(absent_is_zero=absent_is_zero))
    events, stored = [], 0
    with (shared_data / "sparkplug-vectors" / "captured_message_sequence.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 522
    if born:
        birth = Payload(metrics=(metric("m", DataType.INT8, 1, alias=1),), seq=20)
        machine.receive("spBv1.0/org_A/NBIRTH/702", encode(birth), at(0))
    for row in rows:
        now = at(float(row["timestamp"]))
        out = machine.tick(now)
        said = row["seq"]
        stamp = row["payload_timestamp"]
        payload = Payload(
            timestamp_ms=int(float(stamp)) if stamp else None,
            metrics=(by_alias(1, DataType.INT8, 1),) * int(row["metric_count"]),
            seq=int(float(said)) if said else None,
        )
        out.add(machine.receive(row["topic"], encode(payload), now))
        events += out.events
        stored += len(out.readings)
    events += machine.tick(Moment(at(200).utc_us, at(200).steady_us)).events
    found = [event for event in events if event.kind is Kind.GAP]
    assert {event.edge for event in found} == {"702"}
    assert (len(found), sum(event.count for event in found)) == (gaps, missing)
    assert not [event for event in events if event.kind is Kind.REPEATED]
    node_data = sum(
        int(row["metric_count"]) for row in rows if row["topic"] == "spBv1.0/org_A/NDATA/702"
    )
    assert stored == (node_data if born else 0)
