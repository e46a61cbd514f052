"""What the benchmarks of the web share: a filled company, its server, a peer, and a browser."""
