"""Addresses of what stands, of its history, and of the rules."""

from django.urls import path

from deungdae.web.alarms.views import events, occurrences, rules, standing

urlpatterns = [
    path("", standing.standing, name="standing"),
    path("now/", standing.now, name="now"),
    path("waiting/", standing.waiting, name="waiting"),
    path("act/", standing.act, name="act"),
    path("events/", events.events, name="events"),
    path("history/", occurrences.history, name="history"),
    path("figures/", occurrences.figures, name="figures"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.choose, name="choose_rule"),
    path("rules/new/<slug:kind>/", rules.new, name="new_rule"),
    path("rules/<uuid:public_id>/", rules.show, name="rule"),
    path("rules/<uuid:public_id>/tried/", rules.tried, name="tried_rule"),
    path("rules/<uuid:public_id>/change/", rules.change, name="change_rule"),
    path("rules/<uuid:public_id>/retire/", rules.retire, name="retire_rule"),
    path("rules/<uuid:public_id>/service/", rules.serve, name="serve_rule"),
    path("<uuid:rule>/<int:number>/", occurrences.show, name="occurrence"),
    path("<uuid:rule>/<int:number>/note/", occurrences.note, name="note"),
]
