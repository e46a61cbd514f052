"""One run is a method, its version, its parameters and a table version; it gives one result."""
