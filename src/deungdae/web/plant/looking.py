"""Looks at a machine through its agent: what it offers, with the values of this moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from deungdae import bus
from deungdae.web.core import line
from deungdae.web.plant import copies, speech
from deungdae.web.plant.forms.choosing import MOST_ROWS
from deungdae.web.plant.models import Agent

WITHIN: Final = 35.0  #: seconds; an agent answers within 25 s of hearing the question


@dataclass(frozen=True)
class Look:
    """What was found, or why not: `problem` is a sentence, `problems` are (where, sentence).

    `unheard`: nobody asked the machine, such as while the agent has only just been started.
    """

    found: Sequence[Mapping[str, Any]] = ()
    more: bool = False
    problem: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)
    unheard: bool = False


def at(agent: Agent, driver: Mapping[str, Any]) -> Look:
    """Ask the agent to look; it takes some seconds, and nothing is kept of it."""
    question = bus.Question(
        "edge",
        "browse",
        copies.organisation_id(agent.organisation),
        {"edge": agent.edge, "driver": copies.plain(driver), "most": MOST_ROWS},
        within=WITHIN,
    )
    try:
        with line.ask(question) as answer:
            told = answer.json()
    except bus.Refusal as error:
        # The gateway knows an agent by its id, people by its name.
        values = {
            name: agent.name if value == agent.edge else value
            for name, value in error.message.values.items()
        }
        told = {"template": error.message.template, "values": values}
        return Look(problem=speech.told(told), unheard=True)
    except bus.Unavailable:
        return Look(
            problem=_(
                "The gateway cannot be reached, so the machine cannot be asked. What is set up "
                "here is kept, and nothing is lost."
            ),
            unheard=True,
        )
    if "error" in told:
        return Look(problem=speech.told(told["error"]), problems=speech.problems(told))
    found = [one for one in told.get("found", ()) if isinstance(one, Mapping) and "address" in one]
    return Look(found[:MOST_ROWS], bool(told.get("more")))
