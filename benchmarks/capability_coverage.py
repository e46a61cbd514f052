"""Do the 95 % intervals of Cpk and Ppk hold 95 %? Simulated steady processes, and a naive peer.

Each line: samples of one shape and size whose true index is 1.33 (both limits for the normal, the
upper one alone for the skewed shapes), and the share of samples whose interval holds it, with the
shape chosen by the data (auto), with the shape told, and taken for normal whatever it is (the usual
calculation). Subgroups of five.

    python benchmarks/capability_coverage.py [SAMPLES]
"""

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from deungdae.analysis.capability.options import Options, Spec
from deungdae.analysis.capability.studied import Part, studied
from deungdae.analysis.stats.families import Shape

TRUE = 1.33
SIZES = (50, 100, 300)
LOW, MIDDLE, HIGH = 0.0013498980316300933, 0.5, 0.9986501019683699


@dataclass(frozen=True)
class Process:
    """A steady process: its shape, and the limits that give it an index of 1.33."""

    name: str
    shape: Shape
    spec: Spec


def processes() -> list[Process]:
    """Return a normal process, centred and not, and three skewed ones."""
    normal = Shape("normal", 10.0, 1.0)
    skewed = [
        ("lognormal σ 0.4", Shape("lognormal", 0.0, 0.4)),
        ("Weibull shape 1.5", Shape("weibull", 0.0, 1 / 1.5)),
        ("gamma shape 3", Shape("gamma", 3.0, 1.0)),
    ]
    low, middle, high = (float(normal.quantile(p)) for p in (LOW, MIDDLE, HIGH))
    both = Spec(middle - TRUE * (middle - low), middle + TRUE * (high - middle))
    found = [Process("normal", normal, both)]
    off = Spec(low - 9.0, middle + TRUE * (high - middle))
    found.append(Process("normal, off centre", normal, off))
    for name, shape in skewed:
        middle, high = float(shape.quantile(MIDDLE)), float(shape.quantile(HIGH))
        spec = Spec(None, middle + TRUE * (high - middle))
        found.append(Process(name, shape, spec))
    return found


def coverage(process: Process, size: int, samples: int, seed: int) -> dict[str, float]:
    """Return the share of samples whose interval holds 1.33, by way and index."""
    rng = np.random.default_rng((seed, size))
    told = Options(distribution=process.shape.family)
    hits: dict[str, int] = {}
    for _ in range(samples):
        values = np.asarray(process.shape.quantile(rng.random(size)), dtype=np.float64)
        part = Part(values, np.arange(size) // 5, process.spec)
        for way, options in (("auto", Options()), ("told", told)):
            document, _ = studied(part, options)
            for index in ("ppk", "cpk"):
                key = f"{index} {way}"
                hits[key] = hits.get(key, 0) + held(document["indices"][index]["ci95"])
            if way == "auto":
                naive = document["as_if_normal"]["ppk"]["ci95"]
                hits["ppk naive"] = hits.get("ppk naive", 0) + held(naive)
    return {key: hit / samples for key, hit in hits.items()}


def held(interval: Any) -> bool:
    """Tell whether an interval holds the true index."""
    return interval is not None and interval[0] <= TRUE <= interval[1]


def main(samples: int) -> None:
    """Print the table."""
    ways = ("ppk auto", "ppk told", "cpk auto", "cpk told", "ppk naive")
    print(f"Coverage of 95 % intervals, {samples} samples a line")
    print(f"{'process':<20}{'n':>5}" + "".join(f"{way:>11}" for way in ways))
    for process in processes():
        for size in SIZES:
            found = coverage(process, size, samples, 1)
            cells = "".join(f"{found[way]:>11.1%}" for way in ways)
            print(f"{process.name:<20}{size:>5}{cells}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
