"""Addresses of live values and of their history."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
