"""The one place where errors of the Delta and Arrow libraries become errors of Deungdae.

TableNotFoundError                    → UnusableOption  there is no such table
CommitFailedError                     → PublicError     somebody else wrote it
DeltaError and its others, ArrowInvalid
    that carry an error of the system → as OSError
    that do not                       → PublicError     the stored table is damaged
OSError while writing                 → PublicError     the disk says no
OSError while reading                 → PublicError     the disk says no; a file that is not
                                                        there is damage
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

from deungdae.records.errors import PublicError, UnusableOption


@contextmanager
def reading(table: str, folder: Path) -> Iterator[None]:
    """Let errors that arise while `table` in `folder` is read leave as public errors."""
    try:
        yield
    except TableNotFoundError as error:
        raise no_such_table(table) from error
    except (DeltaError, pa.ArrowInvalid, FileNotFoundError) as error:
        reason = _reason_of_system(error)
        raise (_disk(table, reason) if reason else damaged(table, folder)) from error
    except OSError as error:
        raise _disk(table, error.strerror or str(error)) from error


@contextmanager
def writing(table: str, folder: Path) -> Iterator[None]:
    """Let errors that arise while `table` in `folder` is written leave as public errors."""
    with reading(table, folder):
        try:
            yield
        except CommitFailedError as error:
            raise PublicError(
                "The table {table} was changed by somebody else at the same moment; "
                "nothing was stored. Please try again.",
                table=table,
            ) from error
        except FileNotFoundError as error:
            raise _disk(table, error.strerror or str(error)) from error


def _reason_of_system(error: Exception) -> str | None:
    # A full disk arrives as the text of a Delta error, with the system's number at its end.
    number = re.search(r"\(os error (\d+)\)", str(error))
    return os.strerror(int(number[1])) if number else None


def _disk(table: str, reason: str) -> PublicError:
    return PublicError(
        "The table {table} could not be stored or read: {reason}. "
        "What was stored before is as it was.",
        table=table,
        reason=reason,
    )


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
