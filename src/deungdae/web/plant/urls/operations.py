"""Addresses of what arrives: contact, books, quarantine, clocks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
