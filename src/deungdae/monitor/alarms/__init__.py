"""Alarms on live values: a rule's condition, its life, who is told, and what became of it.

part       the part of the monitor              house      all alarms of one organisation
rules      what the web says raises one         following  one condition, reading by reading
charting   run rules on live means              crowd      incidents and floods
telling    what goes into the outbox            words      what is wrong, what is normal
store      what outlives the process            plant      names, what belongs together, shifts
documents  alarms as pages are told             questions  what may be asked
backtest   how often a rule would have come     proposing  what would make it come less often
picturing  when it would have come, as drawn    lacking    what a rule lacks to be judged
"""

from deungdae.monitor.alarms.part import Alarms

__all__ = ["Alarms"]
