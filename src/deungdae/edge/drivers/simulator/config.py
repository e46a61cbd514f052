"""Reads the configuration of a simulated shop."""

from deungdae.edge.about import about_tags
from deungdae.edge.drivers import Recipe
from deungdae.edge.drivers.simulator.driver import Driver
from deungdae.edge.drivers.simulator.shop import Shop
from deungdae.edge.fields import Fields


def read(fields: Fields) -> Recipe:
    """Return how to make the driver; problems go to `fields`."""
    prefix = fields.tag("prefix", "demo")
    shop = Shop(
        seed=fields.whole("seed", 0, 1 << 32, 7),
        heater_drift=fields.number("heater_drift", -10, 10, 0.5),
    )
    every = fields.number("every_seconds", 0.02, 3600, 1.0)
    wrong_us = round(fields.number("wrong_clock_hours", -24, 24, 9.0) * 3_600_000_000)
    tags = [f"{prefix}/{name}" for name in shop.names]
    return Recipe(lambda: Driver(shop, prefix, every, wrong_us), tags, about_tags(fields))
