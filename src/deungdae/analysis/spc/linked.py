"""What else was different when a chart was out of control: all other columns, and chance.

The points of the signals are compared with all others, column by column: ranks for numbers, the
share of each level for names. What chance would give is learned by moving the marks along time,
ends joined: that keeps the clusters of the marks and the drift of the columns, and breaks only the
tie between the two. The largest statistic of all columns at each move is what a column is held to,
so that the p-value is corrected for their number (Westfall and Young, "Resampling-Based Multiple
Testing", 1993).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from deungdae.analysis.causes import vocabulary as say
from deungdae.analysis.causes.frame import Frame, Numbers, Texts, Times
from deungdae.analysis.spc.panels import Floats, Mask
from deungdae.analysis.spc.samples import Samples
from deungdae.analysis.stats.ranks import ranks

#: p-values, corrected for all columns: below the first a tie is clear, below the second suspected.
CLEAR: Final = 0.05
SUSPECTED: Final = 0.2
SHOWN: Final = 6
MOST_LEVELS: Final = 30
_MOST_POINTS: Final = 60_000
_MEDIAN: Final = 0.6744897501960817  #: of the absolute value of a standard normal variable
#: A name changes seldom if it does at no more than this share of the points.
SELDOM: Final = 0.1


@dataclass(frozen=True)
class _Feature:
    """A column, or one level of it, as centred numbers: shape (points,), 0 where missing."""

    column: str
    level: str | None
    scored: Floats
    values: Floats  #: as in the table, or 1 for the level and 0 for others; NaN where missing


class Beside:
    """The other columns of a table, point by point, ready to be compared with any signal."""

    def __init__(self, frame: Frame, samples: Samples, without: Sequence[str]) -> None:
        self._step = max(1, -(-samples.points // _MOST_POINTS))
        self._features: list[_Feature] = []
        self._names: list[Texts] = []
        for name, column in frame.columns.items():
            if name in without or isinstance(column, Times):
                continue
            if isinstance(column, Numbers) and not _few(column.values):
                self._add_number(name, _means(column.values, samples)[:: self._step])
            else:
                self._add_texts(frame.texts(name), samples)
        self._spectra = [np.fft.rfft(f.scored) for f in self._features]

    @property
    def columns(self) -> list[str]:
        """Return the columns that are compared."""
        return list(dict.fromkeys(f.column for f in self._features))

    def _add_number(self, name: str, values: Floats) -> None:
        known = ~np.isnan(values)
        if known.sum() < max(8, 0.5 * values.size) or np.ptp(values[known]) == 0:
            return
        whole = bool(np.all(values[known] == np.round(values[known])))
        rising = np.diff(values[known])
        serial = whole and bool((rising > 0).mean() > 0.95)
        if serial or (whole and (say.names(name, say.IDENTIFIER) or say.numbered(name))):
            return
        scored = np.zeros(values.size)
        ranked = ranks(values[known])
        scored[known] = ranked - ranked.mean()
        self._features.append(_Feature(name, None, _unit(scored), values))

    def _add_texts(self, texts: Texts, samples: Samples) -> None:
        codes = texts.codes[samples.rows[samples.starts]]
        used, counts = np.unique(codes[codes >= 0], return_counts=True)
        if not 2 <= used.size <= MOST_LEVELS:
            return
        self._names.append(Texts(texts.name, texts.levels, codes))
        thinned = codes[:: self._step]
        for code, count in zip(used.tolist(), counts.tolist(), strict=True):
            if count < 2 or (used.size == 2 and code == used[0]):
                continue
            values = np.where(thinned >= 0, thinned == code, np.nan).astype(float)
            scored = np.nan_to_num(values - np.nanmean(values))
            self._features.append(_Feature(texts.name, texts.levels[code], _unit(scored), values))

    def compare(self, marked: Mask) -> list[dict[str, Any]]:
        """Return the columns that differ between the marked points and the rest, clearest first.

        Each as JSON: column, level (or null), p_value, clear, inside and outside (medians, or
        shares of the level), points. Empty if fewer than two points are marked or unmarked.
        """
        mask = marked[:: self._step].astype(float)
        n = mask.size
        k = int(mask.sum())
        if k < 1 or n - k < 2 or not self._features:
            return []
        turned = np.conj(np.fft.rfft(mask - mask.mean()))
        scale = np.sqrt(k * (n - k) / (n - 1))
        # Two measures: as it is, which favours a column that changed once and for good with the
        # signals; and against what the column does at most moves, so that columns that stay put
        # for long, and meet long signals by chance, do not hide those that vary freely.
        highest = np.zeros((2, n))
        observed = np.empty((2, len(self._features)))
        for i, spectrum in enumerate(self._spectra):
            moved = np.abs(np.fft.irfft(spectrum * turned, n)) / scale
            for measure in (0, 1):
                if measure:
                    moved /= max(1.0, float(np.median(moved)) / _MEDIAN)
                observed[measure, i] = moved[0]
                np.maximum(highest[measure], moved, out=highest[measure])
        moves = np.sort(highest[:, 1:], axis=1)
        more = [
            n - 1 - np.searchsorted(row, seen * (1 - 1e-9), side="left")
            for row, seen in zip(moves, observed, strict=True)
        ]
        p = np.minimum(1.0, 2 * (1 + np.min(more, axis=0)) / n)
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        for i in np.lexsort((-observed[1], p)):
            feature = self._features[i]
            if p[i] > SUSPECTED or feature.column in seen or len(found) >= SHOWN:
                continue
            seen.add(feature.column)
            found.append(_told(feature, mask > 0, float(p[i]), k))
        return found

    def changed_at(self, point: int) -> list[dict[str, Any]]:
        """Return the names that change just at `point`, of those that change seldom."""
        found: list[dict[str, Any]] = []
        for texts in self._names:
            codes = texts.codes
            if point < 1 or codes[point] < 0 or codes[point - 1] < 0:
                continue
            changes = float((np.diff(codes) != 0).mean())
            if codes[point] != codes[point - 1] and changes <= SELDOM:
                found.append(
                    {
                        "column": texts.name,
                        "before": texts.levels[codes[point - 1]],
                        "after": texts.levels[codes[point]],
                        "share_of_points": changes,
                    }
                )
        return found


def _told(feature: _Feature, inside: Mask, p: float, points: int) -> dict[str, Any]:
    with np.errstate(all="ignore"):
        middle = np.nanmean if feature.level is not None else np.nanmedian
        values_in, values_out = feature.values[inside], feature.values[~inside]
        known = np.isfinite(values_in).any() and np.isfinite(values_out).any()
        return {
            "column": feature.column,
            "level": feature.level,
            "p_value": p,
            "clear": p <= CLEAR,
            "inside": float(middle(values_in)) if known else None,
            "outside": float(middle(values_out)) if known else None,
            "points": points,
        }


def _few(values: Floats) -> bool:
    return np.unique(values[~np.isnan(values)][:20_000]).size <= 2


def _means(values: Floats, samples: Samples) -> Floats:
    taken = values[samples.rows]
    if samples.single:
        return taken
    known = ~np.isnan(taken)
    sums = np.add.reduceat(np.where(known, taken, 0.0), samples.starts)
    counts = np.add.reduceat(known.astype(float), samples.starts)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))


def _unit(scored: NDArray[np.float64]) -> Floats:
    """Scale to variance one, so that columns of any kind can be held to the same highest value."""
    spread = float(np.sqrt((scored**2).mean()))
    return scored / spread if spread > 0 else scored
