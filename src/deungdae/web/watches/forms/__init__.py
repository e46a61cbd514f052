"""What people fill in for watches."""
