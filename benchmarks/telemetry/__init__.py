"""What the benchmarks of telemetry share: a plant's points, ourselves and two peers."""
