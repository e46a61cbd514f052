"""Tables as versioned Delta tables, originals byte for byte: the only place that speaks Delta."""
