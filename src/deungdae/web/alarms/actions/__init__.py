"""What people do with alarms and their rules."""
