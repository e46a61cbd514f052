"""Shift reports: what the monitor says of a shift, kept as it was and revised visibly.

gathering  one report's figures, asked of the monitor
comparing  what is usual in such a shift, and what a revision changed
telling    the sentences of a report
working    the thread of the worker that makes them
keeping    made at the end of a shift, held against late data for days, sent to who wants it
"""
