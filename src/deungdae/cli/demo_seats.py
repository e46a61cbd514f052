"""What the edge agents of the simulated plant read, and what its tags are called."""

from pathlib import Path
from typing import Any, Final

from deungdae.demo_plant import modbus, opcua, shop, sparkplug
from deungdae.web.project.demo_floor import Line, Machine
from deungdae.web.project.demo_plant import Group, Seat, Tag

OFFICE, PRESS_SHOP = "pc-1", "pc-2"
DROPS: Final = "inspection"
SAID_TEXTS: Final = ("성형일시", "라인", "설비", "품명", "로트", "부품번호", "판정", "불량유형")

_LABELS: Final = {
    "shots": ("오늘 생산 수", "Shots of today"),
    "state": ("설비 상태", "State"),
    "lot": ("로트", "Lot"),
    "cycle_time": ("사이클 시간", "Cycle time"),
    "barrel_zone1": ("배럴 1구역 온도", "Barrel zone 1"),
    "barrel_zone2": ("배럴 2구역 온도", "Barrel zone 2"),
    "barrel_zone3": ("배럴 3구역 온도", "Barrel zone 3"),
    "barrel_zone4": ("배럴 4구역 온도", "Barrel zone 4"),
    "mould_temperature": ("금형 온도", "Mould temperature"),
    "injection_pressure": ("사출 압력", "Injection pressure"),
    "cushion": ("쿠션", "Cushion"),
    "clamp_force": ("형체력", "Clamp force"),
    "motor_current": ("모터 전류", "Motor current"),
    "ambient_temperature": ("실내 온도", "Ambient temperature"),
    "humidity": ("습도", "Humidity"),
}
#: kW of an ampere of the motor: three phases of 380 V at a power factor of 0.85.
KW_OF_AN_AMPERE: Final = round(3**0.5 * 380 * 0.85 / 1000, 3)
_NAMES: Final = {
    OFFICE: ("1라인 PC (데모)", "PC of line 1 (demo)"),
    PRESS_SHOP: ("2라인 PC (데모)", "PC of line 2 (demo)"),
    sparkplug.LINE: ("3라인 (데모)", "Line 3 (demo)"),
}
#: Told once a shot; a stop of the machine lasts four minutes at most.
_OF_A_SHOT: Final = ("shots", "cycle_time", "injection_pressure", "cushion", "state", "clamp_force")
_SHOT_S, _MOMENT_S, _POLLED_S = 360.0, 30.0, 5.0


def seats(folder: Path, opcua_port: int, modbus_port: int, lang: str) -> list[Seat]:
    """Return the two computers on the plant floor."""
    drops: dict[str, Any] = {
        "kind": "files",
        "name": DROPS,
        "folder": str(folder / "drops"),
        "prefix": DROPS,
        "time_column": "검사일시",
        "time_zone": "Asia/Seoul",
        "text_columns": list(SAID_TEXTS),
        "every_seconds": 10.0,
        "settle_seconds": 1.0,
    }
    line1: dict[str, Any] = {
        "kind": "opcua",
        "name": opcua.LINE,
        "url": f"opc.tcp://127.0.0.1:{opcua_port}",
        "security": "none",
        "sampling_ms": 500,
        "node": [{"tag": tag, "id": opcua.node_id(tag)} for tag in _tags_of(opcua.LINE)],
    }
    line2: dict[str, Any] = {
        "kind": "modbus",
        "name": modbus.LINE,
        "host": "127.0.0.1",
        "port": modbus_port,
        "value": [
            {
                "tag": tag,
                "address": where.address,
                "type": where.kind,
                **({"scale": where.scale} if where.scale else {}),
                **({"order": "CDAB"} if where.kind == "float32" else {}),
            }
            for tag, where in modbus.registers().items()
        ],
    }
    inspected = [
        Tag(f"{DROPS}/{name}", "g" if name == "중량" else "", None, name, DROPS)
        for name in ("중량", *SAID_TEXTS)
    ]
    return [
        Seat(
            OFFICE, _of(_NAMES[OFFICE], lang), [line1, drops], _tags(opcua.LINE, lang) + inspected
        ),
        Seat(PRESS_SHOP, _of(_NAMES[PRESS_SHOP], lang), [line2], _tags(modbus.LINE, lang)),
    ]


def group(name: str, lang: str) -> Group:
    """Return the Sparkplug group."""
    return Group(name, _of(_NAMES[sparkplug.LINE], lang), _tags(sparkplug.LINE, lang))


def lines(lang: str) -> list[Line]:
    """Return the lines as an engineer would draw them."""
    return [
        Line(
            line,
            _of((f"{line[4:]}라인", f"Line {line[4:]}"), lang),
            [
                Machine(
                    machine.name,
                    _of((f"사출 {number}호기", f"Moulding machine {number}"), lang),
                    machine.product,
                    machine.cycle_s,
                    _signals(machine),
                )
                for number, machine in enumerate(shop.MACHINES, 1)
                if machine.line == line
            ],
        )
        for line in shop.LINES
    ]


def _signals(machine: shop.Machine) -> list[tuple[str, str, dict[str, Any]]]:
    # A machine that is read in turn answers always; the others speak when something changes.
    polled: dict[str, Any] = {"expected_seconds": _POLLED_S} if machine.line == modbus.LINE else {}
    means = {
        name if machine.line != modbus.LINE else str(place): (
            "stopped" if name == shop.STOPPED else "running"
        )
        for place, name in enumerate(shop.STATES)
    }
    said: list[tuple[str, str, dict[str, Any]]] = [
        ("counter", "shots", polled),
        ("state", "state", {"map": means, **polled}),
        ("load", "motor_current", {"window_seconds": machine.cycle_s, **polled}),
        ("cycle_time", "cycle_time", polled),
        ("lot", "lot", {}),
        ("power", "motor_current", {"scale": KW_OF_AN_AMPERE}),
    ]
    watched = [tag for tag in shop.TAGS if tag not in {tag for _, tag, _ in said}]
    return [
        (role, f"{machine.name}/{tag}", params)
        for role, tag, params in [*said, *(("watched", tag, {}) for tag in watched)]
    ]


def _of(names: tuple[str, str], lang: str) -> str:
    return names[0] if lang == "ko" else names[1]


def _tags_of(line: str) -> dict[str, str]:
    """Return the tags of a line with their units."""
    found = {f"{line}/{tag}": unit for tag, unit in shop.HALL_TAGS.items()}
    for machine in shop.machines_of(line):
        found |= {f"{machine.name}/{tag}": unit for tag, unit in shop.TAGS.items()}
    return found


def _tags(line: str, lang: str) -> list[Tag]:
    return [
        Tag(
            path,
            unit,
            _expected(line, path.rpartition("/")[2]),
            _of(_LABELS[path.rpartition("/")[2]], lang),
            line,
        )
        for path, unit in _tags_of(line).items()
    ]


def _expected(line: str, tag: str) -> float | None:
    """Return after how many seconds a value is late; OPC UA and Sparkplug tell changes alone."""
    if line == modbus.LINE:
        return _POLLED_S
    if tag == "lot":
        return None
    return _SHOT_S if tag in _OF_A_SHOT else _MOMENT_S
