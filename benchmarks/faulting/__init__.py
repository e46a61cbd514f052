"""What the fault drill is made of: processes that may be killed at any moment, and the judge."""
