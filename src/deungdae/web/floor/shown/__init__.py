"""From what the monitor says to what a page shows; knows neither the bus nor the database.

documents   the monitor's plain data, read once     durations  seconds, counts, money, shares
words       states and counts as sentences          answers    the one sentence of a page
says        all that is said of one asset, by name: for the first paint and for what moves
losses      where the time went, step by step       drawing    pictures as SVG
"""
