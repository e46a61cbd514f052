"""Addresses of shift calendars."""

from django.urls import path

from deungdae.web.floor.views import calendars

urlpatterns = [
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/new/", calendars.new, name="new_calendar"),
    path("calendars/<uuid:public_id>/", calendars.show, name="calendar"),
    path("calendars/<uuid:public_id>/shifts/", calendars.pattern, name="calendar_pattern"),
    path("calendars/<uuid:public_id>/versions/remove/", calendars.remove_version,
         name="remove_version"),
    path("calendars/<uuid:public_id>/exceptions/", calendars.add_exception, name="add_exception"),
    path("calendars/<uuid:public_id>/retire/", calendars.retire, name="retire_calendar"),
    path("calendars/exceptions/<uuid:public_id>/remove/", calendars.remove_exception,
         name="remove_exception"),
]  # fmt: skip
