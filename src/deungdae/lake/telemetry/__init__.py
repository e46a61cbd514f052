"""Points of machines over time: appended once, kept sorted, rolled up and asked."""

from deungdae.lake.telemetry.schema import SCHEMA, Flag, Kind, UnsuitablePoints
from deungdae.lake.telemetry.telemetry import Appended, Telemetry

__all__ = ["SCHEMA", "Appended", "Flag", "Kind", "Telemetry", "UnsuitablePoints"]
