"""What each column is for: time, grouping, reason, candidate cause, or set aside and why."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.beside import is_binary, results_beside
from deungdae.analysis.causes.frame import NO_TIME, Frame, Numbers, Texts, Times
from deungdae.analysis.causes.options import Options
from deungdae.analysis.causes.target import Target, named
from deungdae.records.errors import UnusableOption
from deungdae.records.shoptable import ColumnSetAside
from deungdae.records.verdicts import FAIL_WORDS, HOLD_WORDS, PASS_WORDS, plain, verdict_word

Mask = NDArray[np.bool_]

#: Texts with more levels than this are not candidates.
MOST_LEVELS = 30
#: A number is a code only if each of its values stands in this many rows on average.
ROWS_A_CODE = 5
#: What is filled, or other than zero, in this share of the bad rows, and nearly only in bad rows,
#: was written down because they were bad.
FILLED_IF_BAD, ONLY_IF_BAD = 0.3, 0.95
#: A number that takes its commonest value this often is dead.
DEAD = 0.995
#: Share of bad rows that a flag must be made of to be a reason of them.
FLAG_PURITY = 0.9
NO_REASON = frozenset(
    {
        "none",
        "없음",
        "-",
        "ok",
        "양호",
        "정상",
        "양품",
        "합격",
        "해당없음",
        "n/a",
        "good",
        "",
        "0",
        "무",
    }
)


@dataclass
class Roles:
    """The columns by what they are for; `reasons` maps a reason's name to the rows it marks."""

    numbers: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    time: str | None = None
    reasons: dict[str, Mask] = field(default_factory=dict)
    reason_columns: tuple[str, ...] = ()
    set_aside: list[ColumnSetAside] = field(default_factory=list)
    guessed: dict[str, object] = field(default_factory=dict)


def assign(frame: Frame, target: Target, bad: Mask, options: Options) -> Roles:
    """Give each column its role. `bad` marks the bad rows, shape (rows,).

    Raises UnusableOption if an option names a column that is not there or cannot serve.
    """
    roles = Roles()
    taken = {target.column: "target"}
    for option, names in (
        ("--ignore", options.ignore),
        ("--by", options.by or ()),
        ("--reason", options.reason or ()),
        ("--time", () if options.time is None else (options.time,)),
    ):
        if any(named(frame, name, option) == target.column for name in names):
            raise UnusableOption(
                "{option}: {column} is the column of the results, which cannot serve for this as "
                "well.",
                option=option,
                column=target.column,
            )
    for told in options.ignore:
        taken[named(frame, told, "--ignore")] = "ignored"
    for told in options.by or ():
        taken.setdefault(named(frame, told, "--by"), "stratum")
    roles.time = _time(frame, options, roles, taken)
    _reasons(frame, target, bad, options, roles, taken)
    after = results_beside(frame, target.column, taken, bad)
    for name, column in frame.columns.items():
        reason = taken.get(name)
        if reason is None:
            reason = "after_inspection" if name in after else _unfit(column, bad, frame.rows)
        if reason is not None:
            roles.set_aside.append(ColumnSetAside(name, reason))
        elif isinstance(column, Texts) or _levels_only(column):
            roles.categories.append(name)
        else:
            roles.numbers.append(name)
    _drop_copies(frame, roles)
    return roles


def _time(frame: Frame, options: Options, roles: Roles, taken: dict[str, str]) -> str | None:
    if options.time is not None:
        chosen = named(frame, options.time, "--time")
        if not isinstance(frame.columns[chosen], Times):
            raise UnusableOption(
                "--time: column {column} does not hold dates or times that could be read.",
                column=chosen,
            )
        taken[chosen] = "time"
        return chosen
    best, best_score = None, -1.0
    for name, column in frame.columns.items():
        if not isinstance(column, Times) or name in taken:
            continue
        present = column.local[column.local != NO_TIME]
        if present.size < 0.5 * frame.rows or np.unique(present).size < 2:
            continue
        score = np.unique(present).size / frame.rows + 0.1 * say.names(name, say.TIME)
        if say.names(name, say.OTHER_TIME):
            score -= 0.3
        if score > best_score:
            best, best_score = name, score
    roles.guessed["time"] = best
    if best is not None:
        taken[best] = "time"
    return best


def _reasons(
    frame: Frame, target: Target, bad: Mask, options: Options, roles: Roles, taken: dict[str, str]
) -> None:
    if options.reason is not None:
        columns = tuple(named(frame, name, "--reason") for name in options.reason)
    else:
        text = _reason_text(frame, bad, taken)
        columns = (text,) if text is not None else _reason_flags(frame, bad, taken)
        roles.guessed["reason"] = list(columns)
    if not columns:
        return
    for column in columns:
        taken[column] = "reason"
    roles.reason_columns = columns
    if len(columns) == 1:
        texts = frame.texts(columns[0])
        for code, level in enumerate(texts.levels):
            marked = bad & (texts.codes == code)
            if plain(level) not in NO_REASON and marked.any():
                roles.reasons[level] = marked
        return
    for column in columns:
        marked = bad & _flagged(frame, column)
        if marked.any():
            roles.reasons[column] = marked


def _flagged(frame: Frame, name: str) -> Mask:
    column = frame.columns[name]
    if isinstance(column, Numbers):
        return np.asarray(np.nan_to_num(column.values) != 0)
    texts = frame.texts(name)
    off = [i for i, level in enumerate(texts.levels) if plain(level) in NO_REASON | {"n", "no"}]
    return (texts.codes >= 0) & ~np.isin(texts.codes, off)


def _reason_text(frame: Frame, bad: Mask, taken: dict[str, str]) -> str | None:
    """Return the text column that says something of bad rows and nothing of good ones."""
    best, best_score = None, 0.0
    for name, column in frame.columns.items():
        if not isinstance(column, Texts) or name in taken or not bad.any():
            continue
        if _is_verdict(column):
            continue  # "NG" is no reason
        empty = [i for i, level in enumerate(column.levels) if plain(level) in NO_REASON]
        says = (column.codes >= 0) & ~np.isin(column.codes, empty)
        if not says.any() or len(column.levels) > 60:
            continue
        of_bad, of_good = says[bad].mean(), says[~bad].mean() if (~bad).any() else 0.0
        score = of_bad - of_good + 0.2 * say.names(name, say.REASON)
        if of_bad >= 0.3 and of_good <= 0.05 and score > best_score:
            best, best_score = name, score
    return best


def _reason_flags(frame: Frame, bad: Mask, taken: dict[str, str]) -> tuple[str, ...]:
    """Return the 0/1 columns, at least two, that are 1 almost only in bad rows and cover many."""
    flags = []
    covered = np.zeros(frame.rows, dtype=bool)
    for name, column in frame.columns.items():
        if name in taken or not isinstance(column, Numbers) or not is_binary(column):
            continue
        flagged = column.values == 1
        if flagged.sum() >= 2 and (flagged & bad).sum() >= FLAG_PURITY * flagged.sum():
            flags.append(name)
            covered |= flagged
    if len(flags) >= 2 and bad.any() and covered[bad].mean() >= 0.5:
        return tuple(flags)
    return ()


def _levels_only(column: Numbers | Texts | Times) -> bool:
    if not isinstance(column, Numbers):
        return True
    if _is_code(column):
        return True
    return np.unique(column.values[~np.isnan(column.values)]).size <= 2


def _is_code(column: Numbers) -> bool:
    """Tell whether the numbers are names: whole, few, and under the name of a code."""
    if not say.coded(column.name):
        return False
    present = column.values[~np.isnan(column.values)]
    distinct = np.unique(present)
    return bool(
        np.all(distinct == np.round(distinct))
        and distinct.size <= MOST_LEVELS
        and distinct.size * ROWS_A_CODE <= present.size
    )


def _unfit(column: Numbers | Texts | Times, bad: Mask, rows: int) -> str | None:
    """Return the code of the reason why a column is no candidate cause, or None if it is one."""
    if isinstance(column, Times):
        return "time"
    if isinstance(column, Texts):
        return _unfit_text(column, bad, rows)
    return _unfit_number(column, bad, rows)


def _unfit_text(column: Texts, bad: Mask, rows: int) -> str | None:
    known = column.codes >= 0
    used = np.unique(column.codes[known])
    if used.size == 0:
        return "empty"
    if used.size == 1 and known.all():
        return "constant"
    if say.after(column.name) or say.names(column.name, say.REASON) or _is_verdict(column):
        return "after_inspection"
    if used.size > MOST_LEVELS:
        return "identifier" if used.size > 0.5 * known.sum() else "text"
    if _only_when_bad(known, bad) or _tells_result(column.codes, bad):
        return "after_inspection"
    if used.size == 1 or known.sum() < 0.2 * rows:
        return "mostly_missing"
    if say.names(column.name, say.PERSON) and say.names(
        column.name, ["검사자", "검사원", "inspector"]
    ):
        return "after_inspection"
    return None


def _unfit_number(column: Numbers, bad: Mask, rows: int) -> str | None:
    values = column.values
    known = ~np.isnan(values)
    present = values[known]
    if present.size == 0:
        return "empty"
    low, high = present.min(), present.max()
    if low == high:
        return "constant"
    if say.after(column.name) or _only_when_bad(known, bad):
        return "after_inspection"
    if _written_for_bad(known & (values != 0), bad):
        return "after_inspection"
    if present.size < 0.2 * rows:
        return "mostly_missing"
    if _is_code(column):
        return "after_inspection" if _tells_result(column.as_texts().codes, bad) else None
    distinct = np.unique(present)
    stuck = distinct.size <= 20 and _commonest(present, distinct) >= DEAD * present.size
    if stuck and (distinct.size > 2 or not is_binary(column)):
        return "dead"
    whole = bool(np.all(distinct[:2000] == np.round(distinct[:2000])))
    if whole and distinct.size > 0.9 * present.size and rows > 30:
        steps = np.diff(present)
        if (steps > 0).mean() > 0.95 or (steps < 0).mean() > 0.95:
            return "serial"
    named = say.names(column.name, say.IDENTIFIER) or say.numbered(column.name)
    if whole and (named or say.coded(column.name)):
        return "identifier"
    if whole and distinct.size > MOST_LEVELS and say.names(column.name, say.LOT):
        return "identifier"
    if distinct.size == 2 and _tells_result((values == high).astype(np.intp), bad):
        return "after_inspection"
    return None


def _commonest(present: NDArray[np.float64], distinct: NDArray[np.float64]) -> int:
    return max(int(np.count_nonzero(present == v)) for v in distinct)


def _only_when_bad(known: Mask, bad: Mask) -> bool:
    """Tell whether a column is filled for bad rows and hardly ever for good ones."""
    if not bad.any() or bad.all() or known.all() or bad.sum() < 5:
        return False
    if known[bad].mean() > 0.5 and known[~bad].mean() < 0.05:
        return True
    return _written_for_bad(known, bad)


def _written_for_bad(filled: Mask, bad: Mask) -> bool:
    """Tell whether rows are filled because they are bad: nearly only bad ones, and many of them."""
    both = int((filled & bad).sum())
    return both >= max(5.0, FILLED_IF_BAD * bad.sum(), ONLY_IF_BAD * filled.sum()) and not bad.all()


def _is_verdict(column: Texts) -> bool:
    """Tell whether a column is another verdict, such as that of an earlier inspection."""
    if not say.names(column.name, [*say.TARGET, "검사", "결과", "inspection", "test"]):
        return False
    spoken = PASS_WORDS | FAIL_WORDS | HOLD_WORDS
    return all(verdict_word(level) in spoken for level in column.levels)


def _tells_result(codes: NDArray[np.intp], bad: Mask) -> bool:
    """Tell whether the levels of a column are the result in other words."""
    if bad.sum() < 10 or (~bad).sum() < 10:
        return False
    size = int(codes.max(initial=0)) + 2
    rows = np.bincount(codes + 1, minlength=size)
    hits = np.bincount(codes[bad] + 1, minlength=size)
    mostly_bad = hits > 0.5 * rows
    told = hits[mostly_bad].sum()
    return bool(told >= 0.95 * bad.sum() and told >= 0.95 * rows[mostly_bad].sum())


def _drop_copies(frame: Frame, roles: Roles) -> None:
    """Set aside numeric columns whose values are those of an earlier one."""
    seen: dict[tuple[float, ...], str] = {}
    kept = []
    for name in roles.numbers:
        column = frame.columns[name]
        assert isinstance(column, Numbers)
        values = column.values
        step = max(1, values.size // 50)
        key = tuple(np.nan_to_num(values[::step], nan=-1e300).tolist())
        other = seen.get(key)
        if other is not None:
            twin = frame.columns[other]
            assert isinstance(twin, Numbers)
            if np.array_equal(values, twin.values, equal_nan=True):
                roles.set_aside.append(ColumnSetAside(name, "duplicate_of"))
                continue
        seen[key] = name
        kept.append(name)
    roles.numbers = kept
