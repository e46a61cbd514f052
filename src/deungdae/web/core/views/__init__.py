"""The pages of core."""
