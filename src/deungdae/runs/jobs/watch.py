"""Job "watch-learn": learn a machine's good period, and choose the method that watches it best."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.anomaly import TooLittle, alarms
from deungdae.analysis.watching import Choice, Moved, Trial, Watch, choose, moved, to_arrays
from deungdae.records.errors import UnusableOption
from deungdae.runs.job import JobContext, check_params

Floats = NDArray[np.float64]

ROWS = "rows.npz"
WATCH = "watch.npz"
SCORES = "scores.npz"
COUNTER_RISES = 0.995  #: of its changes: it counts, and its level says nothing
USUAL = (0.005, 0.5, 0.995)  #: quantiles of the usual band


def run(context: JobContext, params: dict[str, Any]) -> dict[str, Any]:
    """Learn the rows of a folder; leave the watch and its scores there.

    Parameters: folder, with `rows.npz`: values (rows x tags), those before `good` are the good
    period, the others what came since; tags, the names of the columns; good, the count of rows;
    phase, the steps from a Monday's midnight to the first row; per_day, steps of a day; budget,
    false alarms per row; method, or null to choose.
    Steps: trying, learning, scoring.

    Returns method, reason, trials, watched, left_out, limit, place_limit, fitted, seen, steps,
    bands {tag: [low, usual, high]}, moved [[tag, row, size]].
    """
    check_params(
        params, ["folder", "tags", "good", "phase", "per_day", "budget"], optional=["method"]
    )
    folder = Path(params["folder"])
    with np.load(folder / ROWS, allow_pickle=False) as read:
        values = read["values"]
    names, good = tuple(params["tags"]), int(params["good"])
    counters = [name for name, own in zip(names, values[:good].T, strict=True) if _counts(own)]
    usable = values.copy()
    usable[:, [names.index(name) for name in counters]] = np.nan
    try:
        choice = choose(
            usable[:good],
            names,
            params["phase"],
            params["per_day"],
            params["budget"],
            only=params.get("method"),
            progress=context.progress,
        )
    except TooLittle as error:
        raise UnusableOption(
            "The tags cannot be watched: in the good period none of them changes, or they are "
            "not known together for long enough. Choose other tags, or a longer period."
        ) from error
    context.progress("scoring", 0.0)
    _keep(folder / WATCH, to_arrays(choice.watch))
    scored = _scored(choice, usable, good, params["phase"])
    _keep(folder / SCORES, scored)
    return _document(choice, usable[:good], names, counters, scored["score"][good:])


def _keep(file: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    # Numbers alone: whoever reads them allows no pickles.
    named: dict[str, Any] = dict(arrays)
    np.savez(file, **named)


def _counts(own: Floats) -> bool:
    """Say whether a tag only rises, but for a rare return to zero."""
    steps = np.diff(own[np.isfinite(own)])
    steps = steps[steps != 0]
    return len(steps) >= 20 and float(np.mean(steps > 0)) >= COUNTER_RISES


def _scored(choice: Choice, values: Floats, good: int, phase: int) -> dict[str, Floats]:
    """Return shares of the limit: in the good period those by models that did not see the row."""
    watch = choice.watch
    scores = watch.score(values, phase)
    score = scores.relations / watch.limit.score
    for trial in choice.trials:
        if trial.method == watch.method and len(trial.held_out) == good:
            score[:good] = trial.held_out
    return {"score": score, "place": scores.place / place_limit(watch)}


def place_limit(watch: Watch) -> float:
    """Return the limit of the place, which is a share of its own; infinite where none is known."""
    return 1.0 if hasattr(watch.model, "place") else float("inf")


def _document(
    choice: Choice,
    good: Floats,
    names: tuple[str, ...],
    counters: list[str],
    since: Floats,
) -> dict[str, Any]:
    watch = choice.watch
    left_out = [[one.name, one.reason] for one in watch.left_out if one.name not in counters]
    columns = [names.index(name) for name in watch.watched]
    return {
        "method": watch.method,
        "reason": choice.reason,
        "trials": [_trial(trial) for trial in choice.trials],
        "watched": list(watch.watched),
        "left_out": left_out + [[name, "counter"] for name in counters],
        "limit": watch.limit.score,
        "place_limit": None if np.isinf(limit := place_limit(watch)) else limit,
        "fitted": watch.limit.fitted,
        "seen": watch.limit.seen,
        "steps": watch.limit.steps,
        "since_alarms": len(alarms(since, 1.0)),
        "since_rows": int(np.isfinite(since).sum()),
        "bands": {
            names[column]: [float(x) for x in np.nanquantile(good[:, column], USUAL)]
            for column in columns
        },
        "moved": [_moved(one) for one in moved(good[:, columns], watch.watched)],
    }


def _moved(one: Moved) -> list[Any]:
    return [one.name, one.row, one.size]


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "method": trial.method,
        "problem": trial.problem,
        "false_alarms": trial.false_alarms,
        "steps": trial.steps,
        "allowed": trial.allowed,
        "keeps": trial.keeps_the_budget,
        "share": trial.share,
        "kinds": [list(one) for one in trial.kinds],
    }
