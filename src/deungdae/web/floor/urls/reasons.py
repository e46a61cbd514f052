"""Addresses of reasons and plans."""

from django.urls import path

from deungdae.web.floor.views import plans, reasons

urlpatterns = [
    path("reasons/", reasons.index, name="reasons"),
    path("reasons/<uuid:public_id>/", reasons.change, name="change_reason"),
    path("reasons/<uuid:public_id>/move/", reasons.move, name="move_reason"),
    path("reasons/<uuid:public_id>/retire/", reasons.retire, name="retire_reason"),
    path("plans/", plans.index, name="plans"),
    path("plans/paste/", plans.paste, name="paste_plans"),
]
