"""Answers to questions over the bus: the history of points, the books, and exports.

desk         who may ask what, in which lane, for how long   given    parameters, checked
points       questions to the points                         books    ledger and quarantine
main         the process behind `deungdae history`
"""
