"""Planted causes and null labels on real columns: what the benchmarks of `causes` are made of."""
