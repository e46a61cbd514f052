"""Addresses of the structure: lines, machines, their signals."""

from django.urls import path

from deungdae.web.floor.views import structure

urlpatterns = [
    path("structure/", structure.index, name="structure"),
]
