"""Addresses of electricity contracts."""

from django.urls import path

from deungdae.web.floor.views import contracts

urlpatterns = [
    path("sites/<uuid:public_id>/power/", contracts.show, name="power_contract"),
    path("sites/<uuid:public_id>/power/remove/", contracts.remove, name="remove_power_contract"),
]
