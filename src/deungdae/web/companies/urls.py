"""Addresses of companies."""

from django.urls import path

from deungdae.web.companies import views

app_name = "companies"
urlpatterns = [
    path("company/", views.company, name="company"),
    path("company/change/", views.change_company, name="change_company"),
    path("company/sites/", views.add_site, name="add_site"),
    path("company/sites/<uuid:public_id>/", views.change_site, name="change_site"),
    path("company/sites/<uuid:public_id>/main/", views.choose_main_site, name="choose_main_site"),
    path("company/sites/<uuid:public_id>/remove/", views.remove_site, name="remove_site"),
]
