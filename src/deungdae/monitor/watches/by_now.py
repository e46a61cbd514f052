"""What is kept of a watch, brought up to this moment: it is written down minute by minute."""

from collections.abc import Sequence

from deungdae.monitor.watches.store import Anomaly, Minute


def with_minute(
    scores: Sequence[Minute], more: Minute | None, start: int, end: int, every_us: int
) -> list[Minute]:
    """Return scores of a time with the minute under way, as they are put together by `every_us`."""
    if more is None or more.score is None or not start <= more.minute < end:
        return list(scores)
    more = more._replace(minute=more.minute // every_us * every_us)
    if scores and scores[-1].minute == more.minute:
        same = scores[-1]
        return [*scores[:-1], Minute(same.minute, *map(_greater, same[1:], more[1:]))]
    return [*scores, more]


def _greater(one: float | None, other: float | None) -> float | None:
    return max((x for x in (one, other) if x is not None), default=None)


def with_open(anomalies: Sequence[Anomaly], now: Anomaly | None) -> Sequence[Anomaly]:
    """Return anomalies, the last as it is now where it goes on: that may have begun earlier."""
    if now is None or not anomalies or not anomalies[-1].open:
        return anomalies
    last = anomalies[-1]
    if last.began > now.began or now.began > last.ended:
        return anomalies
    higher = now.peak > last.peak
    last = last._replace(
        ended=max(last.ended, now.ended),
        peak=now.peak if higher else last.peak,
        peak_at=now.peak_at if higher else last.peak_at,
        blames=now.blames or last.blames,
        open=now.open,
    )
    return [*anomalies[:-1], last]
