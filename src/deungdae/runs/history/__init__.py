"""History of machines for the parts of a table: what is asked, which parts, what is read."""
