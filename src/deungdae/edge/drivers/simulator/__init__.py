"""A made-up injection-moulding shop, for demonstrations: every tag begins with "demo"."""
