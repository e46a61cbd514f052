"""Addresses of the floor: each part has a file of its own, and a line here."""

from deungdae.web.floor.urls.calendars import urlpatterns as of_calendars
from deungdae.web.floor.urls.contracts import urlpatterns as of_contracts
from deungdae.web.floor.urls.pages import urlpatterns as of_pages
from deungdae.web.floor.urls.reasons import urlpatterns as of_reasons
from deungdae.web.floor.urls.shifts import urlpatterns as of_shifts
from deungdae.web.floor.urls.structure import urlpatterns as of_structure

app_name = "floor"
urlpatterns = [*of_pages, *of_structure, *of_calendars, *of_contracts, *of_reasons, *of_shifts]
