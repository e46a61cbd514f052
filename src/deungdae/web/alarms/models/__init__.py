"""What alarms keep here: their rules, and what people wrote and judged of each occurrence."""

from deungdae.web.alarms.models.rules import AlarmRule
from deungdae.web.alarms.models.said import AlarmNote, AlarmVerdict
from deungdae.web.alarms.models.telling import AlarmMail, Channel, TellingPolicy, TellingStep

__all__ = [
    "AlarmMail",
    "AlarmNote",
    "AlarmRule",
    "AlarmVerdict",
    "Channel",
    "TellingPolicy",
    "TellingStep",
]
