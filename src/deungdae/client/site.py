"""A site of a company: its tags, their history, and causes in both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deungdae.client.asset import Asset
from deungdae.client.errors import DeungdaeClientError
from deungdae.client.result import Result
from deungdae.client.spans import Length, Moment, length_text, moment_text, seconds_of
from deungdae.client.transport import Transport
from deungdae.client.uploading import Progress

if TYPE_CHECKING:
    import pyarrow

MOST_TAGS = 100  #: in one request
ARROW = "application/vnd.apache.arrow.stream"


def _silent(_step: str, _share: float) -> None:
    """Tell nobody."""


class Site:
    """One site; `d.sites()` returns them. Times without a zone are of its time zone."""

    def __init__(
        self, transport: Transport, analyse: Callable[..., Result], told: Mapping[str, Any]
    ) -> None:
        self._transport = transport
        self._analyse = analyse
        self._told = dict(told)

    def __repr__(self) -> str:
        return f"<Site {self.name!r}>"

    @property
    def id(self) -> str:
        """Its id."""
        return str(self._told["id"])

    @property
    def organisation(self) -> str:
        """The id of its organisation."""
        return str(self._told["organisation"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self._told["name"])

    @property
    def time_zone(self) -> str:
        """Its time zone, such as Asia/Seoul."""
        return str(self._told["time_zone"])

    @property
    def main(self) -> bool:
        """Whether it is the main site of its organisation."""
        return bool(self._told["main"])

    def tags(self, words: str = "") -> list[dict[str, Any]]:
        """Return its tags by name, or those with all `words` in their name or label.

        Each has tag, label, unit, expected_seconds, kind (float, int, bool, text) and last_time.
        """
        found: list[dict[str, Any]] = self._transport.json(
            "GET", f"/sites/{self.id}/tags", params={"q": words} if words else {}
        )["items"]
        return found

    def history(
        self,
        tags: str | Sequence[str],
        start: Moment,
        end: Moment,
        every: Length | None = None,
    ) -> "pyarrow.Table":
        """Return the history of tags from `start` to before `end`; needs pyarrow.

            site.history("line1/imm1/temperature", "2026-09-01", "2026-09-02", every="1min")

        Without `every` the points as they were sent: tag, time, value, text, kind, quality, flag,
        source, received. With it (a timedelta, seconds, or a text such as 5min) buckets: tag, time,
        count, mean, min, max, last. Times are UTC; `.to_pandas()` makes a data frame of it.

        For spans that do not fit in memory, `batches` gives the same piece by piece.
        """
        import pyarrow

        found, schema = [], None
        for batch in self.batches(tags, start, end, every):
            schema = batch.schema
            found.append(batch)
        assert schema is not None, "a stream begins with its schema"
        return pyarrow.Table.from_batches([batch for batch in found if batch.num_rows], schema)

    def batches(
        self,
        tags: str | Sequence[str],
        start: Moment,
        end: Moment,
        every: Length | None = None,
    ) -> "Iterator[pyarrow.RecordBatch]":
        """Yield the same as `history` as it comes; the first batch of each request may be empty."""
        names = [tags] if isinstance(tags, str) else sorted(set(tags))
        span = {"start": moment_text(start), "end": moment_text(end)}
        if every is not None:
            span["every"] = length_text(every)
        for place in range(0, len(names) or 1, MOST_TAGS):
            asked = {**span, "tag": names[place : place + MOST_TAGS]}
            yield from self._stream(asked)

    def assets(self, *, kind: str | None = None) -> list[Asset]:
        """Return its lines and machines in their order, or those of a kind (line, machine)."""
        found = self._transport.json("GET", f"/sites/{self.id}/assets")["items"]
        return [
            Asset(self._transport, told) for told in found if kind is None or told["kind"] == kind
        ]

    def now(self) -> dict[str, dict[str, Any]]:
        """Return what each line and machine does at this moment, by its id, as `Asset.now`."""
        found = self._transport.json("GET", f"/sites/{self.id}/now")["items"]
        return {told["asset"]: told for told in found}

    def causes(
        self,
        file: str | Path,
        tags: Sequence[str] | None = None,
        *,
        window: Length | None = None,
        delay: Length | None = None,
        hold: Length | None = None,
        cycle: str | tuple[str, str] | None = None,
        lot: tuple[str, str] | None = None,
        lot_span: tuple[str, str] | None = None,
        line: str | tuple[str, Mapping[str, str]] | None = None,
        progress: Progress = _silent,
        wait: float | None = None,
        **told: Any,
    ) -> Result:
        """Find causes of a table's defects in what the machines measured while parts were made.

            site.causes("inspection.csv", ["line2/imm1/*"], delay="2min", target="result")

        `tags` may hold `*`; without any all tags are taken. `window` is how long before a part to
        look, `delay` how long before its time in the table it was made, `hold` how long a value
        stands without a new one. Rather than the window: `cycle` is the tag of a shot counter, with
        the column of shot numbers if there is one; `lot` the tag that shows the lot and the column
        of lots; `lot_span` two columns of times. `line` is the column of the machine, with how tags
        of each of its values begin if they are not called the same.

        What else is told (`target`, `bad`, `time_column`, `by` …) and what is raised is as for
        `Deungdae.analyse`.
        """
        history: dict[str, Any] = {"tags": list(tags or ())}
        for name, length in (("window_s", window), ("delay_s", delay), ("hold_s", hold)):
            if length is not None:
                history[name] = seconds_of(length)
        if cycle is not None:
            tag, column = (cycle, None) if isinstance(cycle, str) else cycle
            history["cycle"] = {"tag": tag, "column": column}
        if lot is not None:
            history["lot"] = {"tag": lot[0], "column": lot[1]}
        if lot_span is not None:
            history["span"] = {"start": lot_span[0], "end": lot_span[1]}
        if line is not None:
            column, prefixes = (line, {}) if isinstance(line, str) else line
            history["line"] = {"column": column, "prefixes": dict(prefixes)}
        return self._analyse(
            file,
            organisation=self.organisation,
            history=history,
            progress=progress,
            wait=wait,
            **told,
        )

    def _stream(self, asked: Mapping[str, Any]) -> "Iterator[pyarrow.RecordBatch]":
        import pyarrow

        path = f"/sites/{self.id}/history"
        with self._transport.stream(path, params=asked, accept=ARROW) as body:
            try:
                reader = pyarrow.ipc.open_stream(body)
                yield pyarrow.RecordBatch.from_pylist([], schema=reader.schema)
                yield from reader
            except (pyarrow.ArrowInvalid, OSError) as error:
                raise DeungdaeClientError(
                    "The history broke off before its end; ask again."
                ) from error
