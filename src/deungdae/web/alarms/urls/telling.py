"""Addresses of channels and policies."""

from django.urls import path

from deungdae.web.alarms.views import channels, policies

urlpatterns = [
    path("channels/", channels.channels, name="channels"),
    path("channels/mine/", channels.choose_mail, name="choose_mail"),
    path("channels/new/<slug:kind>/", channels.new_channel, name="new_channel"),
    path("channels/<uuid:public_id>/", channels.channel, name="channel"),
    path("channels/<uuid:public_id>/try/", channels.try_channel, name="try_channel"),
    path("channels/<uuid:public_id>/secret/", channels.renew_secret, name="renew_secret"),
    path("channels/<uuid:public_id>/retire/", channels.retire_channel, name="retire_channel"),
    path("policies/", policies.policies, name="policies"),
    path("policies/new/", policies.new_policy, name="new_policy"),
    path("policies/<uuid:public_id>/", policies.policy, name="policy"),
    path("policies/<uuid:public_id>/retire/", policies.retire_policy, name="retire_policy"),
    path("policies/<uuid:public_id>/steps/", policies.add_step, name="add_step"),
    path("policies/steps/<uuid:public_id>/", policies.change_step, name="change_step"),
    path("policies/steps/<uuid:public_id>/remove/", policies.remove_step, name="remove_step"),
]
