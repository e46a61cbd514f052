"""Alarms as their pages show them, in the reader's language.

board     what stands now        one       one occurrence, in words
trial     how often a rule would have come, and its picture
figures   how good the alarms are, beside what the standard recommends
"""
