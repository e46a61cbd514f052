"""Whether this server is ending: answers that stay open look here, so that it need not wait."""

import threading
from typing import Final

#: Set once the server was told to end.
closing: Final = threading.Event()
