"""A file goes to the server in pieces; after a break it goes on where it stopped."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from deungdae.client.errors import DeungdaeClientError, NotReachable, WrongOffset
from deungdae.client.transport import Transport

PIECE = 8 << 20  #: bytes
#: Breaks in a row without one byte of progress after which sending is given up.
MOST_BREAKS = 3

Progress = Callable[[str, float], None]


def send(
    transport: Transport,
    path: Path,
    *,
    upload: Mapping[str, Any] | None,
    organisation: str | None,
    progress: Progress,
) -> dict[str, Any]:
    """Send a file and have it read; `upload` is one that was begun before and goes on.

    Raises `DeungdaeClientError` when `upload` is of another size than the file.
    """
    size = path.stat().st_size
    if upload is None:
        wanted = {"organisation": organisation} if organisation else {}
        upload = transport.json(
            "POST", "/uploads", json={"name": path.name, "size": size, **wanted}
        )
    elif upload["size"] != size:
        raise DeungdaeClientError(
            f"{path.name} has {size} bytes; the one that was begun has {upload['size']}."
        )
    where = f"/uploads/{upload['id']}"
    with path.open("rb") as file:
        _pour(transport, f"{where}/content", file, size, progress)
    # A second time changes nothing: it may be asked again after a break.
    done: dict[str, Any] = transport.json("POST", f"{where}/complete", again=True)
    return done


def _pour(
    transport: Transport, content: str, file: BinaryIO, size: int, progress: Progress
) -> None:
    offset = int(transport.json("GET", content)["offset"])
    breaks = 0
    while offset < size:
        progress("sending", offset / size)
        file.seek(offset)
        try:
            answer = transport.json(
                "PATCH",
                content,
                content=file.read(PIECE),
                headers={
                    "Upload-Offset": str(offset),
                    "Content-Type": "application/octet-stream",
                },
            )
            reached = int(answer["offset"])
        except WrongOffset as error:
            reached = int(error.details["offset"])
        except NotReachable:
            if breaks == MOST_BREAKS:
                raise
            # Part of the piece may have come: only the server knows how much.
            reached = int(transport.json("GET", content)["offset"])
        breaks = 0 if reached > offset else breaks + 1
        if breaks > MOST_BREAKS:
            raise DeungdaeClientError("The server takes no more of this file; send it again.")
        offset = reached
    progress("sending", 1.0)
