"""`deungdae …`: the command line, the only place that knows all parts."""

from deungdae.cli.program import build_parser, main

__all__ = ["build_parser", "main"]
