"""An edge node for tests: makes the messages of a node and its device, with or without faults."""

from dataclasses import dataclass, field

from deungdae.gateway.sparkplug.outcomes import Moment
from deungdae.gateway.sparkplug.payloads import Metric, Payload, encode, metric
from deungdae.gateway.sparkplug.values import DataType

BEGIN_MS = 1_764_000_000_000
SECOND = 1_000_000


def at(seconds: float) -> Moment:
    """The host's clocks, some seconds after the edge began."""
    return Moment(BEGIN_MS * 1000 + round(seconds * SECOND), round(seconds * SECOND))


@dataclass
class Edge:
    """Counts its messages as the standard wants; returns (topic, payload)."""

    group: str = "공장"
    edge: str = "사출1"
    bd_seq: int = 7
    seq: int = 0
    born: list[str] = field(default_factory=list)

    def _numbered(self, kind: str, device: str | None, metrics: list[Metric]) -> tuple[str, bytes]:
        topic = "/".join(["spBv1.0", self.group, kind, self.edge, *([device] if device else [])])
        payload = Payload(BEGIN_MS, tuple(metrics), self.seq)
        self.seq = (self.seq + 1) % 256
        return topic, encode(payload)

    def nbirth(self, *more: Metric) -> tuple[str, bytes]:
        self.seq = 0
        metrics = [
            metric("bdSeq", DataType.INT64, self.bd_seq),
            metric("Node Control/Rebirth", DataType.BOOLEAN, False),
            metric("온도", DataType.DOUBLE, 21.5, alias=1),
            *more,
        ]
        return self._numbered("NBIRTH", None, metrics)

    def dbirth(self, device: str = "금형", *more: Metric) -> tuple[str, bytes]:
        metrics = [metric("압력", DataType.INT16, -5, alias=2), *more]
        return self._numbered("DBIRTH", device, metrics)

    def ndata(self, value: float) -> tuple[str, bytes]:
        return self._numbered("NDATA", None, [by_alias(1, DataType.DOUBLE, value)])

    def ddata(self, value: int, device: str = "금형") -> tuple[str, bytes]:
        return self._numbered("DDATA", device, [by_alias(2, DataType.INT16, value)])

    def ddeath(self, device: str = "금형") -> tuple[str, bytes]:
        return self._numbered("DDEATH", device, [])

    def ndeath(self) -> tuple[str, bytes]:
        payload = Payload(BEGIN_MS, (metric("bdSeq", DataType.INT64, self.bd_seq),))
        return f"spBv1.0/{self.group}/NDEATH/{self.edge}", encode(payload)


def by_alias(alias: int, datatype: DataType, value: float | bool | str) -> Metric:
    """A metric of data as the standard wants it: neither name nor datatype."""
    return metric(None, datatype, value, alias=alias, says_datatype=False)
