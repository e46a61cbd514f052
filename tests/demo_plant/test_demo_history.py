"""The days before the first start: what would have been told, and that it is told once."""

import csv
from datetime import timedelta
from pathlib import Path

from deungdae.cli import demo_history
from deungdae.demo_plant import calendar, past
from deungdae.demo_plant.drops import Drops
from deungdae.demo_plant.shop import MACHINES, STATES
from deungdae.demo_plant.story import Story
from deungdae.edge.agent import BUFFER_FILE

END = 1_764_014_400.0  # 2025-11-25 05:00 in Korea
STORY = Story(7)


def join(folder: Path, seat: str) -> Path:
    (folder / seat).mkdir(parents=True)
    (folder / seat / "token").write_text("secret")
    (folder / seat / "agent.toml").write_text(
        '[edge]\nid = "e1"\nserver = "http://127.0.0.1:9999"\ntoken_file = "token"\n'
        'drivers = "server"\nfolder = "state"\n'
    )
    return folder / seat / "state" / BUFFER_FILE


def test_the_counter_of_the_past_is_that_of_the_story() -> None:
    shots = [
        one for one in past.told(STORY, "line1", END - 3600, END) if one.tag.endswith("/shots")
    ]
    (machine,) = [one for one in MACHINES if one.name == "line1/imm1"]
    mine = [one for one in shots if one.tag == "line1/imm1/shots"]
    assert mine[-1].value == calendar.moment(7, machine, mine[-1].time_s).shot
    assert [one.value for one in mine] == sorted({one.value for one in mine}), "changes alone"


def test_line_2_tells_its_state_as_the_place_in_a_list_every_ten_seconds() -> None:
    told = [
        one
        for one in past.told(STORY, "line2", END - 600, END)
        if one.tag in ("line2/imm1/state", "line2/imm1/lot")
    ]
    assert len(told) == 2 * 60
    assert {one.value for one in told if one.tag.endswith("state")} <= set(range(len(STATES)))
    assert all(isinstance(one.value, int) for one in told)


def test_an_agent_finds_the_past_in_its_buffer_once(tmp_path: Path) -> None:
    file = join(tmp_path, "pc-2")
    taken = demo_history.fill(tmp_path, "pc-2", END, timedelta(minutes=10))
    assert taken == 60 * 28, "28 tags of line 2, each ten seconds"
    assert file.exists()
    assert demo_history.fill(tmp_path, "pc-2", END, timedelta(minutes=10)) == 0


def test_the_inspectors_day_goes_on_where_the_history_ended(tmp_path: Path) -> None:
    demo_history.inspected(tmp_path, END, timedelta(hours=6))
    files = sorted(file.name for file in tmp_path.glob("*.csv"))
    assert files == ["inspection-20251124.csv", "inspection-20251125.csv"]
    Drops(STORY, tmp_path).tick(END + 120)
    with (tmp_path / files[1]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    serials = [row["부품번호"] for row in rows]
    assert len(serials) == len(set(serials)), "no part stands there twice"
    # Five hours of six machines, a part every 19.5 to 31 s, less the stops.
    assert 4000 < len(serials) < 5 * 3600 * 6 / 19.5
    assert rows[-1]["검사일시"] > "2025-11-25 05:00"
