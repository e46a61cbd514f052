"""Sparkplug B: the payloads, what a host application must remember, and the host itself."""
