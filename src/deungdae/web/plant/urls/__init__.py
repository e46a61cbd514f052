"""Addresses of the plant."""

from deungdae.web.plant.urls import agents, live, operations

app_name = "plant"
urlpatterns = [*live.urlpatterns, *agents.urlpatterns, *operations.urlpatterns]
