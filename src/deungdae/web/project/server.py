"""The server, which tells answers that stay open when it is to end."""

from types import FrameType

import uvicorn

from deungdae.web.core.closing import closing


class Server(uvicorn.Server):
    """Ends within a moment though pages are open: their browsers come back to the next server."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; called by a signal."""
        closing.set()
        super().handle_exit(sig, frame)
