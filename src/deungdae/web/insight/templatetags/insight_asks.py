"""What can be asked of a file, as ways on."""

from typing import Any

from django import template
from django.urls import reverse

from deungdae.web.insight.methods import (
    CAPABILITY,
    CAUSES,
    ENERGY,
    GAUGE,
    LIFE,
    MACHINES,
    METHODS,
    OPERATIONS,
    RELIABILITY,
    SPC,
)
from deungdae.web.insight.models import Upload

register = template.Library()


@register.simple_tag
def asks(upload: Upload) -> list[dict[str, Any]]:
    """Return the methods that can be asked of an upload, each with its address."""
    found = []
    for code in (CAUSES, SPC, CAPABILITY, GAUGE, LIFE, RELIABILITY, OPERATIONS, ENERGY):
        args = [upload.public_id] if code == CAUSES else [upload.public_id, code]
        url = reverse("insight:upload" if code == CAUSES else "insight:ask", args=args)
        found.append({"method": METHODS[code], "url": url})
    machines = reverse("insight:machines", args=[upload.public_id])
    return [found[0], {"method": MACHINES, "url": machines}, *found[1:]]
