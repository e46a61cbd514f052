"""Reads tables that a machine or a person drops into a folder: CSV, or XLSX."""
