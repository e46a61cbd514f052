"""The floor as it moves: what the monitor says now, and what open pages are sent of it.

hub       what is known of one organisation, followed for as long as somebody looks
streams   the events of one page        visitor   whether its reader may still see it
"""
