"""The one place where errors of DuckDB become errors of Deungdae.

IOException, InvalidInputException,    → PublicError   a stored file is damaged or gone
    SerializationException
OutOfMemoryException                   → PublicError   the question is too large
others                                 as they are: a mistake in the program
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from deungdae.records.errors import PublicError


@contextmanager
def asking() -> Iterator[None]:
    """Let errors that arise while points are read leave as public errors."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise PublicError(
            "There is not enough memory for this question. Choose a shorter span."
        ) from error
    except (
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.SerializationException,
    ) as error:
        raise PublicError(
            "The stored points cannot be read: a file is damaged or missing. "
            "The operator finds its name in the log."
        ) from error
