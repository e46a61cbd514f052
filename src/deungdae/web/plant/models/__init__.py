"""What the plant keeps: who sends, how machines are read, and what their tags are called."""

from typing import Final

from deungdae.web.plant.models.agents import Agent, Configuration
from deungdae.web.plant.models.clocks import ClockShift
from deungdae.web.plant.models.operations import Episode, Watched
from deungdae.web.plant.models.sources import Source, SparkplugGroup
from deungdae.web.plant.models.tags import Tag

#: What belongs to a site, and to the main site once that site is removed.
OF_SITES: Final = (Agent, Source, SparkplugGroup, Tag)

__all__ = [
    "OF_SITES",
    "Agent",
    "ClockShift",
    "Configuration",
    "Episode",
    "Source",
    "SparkplugGroup",
    "Tag",
    "Watched",
]
