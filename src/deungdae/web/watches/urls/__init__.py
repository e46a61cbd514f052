"""Addresses of watches."""

from django.urls import path

from deungdae.web.watches.views import anomaly, choosing, events, index, watch

app_name = "watches"
urlpatterns = [
    path("", index.index, name="index"),
    path("events/", events.events, name="events"),
    path("new/", choosing.new, name="new"),
    path("<uuid:public_id>/", watch.index, name="watch"),
    path("<uuid:public_id>/again/", choosing.again, name="again"),
    path("<uuid:public_id>/learn/", watch.learn, name="learn"),
    path("<uuid:public_id>/retire/", watch.retire, name="retire"),
    path("<uuid:public_id>/<int:began_us>/", anomaly.index, name="anomaly"),
    path("<uuid:public_id>/<int:began_us>/judge/", anomaly.judge, name="judge"),
]
