"""The tables of core."""

from deungdae.web.core.models.audit import AuditDetail, AuditEntry, AuditHead
from deungdae.web.core.models.credentials import (
    FailedAttempt,
    PersonalToken,
    RecoveryCode,
    SecondFactor,
)
from deungdae.web.core.models.organisations import (
    Invitation,
    Membership,
    Organisation,
    Owned,
    RoleName,
)
from deungdae.web.core.models.outgoing import Outgoing
from deungdae.web.core.models.people import Person

__all__ = [
    "AuditDetail",
    "AuditEntry",
    "AuditHead",
    "FailedAttempt",
    "Invitation",
    "Membership",
    "Organisation",
    "Outgoing",
    "Owned",
    "Person",
    "PersonalToken",
    "RecoveryCode",
    "RoleName",
    "SecondFactor",
]
