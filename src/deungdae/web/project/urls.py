"""All addresses of the project."""

from django.urls import include, path

from deungdae.web.core.views.language import switch

urlpatterns = [
    path("language/", switch, name="set_language"),
    path("", include("deungdae.web.core.urls")),
]
