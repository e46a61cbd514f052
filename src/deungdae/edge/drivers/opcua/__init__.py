"""Subscribes to variables of OPC UA servers."""
