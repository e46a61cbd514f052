"""Reads the configuration of a Modbus device."""

from deungdae.edge.about import read_each
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.modbus.decode import (
    BIT_TABLES,
    ORDERS,
    REGISTER_TABLES,
    TYPES,
    Wanted,
)
from deungdae.edge.drivers.modbus.driver import Device, Driver
from deungdae.edge.fields import Fields
from deungdae.records.messages import message

LAST_ADDRESS = 65535


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    device = Device(
        host=fields.text("host"),
        port=fields.whole("port", 1, 65535, 502),
        unit=fields.whole("unit", 0, 255, 1),
        every_seconds=fields.number("every_seconds", 0.02, 86_400, 1),
        timeout_seconds=fields.number("timeout_seconds", 0.1, 60, 3),
        most_gap=fields.whole("most_gap", 0, 100, 8),
    )
    wanted, tags, known = read_each(fields, "value", _wanted)
    return Recipe(lambda: Driver(device, wanted), tags, known)


def _wanted(fields: Fields) -> Wanted:
    table = fields.choice("table", (*REGISTER_TABLES, *BIT_TABLES), "holding")
    bits = table in BIT_TABLES
    kind = fields.choice("type", tuple(TYPES), "bool" if bits else None)
    value = Wanted(
        tag=fields.tag("tag"),
        table=table,
        address=fields.whole("address", 0, LAST_ADDRESS),
        type=kind,
        order=fields.choice("order", ORDERS, "ABCD"),
        bit=fields.whole("bit", 0, 15) if fields.has("bit") else None,
        scale=fields.number("scale", -1e12, 1e12) if fields.has("scale") else None,
        offset=fields.number("offset", -1e12, 1e12) if fields.has("offset") else None,
    )
    if bits and (kind != "bool" or value.bit is not None):
        fields.complain(message("Coils and discrete inputs are of the type bool, without a bit."))
    if kind == "bool" and (value.scale is not None or value.offset is not None):
        fields.complain(message("A value of the type bool has neither scale nor offset."))
    if kind != "bool" and value.bit is not None:
        fields.complain(message("Only a value of the type bool has a bit."))
    if value.address + value.size - 1 > LAST_ADDRESS:
        fields.complain(message("The value reaches beyond the last register."))
    return value
