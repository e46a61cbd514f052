"""Which machine a device stands beside: chosen once, remembered by a cookie of the device."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from deungdae.web.floor.asking import key
from deungdae.web.floor.models import Asset

COOKIE: Final = "deungdae_machine"
EVERY: Final = "all"  #: the device is carried about, and shows all machines
YEAR_SECONDS: Final = 365 * 24 * 3600


def chosen(request: HttpRequest, machines: Sequence[Asset]) -> Asset | str | None:
    """Return the machine of the address or of the device, `EVERY`, or None while none is chosen."""
    known = {key(one): one for one in machines}
    for wanted in (request.GET.get("machine"), request.COOKIES.get(COOKIE)):
        if wanted == EVERY:
            return EVERY
        if wanted in known:
            return known[wanted]
    return machines[0] if len(machines) == 1 else None


def remember(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Remember on this device what the address chose."""
    wanted = request.GET.get("machine")
    if wanted and wanted != request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE,
            wanted[:64],
            max_age=YEAR_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
