"""How many points an organisation may send, and for how long it must wait otherwise."""

import math
from collections.abc import Callable

from deungdae.gateway.http.answers import Failure
from deungdae.gateway.sinks import Allowance, Quotas
from deungdae.records.messages import message

_MINUTE_S = 60.0
_MOST_KNOWN = 100_000  # organisations; one that has been forgotten starts with a full minute


class NoQuotas:
    """Every organisation may send what it likes."""

    async def find(self, organisation: str) -> Allowance:
        """Return an allowance without bound."""
        return Allowance()


class Meter:
    """Counts points of organisations against their allowances, in this process.

    Each has a stock of one minute's points that fills up steadily. A request is taken while
    anything is left, so that one larger than the whole stock can be taken at all; the next waits
    until the stock is above nothing again.
    """

    def __init__(self, quotas: Quotas, monotonic: Callable[[], float]) -> None:
        self._quotas = quotas
        self._monotonic = monotonic
        self._stocks: dict[str, tuple[float, float]] = {}

    async def take(self, organisation: str, points: int) -> None:
        """Count points; raise `Failure` 429 while the organisation has none left."""
        most = (await self._quotas.find(organisation)).points_per_minute
        if most is None:
            return
        now = self._monotonic()
        stock, since = self._stocks.pop(organisation, (float(most), now))
        stock = min(most, stock + (now - since) * most / _MINUTE_S)
        if stock > 0:
            self._stocks[organisation] = (stock - points, now)
        else:
            self._stocks[organisation] = (stock, now)
            wait_s = _MINUTE_S if most == 0 else max(1, math.ceil((1 - stock) * _MINUTE_S / most))
            raise Failure(
                429,
                f"this organisation may send {most} points a minute and has sent more; "
                f"nothing of this request was stored; send it again after {int(wait_s)} seconds",
                int(wait_s),
                said=message(
                    "This organisation may send {most} points a minute and sends more. Nothing "
                    "more is taken until the minute has passed; senders keep it and send it again.",
                    most=most,
                ),
            )
        if len(self._stocks) > _MOST_KNOWN:
            del self._stocks[next(iter(self._stocks))]
