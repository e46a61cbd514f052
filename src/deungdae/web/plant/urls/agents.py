"""Addresses of agents, other sources and tags."""

from django.urls import path

from deungdae.web.plant.views import agents, tags

urlpatterns = [
    path("agents/", agents.index, name="agents"),
    path("tags/", tags.index, name="tags"),
]
