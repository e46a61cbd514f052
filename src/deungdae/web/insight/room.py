"""How much room an organisation has, and what is said when it runs out."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from deungdae.web.core.scope import Scope
from deungdae.web.insight import folders
from deungdae.web.insight.models import Upload

NEAR = 0.8  #: share of the room from which on people are told


def gigabytes(size: int) -> str:
    """Return a size in bytes in the unit that people say."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{max(1, round(size / 1_000_000))} MB"


def quota() -> int:
    """Return how many bytes one organisation may keep."""
    allowed: int = settings.UPLOAD_QUOTA_BYTES
    return allowed


def used(scope: Scope, organisation: Any) -> int:
    """Return the bytes that are taken: what lies on the disk, and what files still on their way
    were promised.
    """
    coming = Upload.objects.within(scope).filter(
        organisation=organisation, state=Upload.State.RECEIVING
    )
    promised = sum(max(0, upload.size - folders.received(upload)) for upload in coming)
    return folders.used(organisation) + promised


def warning(scope: Scope, organisation: Any) -> str:
    """Return a sentence when the room is nearly or wholly taken, "" while there is enough."""
    taken = used(scope, organisation) if organisation is not None else 0
    if taken < NEAR * quota():
        return ""
    told = {"used": gigabytes(taken), "quota": gigabytes(quota())}
    if taken >= quota():
        return _(
            "Your company keeps {used} and may keep {quota}: no further file can be taken. Remove "
            "files that are no longer needed, or ask whoever runs this server for more room."
        ).format(**told)
    return _(
        "Your company keeps {used} of the {quota} that it may keep. When they are full, no further "
        "file can be taken."
    ).format(**told)
