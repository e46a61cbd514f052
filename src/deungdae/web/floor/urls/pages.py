"""Addresses of the pages that tell what the lines are doing, and where operators say why."""

from django.urls import path

from deungdae.web.floor.views import board, events, line, machine, scrap, site, stops

urlpatterns = [
    path("", site.index, name="site"),
    path("events/", events.events, name="events"),
    path("lines/<uuid:public_id>/", line.index, name="line"),
    path("machines/<uuid:public_id>/", machine.index, name="machine"),
    path("stops/", stops.index, name="stops"),
    path("stops/say/", stops.say, name="say_stop"),
    path("stops/undo/", stops.undo, name="undo_stop"),
    path("stops/<uuid:public_id>/<int:start_us>/", stops.one, name="stop"),
    path("scrap/", scrap.index, name="scrap"),
    path("scrap/say/", scrap.say, name="say_scrap"),
    path("board/", board.choose, name="boards"),
    path("board/<uuid:public_id>/", board.index, name="board"),
]
