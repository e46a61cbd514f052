"""Whatever table comes, the method answers or says why it cannot; its counts add up."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from deungdae.analysis import causes
from deungdae.records.errors import PublicError


def random_column(rng: np.random.Generator, rows: int) -> Any:
    """Return one column of a random kind, often an unpleasant one."""
    kind = rng.integers(0, 12)
    if kind == 0:
        return np.full(rows, float(rng.normal()))
    if kind == 1:
        return np.full(rows, np.nan)
    if kind == 2:
        return rng.integers(0, 2, rows).astype(float)
    if kind == 3:
        return np.where(rng.random(rows) < 0.5, np.nan, rng.normal(size=rows))
    if kind == 4:
        return np.where(rng.random(rows) < 0.1, 0.0, rng.normal(100, 5, rows))
    if kind == 5:
        return rng.normal(size=rows) * 10.0 ** float(rng.integers(-200, 200))
    if kind == 6:
        return np.where(rng.random(rows) < 0.01, np.inf, rng.normal(size=rows))
    if kind == 7:
        return np.arange(rows)
    if kind == 8:
        levels = np.array(["가", "나", "다", "", "=1+1", "x" * 300])
        return [None if v == "" else str(v) for v in rng.choice(levels, rows)]
    if kind == 9:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        minutes = rng.integers(0, 100_000, rows)
        return [None if m % 17 == 0 else start + timedelta(minutes=int(m)) for m in minutes]
    if kind == 10:
        return [str(v) for v in rng.integers(0, 10**6, rows)]
    return np.cumsum(rng.normal(size=rows))


def random_table(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    rows = int(rng.choice([1, 2, 5, 12, 40, 150, 400]))
    names = ["온도", "lot", "품명", "shift", "cavity", "설비", "불량유형", "a b", "id", "압력(bar)"]
    count = int(rng.integers(0, 9))
    table = {
        f"{names[i % 10]}{i if rng.random() < 0.5 else ''}": random_column(rng, rows)
        for i in rng.permutation(10)[:count]
    }
    share = float(rng.choice([0.0, 0.01, 0.1, 0.5, 0.99, 1.0]))
    result = np.where(rng.random(rows) < share, "NG", "OK").tolist()
    if rng.random() < 0.2:
        result[0] = None
    table["판정"] = result
    return table


@pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
@pytest.mark.parametrize("seed", range(150))
def test_a_random_table_is_answered_or_refused_in_words(seed: int) -> None:
    table = random_table(seed)

    try:
        findings = causes.find(table, causes.Options(target="판정", seed=seed))
    except PublicError:
        return  # a sentence for the person: whatever else is raised fails the test

    document = findings.document
    json.dumps([document, findings.figures], allow_nan=False)
    aside = sum(s["rows"] for s in document["input"]["set_aside"])
    assert document["input"]["rows_read"] == len(table["판정"])
    assert document["input"]["rows_used"] + aside == document["input"]["rows_read"]
    for stratum in document["strata"]:
        assert stratum["verdict"] in ("clear", "suspected", "none", "not_enough_data")
        assert 0 <= stratum["bad"] <= stratum["rows"]
        assert bool(stratum["causes"]) == (stratum["verdict"] in ("clear", "suspected"))
