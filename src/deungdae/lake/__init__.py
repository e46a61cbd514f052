"""Tables as versioned Delta tables, originals byte for byte: the only place that speaks Delta."""

from deungdae.lake.originals import Original
from deungdae.lake.references import TableRef
from deungdae.lake.store import Store

__all__ = ["Original", "Store", "TableRef"]
