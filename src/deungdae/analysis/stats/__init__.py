"""Statistics that several methods share."""
