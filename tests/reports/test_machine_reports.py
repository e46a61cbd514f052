"""The methods about machines told as papers, in both languages, with and without pictures."""

import json
import re
from datetime import UTC
from functools import cache
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import energy, life, operations, reliability
from deungdae.analysis.energy.tariff import names, tariff
from deungdae.reports.codes import spoken
from deungdae.reports.energy.codes import SOURCES
from deungdae.reports.paper import Paper, render_excel, render_html, render_text
from deungdae.reports.paper.methods import teller_of
from deungdae.reports.words import Words

UNDERSTOOD: dict[str, Any] = {"format": "csv", "columns": []}
HANGUL = re.compile(r"[가-힣]")


def _lives(failed: int) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    unit = np.repeat(np.arange(14), 30)
    pace = rng.uniform(0.5, 2, 14)[unit]
    cycle = np.tile(np.arange(1.0, 31), 14)
    return {
        "unit": [f"U{n}" for n in unit], "cycle": cycle, "failed": (unit < failed).astype(int),
        "heat": pace * cycle + rng.normal(size=420),
    }  # fmt: skip


def _signal(drift: float) -> dict[str, Any]:
    time = np.arange(40.0)
    return {
        "cycle": time,
        "drop": 2 + drift * time + 0.1 * np.random.default_rng(0).normal(size=40),
    }


def _stops(gaps: list[float]) -> dict[str, Any]:
    minutes = np.round(60 * np.cumsum([0.0, *(gap + 1 for gap in gaps)])).astype(int)
    start = np.datetime64("2026-01-01T00:00:00") + minutes * np.timedelta64(1, "m")
    return {"machine": ["M1"] * start.size, "start": start, "end": start + np.timedelta64(1, "h")}


def _log() -> dict[str, Any]:
    order = np.repeat(np.arange(20), 2)
    start = np.datetime64("2026-03-02T08:00:00") + np.timedelta64(60, "m") * np.arange(40)
    return {
        "order": [f"A{n}" for n in order], "operation": ["cut", "pack"] * 20,
        "machine": ["M1", "M2"] * 20, "start": start, "end": start + np.timedelta64(30, "m"),
        "good": [9.0] * 40, "rejected": [1.0, 2] * 20,
    }  # fmt: skip


def _meter() -> dict[str, Any]:
    ends = np.datetime64("2026-06-01T00:15") + np.arange(30 * 96) * np.timedelta64(15, "m")
    work = (np.arange(30 * 96) % 96 > 32) & (np.arange(30 * 96) % 96 < 72)
    noise = np.random.default_rng(0).normal(size=30 * 96)
    return {"time": ends.astype("datetime64[us]"), "kwh": 10 + 20.0 * work + noise,
            "parts": 5.0 * work}  # fmt: skip


@cache
def studies() -> dict[str, Any]:
    """One result of each kind."""
    ahead = life.Options(signal="drop", limit=20.0)
    return {
        "fleet": life.predict(_lives(10)),
        "few": life.predict(_lives(3)),
        "trend": life.predict(_signal(0.2), ahead),
        "no_trend": life.predict(_signal(0.0), ahead),
        "reached": life.predict(_signal(0.6), ahead),
        "too_few": life.predict({"cycle": [1.0, 2], "drop": [1.0, 2]}, ahead),
        "wear_out": reliability.study(_stops([9.0, 10, 11] * 4)),
        "changing": reliability.study(_stops([100.0, 80, 60, 40, 30, 20, 15, 10, 8, 5, 3])),
        "unknown": reliability.study(_stops([9.0])),
        "log": operations.study(_log()),
        "energy": energy.study(
            _meter(), energy.Options(tariff="kepco-industrial-b-2026", prices=(1.0, 2.0, 3.0) * 3,
                                     base=8.0)),
        "meter": energy.study({"time": _meter()["time"], "kwh": _meter()["kwh"]},
                              energy.Options(tariff="kepco-industrial-b-2026")),
        "short_log": operations.study({"end": _log()["end"]}),
    }  # fmt: skip


#: and how many pictures each has
KINDS = {
    "fleet": 2, "few": 0, "trend": 1, "no_trend": 1, "reached": 1, "too_few": 1, "wear_out": 2,
    "changing": 2, "unknown": 0, "log": 2, "short_log": 0, "energy": 1, "meter": 1,
}  # fmt: skip


def paper(kind: str, lang: str, *, drawn: bool = False) -> Paper:
    found = studies()[kind]
    figures = found.figures if drawn else None
    return teller_of(found.document["method"])(
        found.document, figures, UNDERSTOOD, Words(lang), UTC
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_is_told_in_both_languages(kind: str) -> None:
    korean, english = paper(kind, "ko"), paper(kind, "en")
    assert HANGUL.search(korean.answer) and HANGUL.search(korean.name)
    assert not HANGUL.search(render_text(english, "en", zone=UTC, width=100))
    assert [s.id for s in korean.sections] == [s.id for s in english.sections]
    assert [t.label for t in korean.tiles] != [t.label for t in english.tiles] or not korean.tiles


@pytest.mark.parametrize("kind", KINDS)
def test_its_pictures_are_drawn_and_it_survives_being_stored(kind: str) -> None:
    told = paper(kind, "ko", drawn=True)
    pictures = [p for s in told.sections for p in s.pictures]
    assert len(pictures) == KINDS[kind]
    for picture in pictures:
        assert picture.summary and picture.svg.startswith("<svg")
        assert picture.rows and all(len(row) == len(picture.header) for row in picture.rows)
    stored = json.dumps(told.to_document(), allow_nan=False)
    assert json.dumps(Paper.from_document(json.loads(stored)).to_document()) == stored


@pytest.mark.parametrize("name", names())
def test_where_the_prices_of_a_tariff_are_from_is_said_in_both_languages(name: str) -> None:
    said = [spoken(Words(lang), SOURCES, tariff(name).source) for lang in ("en", "ko")]
    assert re.search(r"\b2026\b", said[0])
    assert re.search("[가-힣]", said[1])


def test_a_paper_becomes_a_page_and_a_workbook() -> None:
    told = paper("fleet", "en", drawn=True)
    how: dict[str, Any] = {"title": "f.csv", "demo": False, "generated": None, "zone": UTC}
    how["generated"] = __import__("datetime").datetime(2026, 1, 1, tzinfo=UTC)
    assert "Remaining life" in render_html(told, "en", **how)
    assert render_excel(told, "en", **how).startswith(b"PK")
