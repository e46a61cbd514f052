"""What machines do at this moment, and what becomes of their time: states, counts, alarms, watches.

One process beside the others. It follows live values on the bus, asks the history for what was
before, and answers the topic "monitor". What it keeps below HOME/monitor can be computed again.

    part         what a part of it is            main       the process, and the list of its parts
    context      what all parts share            hearing    points from the bus to the parts
    past         what history knows              outbox     events for the web, numbered
    database     files of SQLite                 telling    changes to whoever looks now
    definitions  assets and calendars as JSON    structure  the same, as the web wrote them
    monitor      the parts at work               kept       one part, begun again when it failed
    floor/       lines and machines
"""
