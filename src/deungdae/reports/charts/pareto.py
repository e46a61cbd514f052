"""Pareto: which defect is frequent, and how much of all defects the first few make up."""

from collections.abc import Mapping
from itertools import accumulate

import altair as alt

from deungdae.reports.charts.frame import INK, NEUTRAL, Picture, drawn, values
from deungdae.reports.terminal import columns
from deungdae.reports.words import Words

_BAR = 30
_SHOWN = 12
_PLOT, _LETTER = 280.0, 6.5  #: width of the bars with their labels, of a digit (px)


def pareto(
    words: Words, counts: Mapping[str, int], *, prefix: str, by: tuple[str, str] | None = None
) -> Picture | None:
    """Draw the number of defects of each reason, the most frequent first.

    `by`: a caption and the head of the first column, where they are counted by something else.
    None if there are fewer than two reasons with defects, for then there is nothing to compare.
    """
    ordered = sorted(((n, r) for r, n in counts.items() if n), key=lambda e: (-e[0], e[1]))
    if len(ordered) < 2:
        return None
    total = sum(n for n, _ in ordered)
    shares = [done / total for done in accumulate(n for n, _ in ordered)]
    first = ordered[0]
    caption, head = by or (words.say("Defects by reason"), words.say("Reason of the defect"))
    summary = (
        words.say(
            "Most are of {what}: {n} of {total} ({share}).",
            what=first[1],
            n=first[0],
            total=total,
            share=words.percent(first[0] / total),
        )
        if by
        else words.say(
            "{reason} is the most frequent defect: {n} of {total} ({share}).",
            reason=first[1],
            n=first[0],
            total=total,
            share=words.percent(first[0] / total),
        )
    )
    rows = [
        {
            "reason": reason,
            "n": n,
            "text": words.say("{n} · {share} cumulative", n=n, share=words.percent(share)),
        }
        for (n, reason), share in zip(ordered[:_SHOWN], shares, strict=False)
    ]
    # the longest bar ends early: its label stands behind it
    behind = min(0.7 * _PLOT, max(columns(str(row["text"])) for row in rows) * _LETTER + 8)
    end = first[0] * _PLOT / (_PLOT - behind)
    x = alt.X("n:Q", scale=alt.Scale(domain=[0, end], nice=False), axis=None)
    axis = alt.Axis(
        title=None, domain=False, ticks=False, labelLimit=130, labelPadding=8, labelColor=INK
    )
    base = alt.Chart(values(rows))
    y = alt.Y("reason:N", sort=None, axis=axis, scale=alt.Scale(paddingInner=0.3))
    layers = [
        base.mark_bar(color=NEUTRAL).encode(x=x, y=y),
        base.mark_text(align="left", dx=6).encode(x=x, y=y, text=alt.Text("text:N")),
    ]
    return Picture(
        svg=drawn(
            layers,
            height=_BAR * len(rows),
            lang=words.lang,
            summary=summary,
            prefix=prefix,
        ),
        caption=caption,
        summary=summary,
        header=(head, words.say("Bad"), words.say("Cumulative share")),
        rows=[
            (reason, words.number(n), words.percent(share))
            for (n, reason), share in zip(ordered, shares, strict=True)
        ],
    )
