"""Points of machines over time: appended once, kept sorted, rolled up and asked."""

from deungdae.lake.telemetry.history import History
from deungdae.lake.telemetry.maintenance import Maintenance, Task
from deungdae.lake.telemetry.retention import Retention, Term
from deungdae.lake.telemetry.schema import SCHEMA, Flag, Kind, UnsuitablePoints
from deungdae.lake.telemetry.telemetry import Appended, Telemetry

__all__ = [
    "SCHEMA",
    "Appended",
    "Flag",
    "History",
    "Kind",
    "Maintenance",
    "Retention",
    "Task",
    "Telemetry",
    "Term",
    "UnsuitablePoints",
]
