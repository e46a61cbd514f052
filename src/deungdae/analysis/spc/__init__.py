"""Statistical process control: charts, limits, rules, and what else changed at the signals."""
