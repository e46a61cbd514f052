"""What came of an analysis."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deungdae.client.errors import BeingWritten
from deungdae.client.transport import Transport

if TYPE_CHECKING:
    import pandas
    import pyarrow

ENDINGS = ("html", "pdf", "xlsx")
LONGEST_WRITING = 600.0  #: seconds that a file of a report is waited for


class Result:
    """A finished analysis: `document` is the method's result, `answer` its first sentence."""

    def __init__(self, transport: Transport, analysis: Mapping[str, Any]) -> None:
        self._transport = transport
        self.analysis = dict(analysis)
        self._kept: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<Result {self.analysis['title']!r}: {self.answer}>"

    @property
    def id(self) -> str:
        """The analysis's id."""
        return str(self.analysis["id"])

    @property
    def answer(self) -> str:
        """The report's first sentence, in the client's language."""
        return str(self.analysis["answer"] or "")

    @property
    def page(self) -> str:
        """The address of the report, for people of the same organisation."""
        return str(self.analysis["page"])

    @property
    def document(self) -> dict[str, Any]:
        """The result as the method gave it; fetched once."""
        return self._fetched("document")

    @property
    def figures(self) -> dict[str, Any]:
        """The numbers from which the pictures are drawn; fetched once."""
        return self._fetched("figures")

    @property
    def verdicts(self) -> list[tuple[dict[str, Any], str]]:
        """For each group of parts what it is and its verdict: clear, suspected, none or
        not_enough_data."""
        strata = self.document.get("strata", ())
        return [(dict(s["where"]), str(s["verdict"])) for s in strata]

    @property
    def comparison(self) -> dict[str, Any] | None:
        """What changed since the last file of this shape; None for the first."""
        return self._fetched("comparison") if self.analysis["previous"] else None

    def save(self, target: str | Path, *, lang: str | None = None) -> Path:
        """Save the report; the ending of the name (.html, .pdf, .xlsx) says in which form.

        `lang` is ko or en, and the client's language when left out. The files of a report are
        written some seconds after its result; they are waited for. Raises `ValueError` for
        another ending.
        """
        path = Path(target)
        ending = path.suffix.removeprefix(".").lower()
        if ending not in ENDINGS:
            raise ValueError(f"{path.name}: a report ends in .html, .pdf or .xlsx")
        options = {"params": {"lang": lang}} if lang else {}
        until = time.monotonic() + LONGEST_WRITING
        while True:
            try:
                self._transport.save(f"/analyses/{self.id}/report.{ending}", path, **options)
            except BeingWritten as error:
                if time.monotonic() > until:
                    raise
                time.sleep(float(error.details.get("seconds", 1)))
            else:
                return path

    def findings(self) -> list[dict[str, Any]]:
        """Return each cause as one flat row: its group, its region and how sure it is."""
        return list(self._rows())

    def to_arrow(self) -> "pyarrow.Table":
        """Return the findings as an Arrow table; needs pyarrow."""
        import pyarrow

        return pyarrow.Table.from_pylist(self.findings(), schema=_schema())

    def to_pandas(self) -> "pandas.DataFrame":
        """Return the findings as a data frame; needs pandas (the extra `pandas`)."""
        import pandas

        return pandas.DataFrame(self.findings(), columns=[name for name, _kind in _COLUMNS])

    def _rows(self) -> Iterator[dict[str, Any]]:
        for stratum in self.document.get("strata", ()):
            where = "; ".join(
                f"{column} = {', '.join(map(str, values))}"
                for column, values in stratum["where"].items()
            )
            for cause in stratum["causes"]:
                low, high = cause.get("ci95") or (None, None)
                yield {
                    "where": where,
                    "reason": stratum["reason"],
                    "verdict": stratum["verdict"],
                    "rank": cause["rank"],
                    "columns": list(cause["columns"]),
                    "rate_inside": cause.get("rate_inside"),
                    "rate_outside": cause.get("rate_outside"),
                    "n_inside": cause["n_inside"],
                    "n_outside": cause["n_outside"],
                    "risk_ratio": cause.get("risk_ratio"),
                    "ci95_low": low,
                    "ci95_high": high,
                    "q_value": cause["q_value"],
                    "holds_later": cause["holds_later"],
                    "stability": cause["stability"],
                    "warnings": list(cause["warnings"]),
                }

    def _fetched(self, what: str) -> dict[str, Any]:
        if what not in self._kept:
            self._kept[what] = self._transport.json("GET", f"/analyses/{self.id}/{what}")
        found: dict[str, Any] = self._kept[what]
        return found


#: The columns of `findings`. Rates and ratios are shares and factors; an infinite one is null.
_COLUMNS = (
    ("where", "string"),
    ("reason", "string"),
    ("verdict", "string"),
    ("rank", "int64"),
    ("columns", "strings"),
    ("rate_inside", "float64"),
    ("rate_outside", "float64"),
    ("n_inside", "int64"),
    ("n_outside", "int64"),
    ("risk_ratio", "float64"),
    ("ci95_low", "float64"),
    ("ci95_high", "float64"),
    ("q_value", "float64"),
    ("holds_later", "bool"),
    ("stability", "float64"),
    ("warnings", "strings"),
)


def _schema() -> "pyarrow.Schema":
    import pyarrow

    kinds = {
        "string": pyarrow.string(),
        "strings": pyarrow.list_(pyarrow.string()),
        "int64": pyarrow.int64(),
        "float64": pyarrow.float64(),
        "bool": pyarrow.bool_(),
    }
    return pyarrow.schema([(name, kinds[kind]) for name, kind in _COLUMNS])
