"""Addresses of agents, other sources and tags."""

from django.urls import path

from deungdae.web.plant.views import agents, browse, machines, sources, tags, versions

urlpatterns = [
    path("agents/", agents.index, name="agents"),
    path("agents/new/", agents.new, name="new_agent"),
    path("agents/<uuid:public_id>/", agents.show, name="agent"),
    path("agents/<uuid:public_id>/state/", agents.state, name="agent_state"),
    path("agents/<uuid:public_id>/code/", agents.code, name="agent_code"),
    path("agents/<uuid:public_id>/joined/", agents.joined, name="agent_joined"),
    path("agents/<uuid:public_id>/change/", agents.change, name="change_agent"),
    path("agents/<uuid:public_id>/revoke/", agents.revoke, name="revoke_agent"),
    path("agents/<uuid:public_id>/versions/", versions.index, name="versions"),
    path("agents/<uuid:public_id>/versions/<int:number>/", versions.back, name="go_back"),
    path("agents/<uuid:public_id>/add/<str:kind>/", machines.new, name="new_machine"),
    path("agents/<uuid:public_id>/machines/<str:machine>/", machines.change, name="machine"),
    path("agents/<uuid:public_id>/machines/<str:machine>/remove/", machines.remove,
         name="remove_machine"),
    path("agents/<uuid:public_id>/machines/<str:machine>/values/", machines.values,
         name="values"),
    path("agents/<uuid:public_id>/machines/<str:machine>/browse/", browse.page, name="browse"),
    path("agents/<uuid:public_id>/machines/<str:machine>/found/", browse.found, name="found"),
    path("agents/<uuid:public_id>/machines/<str:machine>/now/", browse.now, name="now"),
    path("agents/<uuid:public_id>/machines/<str:machine>/choose/", browse.choose, name="choose"),
    path("sources/", sources.index, name="sources"),
    path("sources/new/", sources.new, name="new_source"),
    path("sources/<uuid:public_id>/", sources.show, name="source"),
    path("sources/<uuid:public_id>/revoke/", sources.revoke, name="revoke_source"),
    path("groups/new/", sources.new_group, name="new_group"),
    path("groups/<uuid:public_id>/", sources.group, name="group"),
    path("groups/<uuid:public_id>/password/", sources.renew_group, name="renew_group"),
    path("groups/<uuid:public_id>/revoke/", sources.revoke_group, name="revoke_group"),
    path("tags/", tags.index, name="tags"),
    path("tags/describe/", tags.describe, name="describe_tag"),
    path("tags/<uuid:public_id>/", tags.show, name="tag"),
    path("tags/<uuid:public_id>/rename/", tags.rename, name="rename_tag"),
]  # fmt: skip
