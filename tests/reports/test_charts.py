"""Charts say what they show, keep apart on a page, and read nothing from anywhere."""

import re
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import altair as alt
import pytest

from deungdae.reports.charts.frame import Picture, drawn
from deungdae.reports.charts.pareto import pareto
from deungdae.reports.charts.risk import risk_by_bin
from deungdae.reports.charts.scatter import scatter
from deungdae.reports.charts.timeline import timeline
from deungdae.reports.words import Words

KST = ZoneInfo("Asia/Seoul")
KO, EN = Words("ko"), Words("en")


def a_bin(lo: float | None, hi: float | None, n: int, bad: int, inside: bool) -> dict[str, Any]:
    interval = [max(0.0, bad / n - 0.05), bad / n + 0.05]
    return {
        "lo": lo, "hi": hi, "level": None, "n": n, "bad": bad,
        "rate": bad / n, "ci95": interval, "inside": inside,
    }  # fmt: skip


SLOW = [
    a_bin(None, 47.0, 60, 10, True),
    a_bin(47.0, 53.0, 80, 8, True),
    a_bin(53.0, None, 3000, 3, False),
]


def texts(picture: Picture) -> list[str]:
    root = ElementTree.fromstring(picture.svg)
    return [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]


def test_risk_by_bin_names_the_limits_and_the_bad_region() -> None:
    picture = risk_by_bin(EN, SLOW, quantity="speed", unit="mm/s", prefix="a")
    assert {"47", "53", "10/60", "8/80", "3/3,000", "more defects here", "speed (mm/s)"} <= set(
        texts(picture)
    )
    assert picture.summary == (
        "The defect rate over speed: highest, 16.7%, at ≤ 47 (10 of 60 parts)."
    )
    assert picture.rows[0] == ("≤ 47 ●", "60", "10", "16.7%", "11.7% – 21.7%")


def test_the_limit_of_the_region_is_labelled_however_many_bins_there_are() -> None:
    bins = [a_bin(i / 1000, (i + 1) / 1000, 50, 1, i >= 11) for i in range(1, 14)]
    picture = risk_by_bin(EN, bins, quantity="x", unit="", prefix="a")
    assert "0.011" in texts(picture)


def test_levels_of_a_category_are_named_under_their_bars() -> None:
    bins = [{**a_bin(None, None, 50, i, i > 2), "level": f"호퍼 {i}"} for i in (1, 2, 3)]
    assert {"호퍼 1", "호퍼 2", "호퍼 3"} <= set(
        texts(risk_by_bin(KO, bins, quantity="호퍼", unit="", prefix="a"))
    )


def test_levels_that_begin_alike_are_named_by_their_endings() -> None:
    bins = [
        {**a_bin(None, None, 50, 1, False), "level": f"RG3 MOLD'G W/SHLD, {side}"}
        for side in ("LH", "RH", "CTR")
    ]
    picture = risk_by_bin(EN, bins, quantity="part", unit="", prefix="a")
    assert {"LH", "RH", "CTR"} <= set(texts(picture))
    assert picture.rows[0][0] == "RG3 MOLD'G W/SHLD, LH"


@pytest.mark.parametrize(
    ("bad", "coloured"), [([0, 0, 9], True), ([1, 0, 2], False), ([2, 3, 9], False)]
)
def test_only_a_bar_beyond_chance_calls_for_attention(bad: list[int], coloured: bool) -> None:
    figure = {"periods": ["2026-09-01", "2026-09-02", "2026-09-03"], "rows": [50, 50, 50]}
    picture = timeline(EN, {**figure, "bad": bad}, zone=KST, prefix="t")
    assert picture is not None
    assert ("--chart-alarm" in picture.svg) == coloured


def test_a_period_without_parts_is_a_gap() -> None:
    figure = {"periods": ["2026-09-01", "2026-09-02", "2026-09-03"], "rows": [10, 0, 10],
              "bad": [1, 0, 5]}  # fmt: skip
    picture = timeline(KO, figure, zone=KST, prefix="t")
    assert picture is not None
    assert [row[0] for row in picture.rows] == ["9월 1일", "9월 3일"]
    assert "9월 3일: 불량 5개" in texts(picture)


def test_days_are_marked_by_their_dates_even_if_there_are_two() -> None:
    figure = {"periods": ["2026-09-01", "2026-09-02"], "rows": [9, 9], "bad": [0, 1]}
    picture = timeline(EN, figure, zone=KST, prefix="t")
    assert picture is not None
    assert {"9/1", "9/2"} <= set(texts(picture))


def test_periods_are_shown_on_the_clocks_of_the_factory() -> None:
    figure = {"periods": ["2026-09-01T15:00:00+00:00", "2026-09-01T16:00:00+00:00"],
              "rows": [10, 10], "bad": [0, 5]}  # fmt: skip
    picture = timeline(EN, figure, zone=KST, prefix="t")
    assert picture is not None
    assert [row[0] for row in picture.rows] == ["Sep 2, 00:00", "Sep 2, 01:00"]


def test_parts_of_an_unknown_time_are_left_out_of_the_picture_of_time() -> None:
    figure = {"periods": ["", "2026-09-01", "2026-09-02"], "rows": [5, 10, 10], "bad": [5, 0, 1]}
    picture = timeline(EN, figure, zone=KST, prefix="t")
    assert picture is not None
    assert len(picture.rows) == 2


def test_there_is_no_timeline_of_nothing() -> None:
    assert timeline(EN, {"periods": [], "rows": [], "bad": []}, zone=KST, prefix="t") is None


def test_a_single_period_can_be_drawn() -> None:
    figure = {"periods": ["2026-09-01"], "rows": [5], "bad": [1]}
    assert timeline(EN, figure, zone=KST, prefix="t") is not None


def test_row_numbers_stand_in_for_times() -> None:
    picture = timeline(
        EN, {"periods": [1, 51], "rows": [50, 50], "bad": [0, 9]}, zone=KST, prefix="t"
    )
    assert picture is not None
    assert picture.rows[1] == ("row 51", "50", "9", "18%")


def test_a_pareto_adds_up_to_all_defects() -> None:
    picture = pareto(KO, {"가스": 35, "미성형": 15, "초기": 10, "기타": 0}, prefix="p")
    assert picture is not None
    assert picture.rows == [
        ("가스", "35", "58.3%"),
        ("미성형", "15", "83.3%"),
        ("초기", "10", "100%"),
    ]


def test_a_pareto_of_one_reason_is_not_drawn() -> None:
    assert pareto(KO, {"가스": 35}, prefix="p") is None


@pytest.mark.parametrize(
    ("op", "low", "high", "shaded"),
    [
        ("product", 50.0, None, True),
        ("difference", None, 0.0, True),
        ("ratio", 0.5, 2.0, True),
        ("product", 1e9, None, False),  # nowhere in the picture
    ],
)
def test_the_region_of_two_columns_is_shaded(
    op: str, low: float | None, high: float | None, shaded: bool
) -> None:
    figure = {"x": [1.0, 5.0, 10.0], "y": [1.0, 9.0, 10.0], "bad": [False, False, True],
              "x_column": "a", "y_column": "b"}  # fmt: skip
    condition = {"columns": ["a", "b"], "op": op, "min": low, "max": high, "outside": False}
    picture = scatter(EN, figure, [{**condition, "levels": None}], units={"a": "mm"}, prefix="s")
    assert picture is not None
    assert ("--chart-region" in picture.svg) == shaded
    assert "a (mm)" in texts(picture)


def test_ids_of_two_drawings_never_meet() -> None:
    figure = {"x": [1, 2], "y": [1, 2], "bad": [False, True], "x_column": "a", "y_column": "b"}
    drawings = [scatter(EN, figure, [], units={}, prefix=p) for p in ("one", "two")]
    ids = [set(re.findall(r'\bid="([^"]+)"', d.svg)) for d in drawings if d]
    assert ids[0]
    assert not ids[0] & ids[1]
    for drawing, own in zip(drawings, ids, strict=True):
        assert drawing is not None
        assert set(re.findall(r"url\(#([^)]+)\)", drawing.svg)) <= own


def test_a_hostile_column_name_stays_text() -> None:
    evil = "<script>alert(1)</script>\"'&\\u003c']}"
    picture = risk_by_bin(EN, SLOW, quantity=evil, unit=evil, prefix="a")
    ElementTree.fromstring(picture.svg)
    assert "<script" not in picture.svg
    levels = [{**a_bin(None, None, 50, i, False), "level": evil} for i in (1, 2)]
    assert "<script" not in risk_by_bin(EN, levels, quantity=evil, unit="", prefix="a").svg


def test_every_chart_has_its_sentence_for_those_who_cannot_see_it() -> None:
    picture = risk_by_bin(KO, SLOW, quantity="속도", unit="mm/s", prefix="a")
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == picture.summary
    assert "graphics-" not in picture.svg, "a mark that claims to be a picture needs words"
    assert picture.summary == (
        "속도에 따른 불량률: ≤ 47에서 16.7%로 가장 높습니다(제품 60개 중 10개)."
    )


def test_drawing_a_chart_reads_no_address() -> None:
    asked: list[str] = []

    class Recorder(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'[{"a": 1}]')

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{server.server_port}/rows.json"
            layer = alt.Chart(alt.UrlData(address)).mark_bar().encode(x="a:Q")
            with pytest.raises(ValueError, match="External data url not allowed"):
                drawn([layer], height=50, lang="en", summary="x", prefix="x")
        finally:
            server.shutdown()
            thread.join()
    assert asked == []


def test_charts_need_no_network(monkeypatch: pytest.MonkeyPatch, given: Callable[..., Any]) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    bins = given("mixed")["figures"]["strata"][0]["causes"][0]["conditions"][0]["bins"]
    assert risk_by_bin(KO, bins, quantity="속도", unit="mm/s", prefix="a").svg.startswith("<svg")
