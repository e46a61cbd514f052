"""Answers to questions over the bus: the history of points, the books, and exports.

points       questions to the points          books    ledger and quarantine
exporting    files and streams                main     the process behind `deungdae history`
"""
