"""Addresses of live values and of their history."""

from django.urls import URLPattern, path

from deungdae.web.plant.views import history, history_file, live

urlpatterns: list[URLPattern] = [
    path("live/", live.index, name="live"),
    path("live/rows/", live.rows, name="live_rows"),
    path("live/today/", live.today, name="live_today"),
    path("live/events/", live.events, name="live_events"),
    path("history/", history.index, name="history"),
    path("history/tags/", history.tags, name="history_tags"),
    path("history/file/", history_file.export, name="history_export"),
]
