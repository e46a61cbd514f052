"""The contest's results as printed tables."""

from collections.abc import Iterable
from statistics import fmean

from planting.contest import Entry, Outcome


def grid(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Lay out rows of text under a head; the first column is left-aligned."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    text = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:]])


def overall(outcomes: list[Outcome], methods: tuple[str, ...]) -> str:
    """Recall, false discoveries and seconds of each method over these cases."""
    head = (
        *("method", "recall@3", "recall@5", "false", "strange"),
        *("claims", "claimed", "null any", "s/case"),
    )
    return grid(head, [_line(outcomes, method) for method in methods])


def by_kind(outcomes: list[Outcome], methods: tuple[str, ...], k: int) -> str:
    """Recall@k of the columns of each kind of rule, over all cases that hold such a rule."""
    kinds = sorted({kind for outcome in outcomes for kind, *_ in outcome.rules})
    counts = {k: sum(rule[0] == k for outcome in outcomes for rule in outcome.rules) for k in kinds}
    head = (f"recall@{k} by kind", *(f"{kind} ({counts[kind]})" for kind in kinds))
    rows = []
    for method in methods:
        cells = [_mean(_of_kind(outcomes, method, kind, k)) for kind in kinds]
        rows.append((method, *cells))
    return grid(head, rows)


def by_strength(outcomes: list[Outcome], methods: tuple[str, ...], k: int) -> str:
    """Recall@k by the defect rate inside the planted regions."""
    strengths = sorted({outcome.case.strength for outcome in outcomes if outcome.rules})
    head = (f"recall@{k} by rate inside", *(f"{strength:.0%}" for strength in strengths))
    rows = []
    for method in methods:
        cells = [
            _mean([r for o, e in _entries(outcomes, method) if o.case.strength == strength
                   for r in [_recall(e, k)] if r is not None])
            for strength in strengths
        ]  # fmt: skip
        rows.append((method, *cells))
    return grid(head, rows)


def failures(outcomes: list[Outcome]) -> list[str]:
    """Return a sentence for every method that gave no answer to a case."""
    return [
        f"case {o.number} ({o.case.dataset}): {e.method} failed: {e.failure}"
        for o in outcomes
        for e in o.entries
        if e.failure
    ]


def _line(outcomes: list[Outcome], method: str) -> tuple[str, ...]:
    entries = _entries(outcomes, method)
    planted = [e for o, e in entries if o.rules]
    nulls = [e for o, e in entries if not o.rules]
    scores = [e.score for e in planted if e.score]
    told = [len([c for c in s.claims if c not in s.false]) / len(s.found_at) for s in scores]
    return (
        method,
        _mean([r for e in planted if (r := _recall(e, 3)) is not None]),
        _mean([r for e in planted if (r := _recall(e, 5)) is not None]),
        _mean([s.false_share for s in scores]),
        _mean([s.strange_share for s in scores]),
        _mean([float(len(s.claims)) for s in scores], "{:.1f}"),
        _mean([min(1.0, value) for value in told]),
        _mean([float(bool(e.score.claims)) for e in nulls if e.score], "{:.0%}"),
        _mean([e.seconds for _, e in entries], "{:.1f}"),
    )


def _entries(outcomes: list[Outcome], method: str) -> list[tuple[Outcome, Entry]]:
    return [(o, e) for o in outcomes for e in o.entries if e.method == method]


def _recall(entry: Entry, k: int) -> float | None:
    # A method that failed has found nothing.
    return entry.score.recall(k) if entry.score else 0.0


def _of_kind(outcomes: list[Outcome], method: str, kind: str, k: int) -> list[float]:
    recalls = []
    for outcome, entry in _entries(outcomes, method):
        for rule_kind, columns, _ in outcome.rules:
            if rule_kind == kind:
                value = entry.score.recall(k, columns) if entry.score else 0.0
                recalls.append(value or 0.0)
    return recalls


def _mean(values: list[float], form: str = "{:.2f}") -> str:
    return form.format(fmean(values)) if values else "-"
