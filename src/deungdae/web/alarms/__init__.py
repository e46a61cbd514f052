"""Alarms: the rules by which they come, the list of those that stand, and how good they are."""
