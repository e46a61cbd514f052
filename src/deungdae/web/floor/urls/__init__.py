"""Addresses of the floor: each part has a file of its own, and a line here."""

from deungdae.web.floor.urls.structure import urlpatterns as of_structure

app_name = "floor"
urlpatterns = [*of_structure]
