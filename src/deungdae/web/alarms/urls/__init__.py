"""Addresses of alarms: each part has a file of its own, and a line here."""

from deungdae.web.alarms.urls.alarms import urlpatterns as of_alarms
from deungdae.web.alarms.urls.telling import urlpatterns as of_telling

app_name = "alarms"
urlpatterns = [*of_alarms, *of_telling]
