"""Where the nodes of Sparkplug groups connect, as a page tells it."""

from dataclasses import dataclass

from django.conf import settings

from deungdae.bus import mqtt
from deungdae.web.plant.models import SparkplugGroup


@dataclass(frozen=True)
class Broker:
    """What is set at a node. `ours`: the broker is the embedded one, and the password from us."""

    address: str
    tls: bool
    ours: bool
    loopback: bool  #: only programs of this very computer reach it
    user: str
    host_id: str
    topics: str


def broker_of(group: SparkplugGroup) -> Broker:
    """Return what is set at the nodes of a group."""
    told = settings.MQTT
    if told.url is not None:
        default = 8883 if told.url.scheme == "mqtts" else 1883
        host, port = told.url.hostname or "", told.url.port or default
        tls = told.url.scheme == "mqtts"
    else:
        where = mqtt.listening(settings.BUS.folder)
        host, port = (where.host, where.port) if where else (told.bind, told.port)
        tls = told.certificate is not None
    return Broker(
        address=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        tls=tls,
        ours=told.embedded,
        loopback=told.embedded and host in ("127.0.0.1", "localhost", "::1"),
        user=group.group,
        host_id=mqtt.host_id(group.group),
        topics=f"spBv1.0/{group.group}/#",
    )
