"""Reads the configuration of an OPC UA server."""

from urllib.parse import urlsplit

from deungdae.edge.about import read_each
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.opcua.driver import Driver, Security, Server
from deungdae.edge.drivers.opcua.nodes import NodeName, Wanted, node_name
from deungdae.edge.fields import Fields
from deungdae.records.messages import message

POLICIES = ("none", "Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    url = fields.text("url")
    parts = urlsplit(url)
    if url and (parts.scheme != "opc.tcp" or not parts.hostname or parts.username):
        fields.complain(message("The url must be like opc.tcp://192.168.0.20:4840."))
    server = Server(
        url=url,
        security=_security(fields),
        user=fields.text("user") if fields.has("user") else None,
        password=fields.secret("password_file") if fields.has("password_file") else None,
        publishing_ms=fields.whole("publishing_ms", 10, 3_600_000, 500),
        sampling_ms=fields.whole("sampling_ms", 10, 3_600_000, 100),
        timeout_seconds=fields.number("timeout_seconds", 0.5, 120, 10),
    )
    wanted, tags, known = read_each(fields, "node", _wanted)
    return Recipe(lambda: Driver(server, wanted), tags, known)


def _wanted(fields: Fields) -> Wanted:
    text = fields.text("id")
    node = node_name(text)
    if text and node is None:
        fields.complain(
            message("The id must be like nsu=urn:example:press;s=Melt, as browse prints it.")
        )
    return Wanted(fields.tag("tag"), node or NodeName("", "i=0"))


def _security(fields: Fields) -> Security | None:
    policy = fields.choice("security", POLICIES)
    names = ("certificate_file", "key_file", "server_certificate_file", "application_uri", "mode")
    fields.asked |= set(names)
    if policy == "none":
        if any(fields.has(name) for name in names):
            fields.complain(message("Without security there are no certificates."))
        return None
    given = fields.has("server_certificate_file")
    return Security(
        policy=policy,
        mode=fields.choice("mode", ("SignAndEncrypt", "Sign"), "SignAndEncrypt"),
        certificate=fields.file("certificate_file"),
        key=fields.file("key_file"),
        server=fields.file("server_certificate_file") if given else None,
        application_uri=fields.text("application_uri"),
    )
