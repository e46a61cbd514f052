"""What a result with several classes, or a measured one, adds to the findings."""

from dataclasses import replace
from typing import Any

import numpy as np

from deungdae.analysis.causes.judge import Judged
from deungdae.analysis.causes.problem import Problem
from deungdae.analysis.causes.questions import Question
from deungdae.analysis.causes.region import region
from deungdae.analysis.causes.target import Target


def kind_document(target: Target, problem: Problem) -> dict[str, Any]:
    """Return what a stratum says of its kind of result; nothing for plain pass or fail."""
    if target.kind == "pass_fail" and target.spec is None:
        return {}
    if problem.measure is None:
        return {"kind": "pass_fail" if target.spec is not None else target.kind}
    told, rows = problem.told, problem.rows.astype(float)
    return {
        "kind": "number" if target.spec is not None else target.kind,
        "mean": float(np.average(told, weights=rows)),
        "median": float(np.median(told)),
        "deviation": float(np.std(told, ddof=1)) if told.size > 1 else None,
    }


def with_classes(question: Question, target: Target, judged: Judged) -> Judged:
    """Add to each cause which share each quality class has inside and outside of its region."""
    if target.levels is None:
        return judged
    known = question.unit >= 0
    codes = target.levels.codes[question.layout.rows][known]
    unit = question.unit[known]
    causes = []
    for cause in judged.causes:
        if not cause.shapes:
            causes.append(cause)
            continue
        here, judgeable = region(question.problem, cause.shapes)
        inside, outside = here[unit], (judgeable & ~here)[unit]
        mix = tuple(
            {
                "class": level,
                "inside": _share(codes[inside], number),
                "outside": _share(codes[outside], number),
            }
            for number, level in enumerate(target.levels.levels)
        )
        causes.append(replace(cause, classes=mix))
    return replace(judged, causes=tuple(causes))


def _share(codes: np.ndarray[Any, Any], level: int) -> float | None:
    return float(np.mean(codes == level)) if codes.size else None
