"""A wrong clock is put right by a page: looked at first, then moved, then put back."""

from collections.abc import Iterator
from typing import Any

import pytest
from history_site import HistorySite

from deungdae.bus import Refusal

S, HOUR = 1_000_000, 3_600_000_000
T = 1_795_348_800 * S  #: 2026-11-22 12:00 UTC
OURS, THEIRS = "가온정밀", "누리사출"
TAG = "line3/imm1/온도"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistorySite]:
    with HistorySite(tmp_path_factory.mktemp("site")) as site:
        ahead = [(T + 9 * HOUR + n * S, float(n)) for n in range(5)]
        site.store(OURS, "plc", TAG, ahead, delay_us=-9 * HOUR)
        site.store(THEIRS, "plc", TAG, ahead, delay_us=-9 * HOUR)
        yield site


def newest(site: HistorySite, organisation: str) -> tuple[int, int]:
    (point,) = site.ask("latest", organisation)["points"]
    return point["time"], point["flag"]


def test_a_clock_is_looked_at_repaired_listed_and_undone(site: HistorySite) -> None:
    wrong: dict[str, Any] = {"source": "plc", "shift_us": -9 * HOUR, "before_us": T + HOUR}
    preview = site.ask("clock_preview", OURS, **wrong)
    assert (preview["points"], preview["first_us"]) == (5, T + 9 * HOUR)
    assert preview["examples"] == [
        {
            "tag": TAG,
            "time_us": T + 9 * HOUR,
            "received_us": T,
            "value": 0.0,
            "text": None,
            "shifted_us": T,
        }
    ]
    assert site.ask("clock_repair", OURS, **wrong) == {"id": 1, "points": 5, "duplicates": 0}
    assert newest(site, OURS) == (T + 4 * S, 2)
    assert newest(site, THEIRS) == (T + 9 * HOUR + 4 * S, 0)
    (repair,) = site.ask("clock_repairs", OURS)["repairs"]
    assert (repair["id"], repair["start_us"], repair["undone_us"]) == (1, None, None)
    assert site.ask("clock_repairs", THEIRS)["repairs"] == []
    with pytest.raises(Refusal, match="There is no repair 1"):
        site.ask("clock_undo", THEIRS, id=1)
    assert site.ask("clock_undo", OURS, id=1)["points"] == 5
    assert newest(site, OURS) == (T + 9 * HOUR + 4 * S, 0)
    (repair,) = site.ask("clock_repairs", OURS)["repairs"]
    assert repair["undone_us"] >= repair["made_us"]


def test_a_repair_of_nothing_is_refused_in_words(site: HistorySite) -> None:
    nobody: dict[str, Any] = {"source": "nobody", "shift_us": HOUR, "before_us": T}
    with pytest.raises(Refusal, match="No point fits"):
        site.ask("clock_repair", OURS, **nobody)
    with pytest.raises(Refusal, match="The parameter source"):
        site.ask("clock_repair", OURS, shift_us=HOUR, before_us=T)
