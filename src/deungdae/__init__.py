"""Deungdae (등대): the operating platform of a smart-factory programme."""
