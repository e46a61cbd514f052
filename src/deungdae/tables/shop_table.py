"""What the reader of shop-floor files hands out."""

from dataclasses import dataclass

import pyarrow as pa

from deungdae.records.shoptable import Understanding

QUARANTINE_SCHEMA = pa.schema(
    [("line", pa.int64()), ("reason", pa.string()), ("text", pa.string())]
)


@dataclass(frozen=True)
class ShopTable:
    """A typed table with an account of how it was read.

    `table` keeps the row order of the file; numbers are float64 or int64, text is string, time is
    timestamp("us", tz="UTC"). `quarantine` has one row for each row set aside: its line number in
    the file (the first line is 1), the reason code and the text as it stood.
    """

    table: pa.Table
    understanding: Understanding
    quarantine: pa.Table
