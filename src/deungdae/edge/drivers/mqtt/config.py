"""Reads the configuration of an MQTT broker."""

from deungdae.edge.about import about_tags
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.mqtt.driver import Broker, Driver
from deungdae.edge.drivers.mqtt.messages import Topic
from deungdae.edge.fields import NO_TAG, Fields
from deungdae.records.messages import message

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    host, tls = fields.text("host"), fields.switch("tls", default=True)
    password = None
    if fields.has("password_file"):
        password = fields.secret("password_file")
        if not tls and host not in _LOOPBACK:
            fields.complain(message("Without tls the password would travel in plain words."))
    ca_file = fields.file("ca_file") if fields.has("ca_file") else None
    broker = Broker(
        host=host,
        port=fields.whole("port", 1, 65535, 8883 if tls else 1883),
        tls=tls,
        ca_file=ca_file,
        client_id=fields.text("client_id", "deungdae" if fields.browsing else None),
        user=fields.text("user") if fields.has("user") else None,
        password=password,
        keep_alive_seconds=fields.whole("keep_alive_seconds", 5, 3600, 30),
    )
    topics = []
    for part in fields.tables("topic"):
        topics.append(_topic(part))
        part.close()
    if fields.browsing and not topics:
        topics.append(Topic("#", NO_TAG, "text"))
    return Recipe(lambda: Driver(broker, tuple(topics)), [], about_tags(fields))


def _topic(fields: Fields) -> Topic:
    wanted = fields.text("filter")
    parts = wanted.split("/")
    if any(("+" in p or "#" in p) and len(p) > 1 for p in parts) or "#" in parts[:-1]:
        fields.complain(message("In a filter + and # stand alone, and # only at the end."))
    payload = fields.choice("payload", ("number", "text", "json"), "number")
    fields.asked |= {"fields", "time_field"}
    is_json = payload == "json"
    if is_json != fields.has("fields") or (fields.has("time_field") and not is_json):
        fields.complain(message("A payload of json needs fields; the others have none."))
    names = fields.texts("fields") if is_json else ()
    timed = is_json and fields.has("time_field")
    time_field = fields.text("time_field") if timed else None
    return Topic(wanted, fields.tag("tag"), payload, names, time_field)
