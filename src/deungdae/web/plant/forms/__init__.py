"""What is typed about machines, tags and sources; forms check words, actions check rights."""
