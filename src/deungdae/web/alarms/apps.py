"""The application `alarms`."""

from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    """Rules, the list of what stands, who is told, and the figures of the alarms themselves."""

    name = "deungdae.web.alarms"
    label = "alarms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let its rights be known, where its pages are, and what it hears and sends."""
        from deungdae.web.alarms import hearing, policies, rules, telling  # noqa: F401
        from deungdae.web.alarms.places import PLACES
        from deungdae.web.alarms.ways import carrying
        from deungdae.web.core import navigation, outgoing
        from deungdae.web.floor import following
        from deungdae.web.plant import reconciling

        navigation.add(*PLACES)
        outgoing.CARRIERS["mailbox"] = carrying.by_mail
        outgoing.BY_MAIL.add("mailbox")
        outgoing.CARRIERS["webhook"] = carrying.by_webhook
        outgoing.CARRIERS["apprise"] = carrying.by_chat
        following.HANDLERS["telling"] = hearing.telling
        following.HANDLERS["watch_drifted"] = hearing.drifted
        policies.LISTENERS.append(telling.tell_rules)
        reconciling.add("alarms", telling.reconcile)
