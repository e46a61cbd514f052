"""Alarms: when one comes, what becomes of it, who is told, and how good the alarms are.

states      the states of ANSI/ISA-18.2 and IEC 62682, and which event leads where
life        one alarm through its life; each occurrence is told once
conditions  limits with deadband and delays, rates, silence, states, run rules, scores
incidents   related alarms as one, a known cause at the head
floods      more than a person can take in, held and told as one
telling     quiet hours and escalation by the calendar
figures     the figures of the alarm system itself
"""

from deungdae.analysis.alarms.conditions import (
    Condition,
    Flip,
    Limits,
    Memory,
    OneOf,
    Rate,
    RuleHit,
    Score,
    Stale,
    Watch,
)
from deungdae.analysis.alarms.figures import RECOMMENDED, Figures, chattering, figures
from deungdae.analysis.alarms.floods import Flood, Gate, GateMemory, floods
from deungdae.analysis.alarms.incidents import Incident, Incidents, Joined
from deungdae.analysis.alarms.life import (
    Change,
    Ended,
    Life,
    Occurrence,
    Outcome,
    Priority,
    Verdict,
    stands,
    waits,
)
from deungdae.analysis.alarms.states import Event, State
from deungdae.analysis.alarms.telling import Policy, Step, Telling, tellings

__all__ = [
    "RECOMMENDED",
    "Change",
    "Condition",
    "Ended",
    "Event",
    "Figures",
    "Flip",
    "Flood",
    "Gate",
    "GateMemory",
    "Incident",
    "Incidents",
    "Joined",
    "Life",
    "Limits",
    "Memory",
    "Occurrence",
    "OneOf",
    "Outcome",
    "Policy",
    "Priority",
    "Rate",
    "RuleHit",
    "Score",
    "Stale",
    "State",
    "Step",
    "Telling",
    "Verdict",
    "Watch",
    "chattering",
    "figures",
    "floods",
    "stands",
    "tellings",
    "waits",
]
