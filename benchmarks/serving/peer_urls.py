"""Django's admin with one list: the same reports, the same columns, the same 25 to a page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path

from deungdae.web.core.scope import Scope, SystemActor
from deungdae.web.insight.models import Analysis

SCOPE = Scope.everything(SystemActor("benchmark"))


class Site(admin.AdminSite):  # type: ignore[misc]
    """An admin that asks nobody to sign in: the peer does less work by that, not more."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Let everybody in."""
        return True


class Reports(admin.ModelAdmin):  # type: ignore[misc]
    """The list of reports."""

    list_display = ("title", "verdict", "findings", "bad", "created_at")
    list_filter = ("verdict",)
    list_per_page = 25
    search_fields = ("title", "answer")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return all reports."""
        return Analysis.objects.within(SCOPE).order_by("-created_at", "-pk")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let everybody look."""
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody add: the list is looked at."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let nobody delete."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Let everybody look."""
        return True


site = Site()
site.register(Analysis, Reports)
urlpatterns = [
    path("admin/", site.urls),
    # A browser asks for it by itself, and our page of errors needs what is not installed here.
    path("favicon.ico", lambda request: HttpResponse(status=204)),
]
