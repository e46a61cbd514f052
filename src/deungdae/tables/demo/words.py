"""The words on the demo sheet, in Korean and English, and the form of each process column."""

from dataclasses import dataclass
from typing import Literal

Lang = Literal["ko", "en"]


@dataclass(frozen=True)
class Process:
    """A column of the machine record, and how its values behave.

    A value is `centre` of its product, plus an offset of the day (standard deviation `by_day`),
    plus a slow wandering within a run (stationary standard deviation `wander`, correlation `keep`
    from one shot to the next), plus noise of the sensor (`noise`). All in `unit`.
    """

    key: str
    ko: str
    en: str
    unit: str
    centre: tuple[float, float]  #: of product A and product B
    by_day: float
    wander: float
    noise: float
    keep: float = 0.9
    decimals: int = 1
    thousands: bool = False


PROCESS = (
    Process("cycle_time", "사이클시간", "Cycle time", "s", (58.0, 62.0), 0.4, 0.5, 0.2),
    Process("plasticizing_time", "계량시간", "Plasticizing time", "s", (16.2, 17.5), 0.2, 0.4, 0.1),
    Process("speed", "사출속도", "Injection speed", "mm/s", (58.0, 66.0), 0.5, 1.0, 0.6),
    Process("fill_time", "충전시간", "Fill time", "s", (0, 0), 0, 0, 0.015, decimals=2),
    Process(
        "pressure", "사출압력", "Injection pressure", "bar", (1180, 1240), 8, 14, 5, thousands=True
    ),
    Process("holding", "보압", "Holding pressure", "bar", (620, 655), 4, 9, 3),
    Process("back_pressure", "배압", "Back pressure", "bar", (62, 58), 0.6, 1.4, 0.4),
    Process("screw", "스크류회전수", "Screw speed", "rpm", (120, 116), 0.8, 1.5, 0.5),
    Process("cushion", "쿠션위치", "Cushion", "mm", (6.4, 7.1), 0.08, 0.15, 0.05, decimals=2),
    Process(
        "barrel_1", "실린더온도1", "Barrel temperature 1", "℃", (228, 235), 0.5, 0.8, 0.2, 0.95
    ),
    Process(
        "barrel_2", "실린더온도2", "Barrel temperature 2", "℃", (232, 239), 0.5, 0.8, 0.2, 0.95
    ),
    Process(
        "barrel_3", "실린더온도3", "Barrel temperature 3", "℃", (235, 242), 0.5, 0.8, 0.2, 0.95
    ),
    Process("nozzle", "노즐온도", "Nozzle temperature", "℃", (238, 245), 0.6, 1.0, 0.3, 0.95),
    Process("mould_fixed", "금형온도1", "Mould temperature 1", "℃", (54, 58), 0.8, 2.2, 0.2, 0.93),
    Process("mould_moving", "금형온도2", "Mould temperature 2", "℃", (52, 56), 2.4, 0.9, 0.2, 0.93),
    Process("drying_temperature", "건조온도", "Drying temperature", "℃", (82, 84), 0.5, 0.7, 0.2),
    Process("drying_time", "건조시간", "Drying time", "h", (0, 0), 0, 0, 0.02, decimals=2),
    Process("coolant", "냉각수온도", "Coolant temperature", "℃", (21.5, 21.5), 0.8, 0.4, 0.1, 0.97),
    Process("room", "작업장온도", "Room temperature", "℃", (26.0, 26.0), 1.2, 0.5, 0.1, 0.98),
    Process("humidity", "습도", "Humidity", "%", (58, 58), 5, 2, 0.5, 0.98, 0),
    Process("clamp", "형체력", "Clamping force", "ton", (0, 0), 0, 0, 0),
)


@dataclass(frozen=True)
class Words:
    """Whatever else stands on the sheet, in one language."""

    title: str
    by: str
    time: str
    machine: str
    machine_name: str
    operator: str
    operators: tuple[str, str, str]
    product: str
    products: tuple[str, str]
    lot: str
    serial: str
    verdict: str
    good: str
    bad: str
    reason: str
    no_reason: str
    short_shot: str
    gas: str
    scratch: str
    black_spot: str
    start_up: str
    subtotal: str
    total: str
    encoding: str


WORDS: dict[Lang, Words] = {
    "ko": Words(
        title="데모 데이터 (생성된 값) - 등대전자 데모 사출성형 검사 기록",
        by="작성: 등대전자 데모 품질팀",
        time="생산일시",
        machine="설비",
        machine_name="데모 사출기 1호",
        operator="작업자",
        operators=("작업자1", "작업자2", "작업자3"),
        product="품명",
        products=("데모 하우징", "데모 커버"),
        lot="LOT번호",
        serial="일련번호",
        verdict="판정",
        good="양",
        bad="불",
        reason="불량유형",
        no_reason="없음",
        short_shot="미성형",
        gas="가스",
        scratch="긁힘",
        black_spot="흑점",
        start_up="초기불량",
        subtotal="소계",
        total="합계",
        encoding="cp949",
    ),
    "en": Words(
        title="Demo data (generated values) - Deungdae Electronics Demo, moulding inspection",
        by="Prepared by: Deungdae Electronics Demo, quality",
        time="Produced at",
        machine="Machine",
        machine_name="Demo machine 1",
        operator="Operator",
        operators=("Operator 1", "Operator 2", "Operator 3"),
        product="Product",
        products=("Demo housing", "Demo cover"),
        lot="Lot no.",
        serial="Serial no.",
        verdict="Verdict",
        good="OK",
        bad="NG",
        reason="Defect type",
        no_reason="None",
        short_shot="Short shot",
        gas="Gas mark",
        scratch="Scratch",
        black_spot="Black spot",
        start_up="Start-up reject",
        subtotal="Subtotal",
        total="Total",
        encoding="utf-8",
    ),
}
