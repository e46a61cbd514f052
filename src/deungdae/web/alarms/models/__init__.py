"""What alarms keep here: their rules, and what people wrote and judged of each occurrence."""

from deungdae.web.alarms.models.rules import AlarmRule
from deungdae.web.alarms.models.said import AlarmNote, AlarmVerdict

__all__ = ["AlarmNote", "AlarmRule", "AlarmVerdict"]
