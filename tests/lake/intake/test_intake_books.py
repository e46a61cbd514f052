"""The ledger adds up and counts each step once; the quarantine keeps what came as it came."""

from pathlib import Path

import pytest

from deungdae.lake.intake import Held, Ledger, Quarantine, Sum, Tally
from deungdae.lake.intake.table import MOST_FILES

NOON_US = 1_795_348_800_000_000  # 2026-11-22 12:00 UTC
HOUR_US = 3_600_000_000


def one(amount: Sum, *, organisation: str = "등대전자", time_us: int = NOON_US) -> Tally:
    tally = Tally()
    tally.count(organisation, "telegraf", time_us, amount)
    return tally


def held(sequence: int, batch: str, body: bytes = b"\x00T=\xff") -> Held:
    return Held(sequence, 0, "등대전자", "plc", NOON_US, "no_mapping", 2, batch, body)


def test_a_step_counts_once_and_the_next_process_knows_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.version("ingest-0") is None
    assert ledger.add(one(Sum(10, 7, 1, 2)), "ingest-0", 5)
    assert not ledger.add(one(Sum(10, 7, 1, 2)), "ingest-0", 5)
    assert ledger.add(one(Sum(1, 1)), "quarantine-0", 5)  # another application's own number
    assert Ledger(tmp_path).version("ingest-0") == 5
    assert Ledger(tmp_path).tally().total() == Sum(11, 8, 1, 2)


def test_hours_and_organisations_are_told_apart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    tally = one(Sum(1, 1))
    tally.add(one(Sum(2, 2), time_us=NOON_US + HOUR_US - 1))  # still the same hour
    tally.add(one(Sum(4, 4), time_us=NOON_US + HOUR_US))
    tally.add(one(Sum(8, 8), organisation="other"))
    tally.add(one(Sum(16, 16), time_us=NOON_US + 40 * 24 * HOUR_US))  # the next month
    ledger.add(tally, "a", 1)
    mine = dict(ledger.tally("등대전자", before_us=NOON_US + 2 * HOUR_US))
    assert [(key[2], sums.stored) for key, sums in mine.items()] == [
        (NOON_US, 3),
        (NOON_US + HOUR_US, 4),
    ]
    assert ledger.tally(from_us=NOON_US + HOUR_US).total() == Sum(20, 20)


def test_a_crowded_month_becomes_one_file_with_the_same_sums(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for number in range(MOST_FILES + 1):
        ledger.add(one(Sum(3, 2, 0, 1)), "a", number)
    assert ledger.tidy() == ["2026-11"]
    assert ledger.tidy() == []
    assert ledger.version("a") == MOST_FILES
    assert list(Ledger(tmp_path).tally()) == [
        (("등대전자", "telegraf", NOON_US), Sum(195, 130, 0, 65))
    ]


@pytest.mark.parametrize(
    ("amount", "missing"), [(Sum(10, 7, 1, 2), 0), (Sum(10, 7, 1, 1), 1), (Sum(1, 2), -1)]
)
def test_what_is_not_accounted_for_is_missing(amount: Sum, missing: int) -> None:
    assert amount.missing == missing


def test_what_is_held_back_comes_back_byte_for_byte_and_once(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    assert quarantine.version() is None
    first = quarantine.append([held(3, "a"), held(4, "b")], 4)
    assert first.total() == Sum(quarantined=4)
    again = quarantine.append([held(5, "b"), held(6, "c"), held(7, "c")], 7)
    assert again.total() == Sum(quarantined=2, duplicate=4)
    known = Quarantine(tmp_path)
    assert known.version() == 7
    assert known.waiting("등대전자") == [held(3, "a"), held(4, "b"), held(6, "c")]
    assert known.waiting("등대전자", reason="other") == []
    assert known.waiting("other") == []


def test_what_became_of_the_last_steps_can_be_read_again(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    quarantine.append([held(1, "a")], 1)
    quarantine.append([held(2, "a"), held(3, "b")], 3)
    quarantine.append([held(4, "c")], 4)
    assert quarantine.tally(after=1).total() == Sum(quarantined=4, duplicate=2)
    assert quarantine.tally(after=-1).total() == Sum(quarantined=6, duplicate=2)
    assert quarantine.tally(after=4).total() == Sum()


def test_what_was_replayed_waits_no_longer(tmp_path: Path) -> None:
    quarantine = Quarantine(tmp_path)
    quarantine.append([held(1, "a"), held(2, "b")], 2)
    quarantine.mark_replayed([held(1, "a")], NOON_US + 1)
    assert Quarantine(tmp_path).waiting("등대전자") == [held(2, "b")]
    assert quarantine.replayed("등대전자").total() == Sum(received=2, quarantined=2)
    assert quarantine.replayed("other").total() == Sum()
    assert quarantine.version() == 2
