"""The exit statuses of every command."""

from typing import Final

DONE: Final = 0  #: with a report, whatever its verdict
FAILED: Final = 1  #: a run failed, was stopped or needed too much memory
UNUSABLE: Final = 2  #: a file, an option or a setting cannot be used
