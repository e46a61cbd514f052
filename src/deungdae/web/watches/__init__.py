"""Machines watched by all their tags together: a good period, what is unlike it, and why."""
