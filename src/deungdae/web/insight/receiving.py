"""The bytes of a file, piece by piece: where the last one ended, the next one begins.

The offset is the length of the file on the disk, so that it is right after a crash, too.
"""

import os
from collections.abc import Iterable

from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from deungdae.records.errors import DeungdaeError
from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders
from deungdae.web.insight.actions import BeginUpload, CompleteUpload
from deungdae.web.insight.errors import Refused
from deungdae.web.insight.models import Upload

BLOCK = 1 << 20  #: bytes read at a time: memory stays flat whatever the size of the file


class WrongOffset(DeungdaeError):  # noqa: N818 - the words a reader would say
    """A piece does not begin where the last one ended, or broke off; `offset` is where to go on."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"The next piece begins at {offset}.")


def take_piece(
    scope: Scope, upload: Upload, offset: int, coming: int, blocks: Iterable[bytes]
) -> int:
    """Append a piece of `coming` bytes to an upload; return where the next one begins.

    When the file is whole it is handed to the queue. Raises `Refused` when the piece cannot be
    taken, `WrongOffset` when it does not fit or the connection broke; what came is kept.
    """
    with folders.appending(upload) as target:
        there = target.tell()
        if offset != there:
            raise WrongOffset(there)
        if there + coming > upload.size:
            raise Refused(
                _("More bytes came than the file was said to have. Choose the file again.")
            )
        if not folders.has_room(coming):
            raise Refused(
                _("The server's disk is nearly full. What was sent is kept; try again later.")
            )
        room = upload.size - there
        try:
            for block in blocks:
                room -= len(block)
                if room < 0:  # a sender that does not say how much is coming
                    raise Refused(
                        _("More bytes came than the file was said to have. Choose the file again.")
                    )
                target.write(block)
        except (UnreadablePostError, RawPostDataException):
            target.flush()
            raise WrongOffset(target.tell()) from None
        finally:
            target.flush()
            os.fsync(target.fileno())
        there = target.tell()
    if there == upload.size:
        CompleteUpload(scope=scope, upload=upload).perform()
    return there


def take_whole(scope: Scope, name: str, size: int, blocks: Iterable[bytes]) -> Upload:
    """Take a file that is here already; raises `Refused` when there is no room for it."""
    upload = BeginUpload(scope=scope, organisation=scope.current, name=name, size=size).perform()
    take_piece(scope, upload, 0, size, blocks)
    return upload
