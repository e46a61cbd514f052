"""Addresses of what arrives: contact, books, quarantine, clocks."""

from django.urls import path

from deungdae.web.plant.views import (
    operations,
    operations_books,
    operations_clocks,
    operations_held,
    operations_sources,
)

urlpatterns = [
    path("intake/", operations.index, name="intake"),
    path("intake/sources/<uuid:public_id>/", operations_sources.show, name="intake_source"),
    path("intake/others/<path:source>/", operations_sources.other, name="intake_other"),
    path("intake/quarantine/", operations_held.index, name="intake_held"),
    path("intake/quarantine/group/", operations_held.group, name="intake_held_group"),
    path("intake/quarantine/replay/", operations_held.replay, name="intake_replay"),
    path("intake/quarantine/name/", operations_held.name, name="intake_name"),
    path("intake/quarantine/export/", operations_held.export, name="intake_held_export"),
    path("intake/books/", operations_books.index, name="intake_books"),
    path("intake/clocks/", operations_clocks.index, name="intake_clocks"),
    path("intake/clocks/repair/", operations_clocks.repair, name="intake_repair"),
    path("intake/clocks/carry-out/", operations_clocks.carry_out, name="intake_carry_out"),
    path("intake/clocks/shifts/<uuid:public_id>/end/", operations_clocks.end, name="intake_end"),
    path(
        "intake/clocks/repairs/<int:number>/undo/",
        operations_clocks.undo,
        name="intake_undo",
    ),
]
