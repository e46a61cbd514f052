"""Addresses of core."""

from django.urls import path

from deungdae.web.core.views import account, audit, members, outgoing, signing

app_name = "core"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-in/code/", signing.sign_in_code, name="sign_in_code"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/organisations/", account.organisations, name="organisations"),
    path("account/second-factor/", account.set_up_second_factor, name="second_factor"),
    path(
        "account/second-factor/change/", account.change_second_factor, name="change_second_factor"
    ),
    path("account/keys/", account.tokens, name="tokens"),
    path("account/keys/<uuid:public_id>/revoke/", account.revoke_token, name="revoke_token"),
    path("members/", members.members, name="members"),
    path("members/invite/", members.invite, name="invite"),
    path("members/<uuid:public_id>/role/", members.change_role, name="change_role"),
    path("members/<uuid:public_id>/remove/", members.remove, name="remove_member"),
    path("invitations/", members.invitations, name="invitations"),
    path("invitations/<uuid:public_id>/withdraw/", members.withdraw, name="withdraw_invitation"),
    path("invitation/<str:token>/", members.invitation, name="invitation"),
    path("messages/", outgoing.outgoing, name="outgoing"),
    path("messages/try/", outgoing.try_mail, name="try_mail"),
    path("messages/<uuid:public_id>/again/", outgoing.again, name="send_again"),
    path("audit/", audit.audit, name="audit"),
]
