"""Shop-floor files to typed tables; the original is never changed."""
