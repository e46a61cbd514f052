"""Addresses of the API; whatever is none of them is answered in its shape as well."""

from typing import Any

from django.urls import path

from deungdae.web.api.interface import door, make_interface, nothing_here

app_name = "api"
api = make_interface()


def _patterns() -> list[Any]:
    found = [pattern for pattern in api.urls[0] if pattern.name != "api-root"]
    for pattern in found:
        pattern.callback = door(pattern.callback)
    return [
        *found,
        path("", door(nothing_here), name="api-root"),
        path("<path:rest>", door(nothing_here), name="nothing"),
    ]


urlpatterns = _patterns()
