"""What pages ask of watches."""

from collections.abc import Mapping
from typing import Any

from deungdae.bus import Unavailable
from deungdae.bus.desk import Handler
from deungdae.bus.given import Given
from deungdae.monitor.watches import drift, learning, previews
from deungdae.monitor.watches.book import Book
from deungdae.monitor.watches.by_now import with_minute, with_open
from deungdae.monitor.watches.store import MINUTE_US, Key
from deungdae.records.errors import PublicError, UnusableOption

WAIT_SECONDS = 18.0
MOST_POINTS = 1_500  #: of scores on a picture


class Questions:
    """Answers about the watches of one organisation. Times are microseconds since 1970 UTC."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def quick(self) -> Mapping[str, Handler]:
        """Return the handlers by name."""
        return {
            "watches": self.all,
            "watch": self.one,
            "watch_learn": self.learn,
            "watch_preview": self.preview,
        }

    def now(self, key: Key) -> dict[str, Any]:
        """Return how a watch stands: {"watch", "state", "score", "at", "blames", …}.

        `state` is "waiting" (for the end of the good period, or for its turn), "learning",
        "failed", "watching", "anomaly", "stopped" (the machine stands), "silent" or "ended".
        `score` is a share of the limit; below 0, where a row is more usual than most, it is told
        as 0.
        """
        book = self._book
        wanted, followed = book.wanted.get(key), book.followed.get(key)
        found: dict[str, Any] = {"watch": key[1], "revision": wanted.revision if wanted else None}
        if wanted is None:
            return found | {"state": "ended"}
        if followed is None or followed.wanted != wanted:
            if book.learning == key:
                return found | {"state": "learning"}
            known = book.store.learned(*key)
            if known and known.state == "failed" and known.revision == wanted.revision:
                return found | {"state": "failed", "problem": known.document["problem"]}
            return found | {"state": "waiting", "until": wanted.end_us}
        last, anomaly = followed.last, followed.anomaly
        state = "watching"
        if book.learning == key:
            state = "learning"
        elif anomaly is not None and anomaly.open:
            state = "anomaly"
        elif followed.running is False:
            state = "stopped"
        elif followed.silent:
            state = "silent"
        shift = book.drifts.get(key)
        return found | {
            "state": state,
            "score": max(0.0, last.score) if last and last.score is not None else None,
            "place": last.place if last else None,
            # A row that was whole is closed before its end.
            "at": min(last.end_us, book.context.now_us()) if last else None,
            "anomaly": anomaly.began if anomaly and anomaly.open else None,
            "blames": anomaly.blames if anomaly and anomaly.open else [],
            "drift": None if shift is None else shift | self._why(followed.wanted.name, shift),
        }

    @staticmethod
    def _why(name: str, shift: dict[str, Any]) -> dict[str, Any]:
        return {"says": learning.said(drift.why(name, shift))}

    def all(self, organisation: str, given: Given) -> dict[str, Any]:
        """`watches {}`: how each stands."""
        given.nothing_else()
        mine = [key for key in self._book.wanted if key[0] == organisation]
        return {"watches": {key[1]: self.now(key) for key in mine}}

    def one(self, organisation: str, given: Given) -> dict[str, Any]:
        """`watch {watch, start, end}`: how it stands, what was learned, scores and anomalies.

        Of a watch that was ended, all that was kept.
        """
        watch, (start, end) = given.needed("watch"), given.span()
        given.nothing_else()
        key = organisation, watch
        store = self._book.store
        known = store.learned(*key)
        if known is None:
            self._known(key)
        every = max(1, (end - start) // MINUTE_US // MOST_POINTS)
        scores = store.minutes(*key, start, end, every)
        anomalies = store.anomalies(*key, start, end)
        now = self.now(key)
        followed = self._book.followed.get(key)
        if followed is not None:
            # What is kept is a minute old: a page shows it beside how it stands now.
            scores = with_minute(scores, followed.under_way(), start, end, every * MINUTE_US)
            anomalies = with_open(anomalies, followed.anomaly)
        if now["state"] == "ended":
            # One that went on when the watch was ended, or while the monitor was away.
            anomalies = [one._replace(open=False) for one in anomalies]
        elif now.get("anomaly") and anomalies and anomalies[-1].open:
            now["anomaly"] = anomalies[-1].began
        return {
            "now": now,
            "learned": learning.told(known) if known and known.state == "learned" else None,
            "scores": [list(one) for one in scores],
            "every_us": every * MINUTE_US,
            "anomalies": [one._asdict() for one in anomalies],
        }

    def learn(self, organisation: str, given: Given) -> dict[str, Any]:
        """`watch_learn {watch}`: learn the same period once more, such as after a failure."""
        key = organisation, given.needed("watch")
        given.nothing_else()
        self._known(key)
        self._book.learn_again(key)
        return {"ok": True}

    def preview(self, organisation: str, given: Given) -> dict[str, Any]:
        """`watch_preview {asset?, tags, start, end}`: what a good period would be made of."""
        asset, tags = given.word("asset"), given.tags()
        start, end = given.span()
        given.nothing_else()
        looking = previews.preview(self._book.context, organisation, asset, tags, start, end)
        try:
            return self._book.context.wait(looking, WAIT_SECONDS)
        except (TimeoutError, Unavailable) as error:
            raise PublicError(
                "The history did not answer in time. Please ask again in a moment, or for a "
                "shorter time."
            ) from error

    def _known(self, key: Key) -> None:
        if key not in self._book.wanted:
            raise UnusableOption(
                "The monitoring knows nothing of this watch: it was made a moment ago, or it was "
                "ended before anything was learned."
            )
