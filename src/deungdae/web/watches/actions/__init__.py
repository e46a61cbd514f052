"""What changes watches."""
