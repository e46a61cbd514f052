"""What the pages of watches say and draw."""
