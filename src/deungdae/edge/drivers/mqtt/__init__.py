"""Reads plain MQTT topics whose messages are numbers or JSON."""
