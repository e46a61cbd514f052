"""A client for programs: hand a table in, wait for its causes, save the report."""
