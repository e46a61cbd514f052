"""Machines watched by all their tags together, compared with a good period that a person named.

wanted     what a person asked for               rows       history as rows of equal steps
learning   one good period after another, each in a process of its own
following  one watch, row by row                 watches    the part of the monitor
store      scores, anomalies, what was learned   questions  what pages ask
previews   what a good period would be made of   drift      whether it is time to learn again
"""

from deungdae.monitor.watches.watches import Watches

__all__ = ["Watches"]
