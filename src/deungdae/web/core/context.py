"""What every template may use."""

from typing import Any

from django.http import HttpRequest

from deungdae.web.core.scope import Scope


def scope(request: HttpRequest) -> dict[str, Any]:
    """Give templates the scope of the request; an error before sign-in has nobody's."""
    return {"scope": getattr(request, "tenant_scope", Scope.nobody())}
