"""What an operator wants to know of the data's way in: how each source is, and why a gap is there.

facts       what is known of one source at one moment        gathering   asks bus and lake for it
judging     what of it needs somebody, and what to do        watching    notes what changes
evidence    why nothing came for a while                     books       received = what became
held        what waits in quarantine, readable               clocks      clocks that are off
"""
