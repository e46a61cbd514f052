"""The errors of Deungdae, as a tree.

    DeungdaeError
    └── PublicError        its message may be shown to the person who asked
        ├── UnusableFile   the file cannot be read as a table
        ├── UnusableOption an option names something that is not there, or makes no sense
        └── RunFailed      a run ended without a result
            ├── RunOutOfMemory
            └── RunCancelled

Only the text of a `PublicError` reaches a user; whatever else is raised is logged and reported
without its text.
"""

from deungdae.records.messages import Message, Value


class DeungdaeError(Exception):
    """Any error that Deungdae raises on purpose."""


class PublicError(DeungdaeError):
    """An error whose message was written for the person who asked.

    `template` is an English sentence with named placeholders; the translation files hold the
    Korean one.
    """

    def __init__(self, template: str, /, **values: Value) -> None:
        self.message = Message(template, values)
        super().__init__(str(self.message))

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross from a run's process to the one that waits for it.
        return _restore, (type(self), self.message.template, dict(self.message.values))


def _restore(kind: type[PublicError], template: str, values: dict[str, Value]) -> PublicError:
    return kind(template, **values)


class UnusableFile(PublicError):  # noqa: N818 - the word a reader would say
    """The file cannot be read as a table."""


class UnusableOption(PublicError):  # noqa: N818
    """An option names something that is not in the data, or contradicts another."""


class RunFailed(PublicError):  # noqa: N818
    """A run ended without a result."""


class RunOutOfMemory(RunFailed):
    """A run was stopped because it needed more memory than it is allowed."""


class RunCancelled(RunFailed):
    """A run was stopped because somebody asked for it."""
