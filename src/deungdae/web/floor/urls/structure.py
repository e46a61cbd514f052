"""Addresses of the structure: lines, machines, their signals."""

from django.urls import path

from deungdae.web.floor.views import drawing, structure

urlpatterns = [
    path("structure/", structure.index, name="structure"),
    path("structure/from-data/", drawing.from_data, name="from_data"),
    path("structure/from-data/found/", drawing.found, name="found"),
    path("structure/from-data/take/", drawing.take, name="take"),
    path("structure/new/<str:kind>/", drawing.new, name="new_asset"),
    path("structure/<uuid:public_id>/", drawing.show, name="asset_setup"),
    path("structure/<uuid:public_id>/signals/", drawing.set_signals, name="set_signals"),
    path("structure/<uuid:public_id>/states/", drawing.state_map, name="state_map"),
    path("structure/<uuid:public_id>/cycle/", drawing.cycle, name="cycle"),
    path("structure/<uuid:public_id>/cycle/confirm/", drawing.confirm_cycle, name="confirm_cycle"),
    path("structure/<uuid:public_id>/move/", structure.move, name="move_asset"),
    path("structure/<uuid:public_id>/retire/", structure.retire, name="retire_asset"),
    path("structure/<uuid:public_id>/bring-back/", structure.bring_back, name="bring_back_asset"),
]
