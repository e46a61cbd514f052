"""What a person is told when something cannot be done; the sentences are translated here."""

from typing import Any

from deungdae.records.errors import DeungdaeError


class Refused(DeungdaeError):  # noqa: N818 - the words a reader would say
    """What was asked cannot be done; `sentence` says why, in the reader's language."""

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence
        super().__init__(str(sentence))
