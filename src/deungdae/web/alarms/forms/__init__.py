"""What is typed about alarms."""
