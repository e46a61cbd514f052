"""The gateway's HTTP endpoints, as an ASGI application."""

from deungdae.gateway.http.application import Gateway
from deungdae.gateway.http.limits import Limits
from deungdae.gateway.http.quotas import NoQuotas
from deungdae.gateway.sinks import Allowance, Quotas

__all__ = ["Allowance", "Gateway", "Limits", "NoQuotas", "Quotas"]
