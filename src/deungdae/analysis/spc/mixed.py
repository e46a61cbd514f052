"""Whether values of several kinds, such as products, were put together as if they were one."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes.frame import Frame, Numbers, Texts

#: The kinds lie apart if they make this share of the variance (omega squared).
APART: Final = 0.6
#: More kinds than this are names of samples or lots; fewer values of a kind tell nothing of it.
MOST_KINDS: Final = 12
FEWEST_OF_A_KIND: Final = 5
_FEWEST: Final = 20


def share_between(values: NDArray[np.float64], codes: NDArray[Any]) -> float:
    """Return the share of the variance of `values` that lies between the kinds in `codes`.

    Omega squared (Hays 1963), which is 0 on average where the kinds do not differ:
    (SSB - (k - 1) MSW) / (SST + MSW). Both arrays have the shape (values,); codes are from 0.
    NaN for fewer than two kinds, or values that do not differ.
    """
    counts = np.bincount(codes)
    k, n = int((counts > 0).sum()), values.size
    total = float(((values - values.mean()) ** 2).sum()) if n else 0.0
    if k < 2 or n <= k or total <= 0:
        return float("nan")
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(codes, values - values.mean()) / counts
    between = float((counts[counts > 0] * means[counts > 0] ** 2).sum())
    within = max(0.0, total - between) / (n - k)
    return (between - (k - 1) * within) / (total + within)


def mixed(
    frame: Frame, rows: NDArray[Any], values: NDArray[np.float64], without: set[str]
) -> dict[str, Any] | None:
    """Return the column whose kinds lie farthest apart in `values`, or None if none does.

    `values` belong to `rows` of the frame. As JSON: column, kinds (their number) and share.
    Columns of names, and of up to twelve different whole numbers, can be kinds.
    """
    best: dict[str, Any] | None = None
    for name, column in frame.columns.items():
        if name in without or not _of_kinds(column):
            continue
        codes = frame.texts(name).codes[rows]
        known = (codes >= 0) & np.isfinite(values)
        kinds, place, counts = np.unique(codes[known], return_inverse=True, return_counts=True)
        few = kinds.size < 2 or kinds.size > MOST_KINDS or counts.min() < FEWEST_OF_A_KIND
        if few or known.sum() < _FEWEST:
            continue
        share = share_between(values[known], place)
        if share >= APART and (best is None or share > best["share"]):
            best = {"column": name, "kinds": int(kinds.size), "share": share}
    return best


def _of_kinds(column: object) -> bool:
    if isinstance(column, Texts):
        return True
    if not isinstance(column, Numbers):
        return False
    some = column.values[~np.isnan(column.values)][:2000]
    return bool((some == np.round(some)).all()) and np.unique(some).size <= MOST_KINDS
