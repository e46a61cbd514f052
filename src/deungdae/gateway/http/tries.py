"""Wrong codes, counted by address: whoever guesses is made to wait."""

import ipaddress
from collections.abc import Callable
from contextlib import suppress

from deungdae.gateway.http.answers import Failure

WRONG_PER_MINUTE = 10  #: of one address. A bound of all together would let anyone lock all out
MOST_ADDRESSES = 100_000
_MINUTE_S = 60.0


class Tries:
    """Stocks of tries that fill up steadily; only what was wrong is taken from them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stocks: dict[str, tuple[float, float]] = {}

    def begin(self, address: str) -> None:
        """Take a try, before it is known whether it is wrong; raise `Failure` 429 without one."""
        name = _network(address)
        if self._stock(name) < 1:
            raise Failure(429, "too many wrong codes came from here; try again in a minute", 60)
        self._add(name, -1)

    def right(self, address: str) -> None:
        """Give a try back: it was not wrong."""
        self._add(_network(address), 1)

    def _stock(self, name: str) -> float:
        stock, since = self._stocks.get(name, (float(WRONG_PER_MINUTE), self._monotonic()))
        filled = (self._monotonic() - since) * WRONG_PER_MINUTE / _MINUTE_S
        return min(WRONG_PER_MINUTE, stock + filled)

    def _add(self, name: str, tries: int) -> None:
        stock = min(WRONG_PER_MINUTE, self._stock(name) + tries)
        self._stocks.pop(name, None)
        self._stocks[name] = (stock, self._monotonic())
        if len(self._stocks) > MOST_ADDRESSES:
            del self._stocks[next(iter(self._stocks))]  # the one that was quiet longest


def _network(address: str) -> str:
    """Return what one person may hold: an IPv4 address, or 64 bits of IPv6."""
    with suppress(ValueError):
        found = ipaddress.ip_address(address)
        if found.version == 6:
            mapped = found.ipv4_mapped
            return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return address or "unknown"
