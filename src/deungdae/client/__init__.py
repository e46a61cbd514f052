"""A client for programs: hand a table in, wait for its causes, save the report.

It knows the API alone and no other part of Deungdae.
"""

from deungdae.client.asset import Asset
from deungdae.client.connection import Deungdae
from deungdae.client.errors import (
    ApiError,
    Away,
    BeingWritten,
    DeungdaeClientError,
    Failed,
    Invalid,
    NotAllowed,
    NotAuthorised,
    NotFound,
    NotReachable,
    Refused,
    ServerError,
    TimedOut,
    TooMany,
    Unusable,
    WrongOffset,
)
from deungdae.client.result import Result
from deungdae.client.site import Site

__all__ = [
    "ApiError",
    "Asset",
    "Away",
    "BeingWritten",
    "Deungdae",
    "DeungdaeClientError",
    "Failed",
    "Invalid",
    "NotAllowed",
    "NotAuthorised",
    "NotFound",
    "NotReachable",
    "Refused",
    "Result",
    "ServerError",
    "Site",
    "TimedOut",
    "TooMany",
    "Unusable",
    "WrongOffset",
]
