"""Addresses of shift reports."""

from django.urls import path

from deungdae.web.floor.views import shifts

_ONE = "shifts/<uuid:public_id>/<str:day>/<str:shift>"

urlpatterns = [
    path("shifts/", shifts.index, name="shifts"),
    path("shifts/<uuid:public_id>/subscribe/", shifts.subscribe, name="subscribe"),
    path("shifts/<uuid:public_id>/unsubscribe/", shifts.unsubscribe, name="unsubscribe"),
    path(f"{_ONE}/", shifts.one, name="shift"),
    path(f"{_ONE}/note/", shifts.note, name="shift_note"),
]
