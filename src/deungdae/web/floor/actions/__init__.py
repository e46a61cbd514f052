"""Changes of what people say of the floor."""
