"""Whose key this is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from deungdae.web.api.shapes import Failure, Me, organisation_out
from deungdae.web.core.models import Membership

router = Router(tags=["account"])


@router.get("/me", response={200: Me, 401: Failure, 429: Failure}, summary="Whose key this is")
def me(request: HttpRequest) -> dict[str, Any]:
    """Return the person of the key, and the organisations with the role in each."""
    scope = request.tenant_scope
    held = Membership.objects.within(scope).filter(person=scope.person)
    return {
        "id": scope.person.public_id,
        "name": scope.person.name,
        "email": scope.person.email,
        "language": scope.person.language,
        "organisations": [
            organisation_out(membership.organisation, membership.role)
            for membership in held.select_related("organisation").order_by("organisation__name")
        ],
    }
