"""Addresses of the plant."""

from deungdae.web.plant.urls.agents import urlpatterns as of_agents
from deungdae.web.plant.urls.live import urlpatterns as of_live
from deungdae.web.plant.urls.operations import urlpatterns as of_operations

app_name = "plant"
urlpatterns = [*of_live, *of_agents, *of_operations]
