"""When lines are meant to work: patterns as they are typed, and pictures of the days to come.

patterns   a pattern of shifts as a form shows and takes it
presets    the usual patterns, as the monitor knows them
weeks      the next four weeks, day by day
"""
