"""Addresses of insight."""

from django.urls import path

from deungdae.web.insight.views import (
    analyses,
    asking,
    experiments,
    files,
    machines,
    progress,
    reports,
    understanding,
    uploads,
)

app_name = "insight"
urlpatterns = [
    path("", analyses.index, name="home"),
    path("list.<str:ending>", analyses.export, name="export"),
    path("new/", uploads.new, name="new"),
    path("files/", files.index, name="files"),
    path("uploads/", uploads.begin, name="begin"),
    path("uploads/<uuid:public_id>/", understanding.show, name="upload"),
    path("uploads/<uuid:public_id>/content/", uploads.content, name="content"),
    path("uploads/<uuid:public_id>/correct/", understanding.correct, name="correct"),
    path("uploads/<uuid:public_id>/start/", understanding.start, name="start"),
    path("uploads/<uuid:public_id>/drop/", uploads.drop, name="drop"),
    path("uploads/<uuid:public_id>/ask/<str:method>/", asking.ask, name="ask"),
    path("uploads/<uuid:public_id>/machines/", machines.ask, name="machines"),
    path("sheets/gauge-<str:study>.xlsx", asking.template, name="gauge_sheet"),
    path("reports/<uuid:public_id>/plan/", experiments.plan, name="plan"),
    path("reports/<uuid:public_id>/sheet/", experiments.judge, name="judge"),
    path("reports/<uuid:public_id>/sheet.xlsx", experiments.sheet, name="sheet"),
    path("uploads/<uuid:public_id>/remove/", files.remove, name="remove"),
    path("reports/<uuid:public_id>/", reports.show, name="analysis"),
    path("reports/<uuid:public_id>/report.<str:ending>", reports.download, name="download"),
    path("reports/<uuid:public_id>/renew/", reports.renew, name="renew"),
    path("jobs/<uuid:public_id>/events/", progress.events, name="events"),
    path("jobs/<uuid:public_id>/progress/", progress.poll, name="progress"),
    path("jobs/<uuid:public_id>/stop/", progress.stop, name="stop"),
    path("jobs/<uuid:public_id>/again/", progress.again, name="again"),
]
