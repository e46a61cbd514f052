"""What can go wrong on the bus, in two words that a caller can act on."""

from deungdae.records.errors import DeungdaeError


class Unavailable(DeungdaeError):  # noqa: N818 - the word a caller would say
    """The bus did not confirm; whether it stored is unknown. The same again, later, is safe."""


class Full(Unavailable):
    """The bus has no room: what waits for the writer fills it. Nothing was stored."""
