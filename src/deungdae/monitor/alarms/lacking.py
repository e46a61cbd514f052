"""Why a rule can find nothing yet: no value came, or not one that it can be held against.

Such a rule never comes, and says nothing of whether all is well.
"""

from deungdae.analysis.alarms import Limits, Rate
from deungdae.monitor.alarms.following import Follower
from deungdae.records.messages import Message, message


def lack(follower: Follower) -> Message | None:
    """Return what is missing; None where a rule is judged."""
    rule = follower.rule
    if follower.waits_for_a_sign:
        return None  # that nothing comes is what it looks for
    if isinstance(follower.value, str) and (
        rule.charting is not None or isinstance(rule.condition, Limits | Rate)
    ):
        return message("The values of this tag are texts, not numbers.")
    if rule.charting is not None and follower.usual is None:
        return message(
            "What is usual is not known: the good time holds too few values, or none that change."
        )
    if rule.kind == "score" and follower.value is None:
        return message("The watch tells no score.")
    if follower.value_us is not None:
        return None
    if rule.kind == "machine":
        return message("Nobody has told what the machine does yet.")
    if rule.charting is not None:  # it begins with what comes, not with what came last
        return message("No value has come since the rule is in force.")
    return message("No value of this tag has come yet.")
