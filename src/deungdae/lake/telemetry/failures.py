"""The one place where errors of Delta, Arrow and DuckDB about points become errors of Deungdae.

OSError, and others that carry one     → PublicError   the disk says no
FileNotFoundError, DeltaError,         → PublicError   a stored file is damaged or gone
    ArrowInvalid, IOException,
    InvalidInputException,
    SerializationException
OutOfMemoryException                   → PublicError   the question is too large
InterruptException                     → PublicError   its time was up
others                                 as they are: a mistake in the program
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
from deltalake.exceptions import DeltaError

from deungdae.records.errors import PublicError


@contextmanager
def public() -> Iterator[None]:
    """Let errors that arise while points are stored or read leave as public errors."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise PublicError(
            "There is not enough memory for this question. Choose a shorter span."
        ) from error
    except duckdb.InterruptException as error:
        raise PublicError(
            "The question took too long and was ended, so that others are answered. Choose a "
            "shorter span, fewer tags or a longer interval."
        ) from error
    except (
        FileNotFoundError,
        DeltaError,
        pa.ArrowInvalid,
        duckdb.IOException,
        duckdb.InvalidInputException,
        duckdb.SerializationException,
    ) as error:
        # A full disk arrives as the text of an error, with the system's number at its end.
        number = re.search(r"\(os error (\d+)\)", str(error))
        raise (_disk(os.strerror(int(number[1]))) if number else damaged()) from error
    except OSError as error:
        raise _disk(error.strerror or str(error)) from error


def damaged() -> PublicError:
    """Return the error that says the stored files are not as they were written."""
    return PublicError(
        "The stored points cannot be read: a file is damaged or missing. Restore it from a backup."
    )


def changed() -> PublicError:
    """Return the error that says somebody without our lock wrote at the same moment."""
    return PublicError(
        "The stored points were changed by somebody else at the same moment; "
        "nothing was stored. Please try again."
    )


def _disk(reason: str) -> PublicError:
    return PublicError(
        "The points could not be stored or read: {reason}. What was stored before is as it was.",
        reason=reason,
    )
