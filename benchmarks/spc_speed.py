"""Speed of control charts: a million points with all rules, and a page of two hundred charts.

Beside ours stands the same work as a plain Python loop, point by point, the way the rules are
written in the books; it is timed on fewer points and scaled up, since it is linear. The aims: a
million points with chart data and all twelve rules under 1 s, a page of 200 charts under 3 s.

    python benchmarks/spc_speed.py
"""

import itertools
import sys
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from deungdae.analysis import spc
from deungdae.analysis.spc.rules import RULES
from deungdae.reports.paper import render_html
from deungdae.reports.spc import tell
from deungdae.reports.words import Words
from planting import tables

POINTS, LOOPED = 1_000_000, 50_000
CHARTS, ROWS = 200, 500


def main() -> int:
    """Print the table; return 1 if an aim is missed."""
    rng = np.random.default_rng(0)
    values = rng.normal(10, 1, POINTS)
    options = spc.Options(columns=("x",), rules=tuple(RULES))
    spc.draw({"x": values[:1_000]}, options)  # what is computed once for all is not counted
    one = best(lambda: spc.draw({"x": values}, options), 5)
    loop = best(lambda: looped(values[:LOOPED].tolist()), 2)
    loop = (loop[0] * POINTS / LOOPED, loop[1] * POINTS / LOOPED)
    table = {f"dimension {i + 1}": rng.normal(10, 1, ROWS) for i in range(CHARTS)}
    page(dict(list(table.items())[:5]))
    analysed = best(lambda: spc.draw(table), 3)
    shown = best(lambda: page(table), 3)
    rows = [
        line("1,000,000 points, 12 rules, chart data", one, "1 s"),
        line("the same, plain Python loop", loop, ""),
        line(f"{CHARTS} charts of {ROWS} points: analysed", analysed, ""),
        line(f"{CHARTS} charts of {ROWS} points: analysed, drawn, page", shown, "3 s"),
    ]
    print(tables.grid(("work", "time", "of the processor", "aim"), rows))
    print(f"\nOurs is {loop[1] / one[1]:.0f} times as fast as the loop.")
    return int(one[1] > 1 or shown[1] > 3)


def line(work: str, took: tuple[float, float], aim: str) -> tuple[str, str, str, str]:
    """Return a row of the table."""
    return work, f"{took[0]:.2f} s", f"{took[1]:.2f} s", aim


def best(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the shortest of several times: on the clock, and of the processor, in seconds.

    On a machine that does other work beside, the second says what the work takes.
    """
    found = []
    for _ in range(times):
        begun = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - begun[0], time.process_time() - begun[1]))
    return min(wall for wall, _ in found), min(cpu for _, cpu in found)


def page(table: dict[str, np.ndarray]) -> str:
    """Return the whole report of a table as a page."""
    findings = spc.draw(table)
    zone = ZoneInfo("Asia/Seoul")
    paper = tell(findings.document, findings.figures, {"columns": []}, Words("en"), zone)
    when = datetime(2024, 1, 1, tzinfo=UTC)
    return render_html(paper, "en", title="part", demo=False, generated=when, zone=zone)


def looped(values: list[float]) -> int:
    """Chart individuals and mark all rules point by point; return how many points are marked."""
    ranges = [abs(b - a) for a, b in itertools.pairwise(values)]
    sigma = sum(ranges) / len(ranges) / 1.1283791670955126
    center = sum(values) / len(values)
    last: deque[float] = deque(maxlen=15)
    marked = up = down = inside = outside = rising = falling = turning = 0
    before, step = values[0], 0.0
    for value in values:
        z = (value - center) / sigma
        last.append(z)
        window = list(last)
        up, down = (up + 1 if z > 0 else 0), (down + 1 if z < 0 else 0)
        inside = inside + 1 if abs(z) < 1 else 0
        outside = outside + 1 if abs(z) > 1 else 0
        now = value - before
        rising, falling = (rising + 1 if now > 0 else 0), (falling + 1 if now < 0 else 0)
        turning = turning + 1 if now * step < 0 else 0
        before, step = value, now
        side = 1 if z > 0 else -1
        beyond_two = sum(side * x > 2 for x in window[-3:])
        beyond_one = sum(side * x > 1 for x in window[-5:])
        both = outside >= 8 and min(window[-8:]) < 0 < max(window[-8:])
        marked += (
            abs(z) > 3
            or (side * z > 2 and beyond_two >= 2)
            or (side * z > 1 and beyond_one >= 4)
            or up >= 8 or down >= 8 or inside >= 15 or both
            or rising >= 5 or falling >= 5 or turning >= 12
        )  # fmt: skip
    return marked


if __name__ == "__main__":
    sys.exit(main())
