"""Wrong codes, counted by address: whoever guesses is made to wait."""

import ipaddress
from collections.abc import Callable
from contextlib import suppress

from deungdae.gateway.http.answers import Failure

WRONG_PER_MINUTE = 10  #: of one address
ALL_WRONG_PER_MINUTE = 600  #: of all addresses together
MOST_ADDRESSES = 10_000
_MINUTE_S = 60.0
_ALL = ""


class Tries:
    """Stocks of tries that fill up steadily; only what was wrong is taken from them."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._stocks: dict[str, tuple[float, float]] = {}

    def begin(self, address: str) -> None:
        """Take a try, before it is known whether it is wrong; raise `Failure` 429 without one."""
        network = _network(address)
        for name, most in ((network, WRONG_PER_MINUTE), (_ALL, ALL_WRONG_PER_MINUTE)):
            if self._stock(name, most) < 1:
                raise Failure(429, "too many wrong codes came from here; try again in a minute", 60)
        self._add(network, WRONG_PER_MINUTE, -1)
        self._add(_ALL, ALL_WRONG_PER_MINUTE, -1)

    def right(self, address: str) -> None:
        """Give a try back: it was not wrong."""
        self._add(_network(address), WRONG_PER_MINUTE, 1)
        self._add(_ALL, ALL_WRONG_PER_MINUTE, 1)

    def _stock(self, name: str, most: int) -> float:
        stock, since = self._stocks.get(name, (float(most), self._monotonic()))
        return min(most, stock + (self._monotonic() - since) * most / _MINUTE_S)

    def _add(self, name: str, most: int, tries: int) -> None:
        stock = min(most, self._stock(name, most) + tries)
        self._stocks.pop(name, None)
        self._stocks[name] = (stock, self._monotonic())
        if len(self._stocks) > MOST_ADDRESSES:
            # The one that was quiet longest; the stock of all together is always among the newest.
            del self._stocks[next(iter(self._stocks))]


def _network(address: str) -> str:
    """Return what one person may hold: an IPv4 address, or 64 bits of IPv6."""
    with suppress(ValueError):
        found = ipaddress.ip_address(address)
        if found.version == 6:
            mapped = found.ipv4_mapped
            return str(mapped or ipaddress.ip_network((found, 64), strict=False))
    return address or "unknown"
