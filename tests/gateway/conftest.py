"""The fixtures of the gateway's tests."""

from gateway_site import site, start

__all__ = ["site", "start"]
