"""Papers: what any method found, told in one language, for every medium."""
