"""Arithmetic alone: no files, no clock, no framework."""
