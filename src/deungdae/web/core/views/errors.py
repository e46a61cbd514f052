"""Pages for what went wrong: not there, not allowed, expired, broken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form was open for too long or came from elsewhere (CSRF)."""
    return render(request, "403_csrf.html", status=403)
