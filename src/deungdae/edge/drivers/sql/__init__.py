"""Asks a database for new rows, by any URL that SQLAlchemy knows."""
