"""The one place where errors of the Delta and Arrow libraries become errors of Deungdae.

TableNotFoundError                    → UnusableOption  there is no such table
CommitFailedError                     → PublicError     somebody else wrote it
DeltaProtocolError, SchemaMismatchError, DeltaError,
ArrowInvalid, FileNotFoundError       → PublicError     the stored table is damaged
OSError                               → PublicError     the disk says no
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from deungdae.records.errors import PublicError, UnusableOption


@contextmanager
def told_plainly(table: str, folder: Path) -> Iterator[None]:
    """Let errors that arise while `table` in `folder` is read or written leave as public ones."""
    try:
        yield
    except TableNotFoundError as error:
        raise no_such_table(table) from error
    except CommitFailedError as error:
        raise PublicError(
            "The table {table} was changed by somebody else at the same moment; "
            "nothing was stored. Please try again.",
            table=table,
        ) from error
    except (DeltaError, pa.ArrowInvalid, FileNotFoundError) as error:
        raise damaged(table, folder) from error
    except OSError as error:
        raise PublicError(
            "The table {table} could not be read or written: {reason}.",
            table=table,
            reason=error.strerror or str(error),
        ) from error


def no_such_table(table: str) -> UnusableOption:
    """Return the error that says there is no table of this name."""
    return UnusableOption("There is no stored table {table}.", table=table)


def no_such_version(table: str, version: int) -> UnusableOption:
    """Return the error that says the table has no such version."""
    return UnusableOption(
        "The stored table {table} has no version {version}.", table=table, version=version
    )


def damaged(table: str, folder: Path) -> PublicError:
    """Return the error that says the stored files of the table are not as they were written."""
    return PublicError(
        "The stored table {table} is damaged and cannot be read. "
        "The original file is kept: move {folder} away and import it again.",
        table=table,
        folder=str(folder),
    )
